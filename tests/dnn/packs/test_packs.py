"""Pack files: what was written is there, damage is refused by name, a killed writer harms none."""

import errno
import os
import random
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import killed_writer
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from killed_writer import content

from data_cards.errors import DataError
from dnn.packs import index as packindex
from dnn.packs import log as packlog
from dnn.packs.reader import PackFile
from dnn.packs.writer import PackWriter

WRITER = Path(killed_writer.__file__)


def packs(count: int, seed: int = 0) -> dict[str, bytes]:
    rng = np.random.default_rng(seed)
    return {f"skill{i}@en-US": rng.bytes(int(rng.integers(0, 300))) for i in range(count)}


def written(path: Path, wanted: dict[str, bytes]) -> Path:
    with PackWriter(path) as writer:
        for key, payload in wanted.items():
            writer.append(key, payload)
    return path


def read(path: Path) -> dict[str, bytes]:
    with closing(PackFile(path)) as file:
        return {key: file.read(key) for key in file.names()}


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    wanted = packs(40) | {"größe@de-DE": b"", "日本": b"x" * 5000}
    path = written(tmp_path / "p", wanted)
    assert read(path) == wanted
    packindex.index_path(path).unlink()
    assert read(path) == wanted  # by a scan


def test_a_later_pack_of_a_name_counts(tmp_path: Path) -> None:
    path = written(tmp_path / "p", packs(5))
    changed = {"skill3@en-US": b"new", "skill9@en-US": b"added"}
    written(path, changed)
    assert read(path) == packs(5) | changed
    with PackWriter(path) as writer:
        writer.delete("skill3@en-US")
        with pytest.raises(DataError, match="holds no pack 'skill3@en-US'"):
            writer.delete("skill3@en-US")
    wanted = packs(5) | changed
    del wanted["skill3@en-US"]
    assert read(path) == wanted
    packindex.index_path(path).unlink()
    assert read(path) == wanted


def test_a_name_that_is_not_there(tmp_path: Path) -> None:
    path = written(tmp_path / "p", packs(3))
    with closing(PackFile(path)) as file:
        assert file.find("nowhere") is None
        with pytest.raises(DataError, match=r"p: holds no pack 'nowhere'; see"):
            file.read("nowhere")
    with pytest.raises(DataError, match="no such pack file; make one by"):
        PackFile(tmp_path / "none")
    with pytest.raises(DataError, match="is no pack file|cannot be read"):
        PackFile(tmp_path)


def test_names_of_one_hash_are_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packindex, "xxh3_64_intdigest", lambda data: 7)
    path = written(tmp_path / "p", packs(6))
    assert read(path) == packs(6)


def test_a_reader_sees_appends_and_compactions(tmp_path: Path) -> None:
    path = written(tmp_path / "p", packs(4))
    with closing(PackFile(path)) as file, PackWriter(path) as writer:
        writer.append("late", b"1")
        assert file.find("late") is None
        file.refresh()
        assert file.read("late") == b"1"
        writer.append("late", b"22")
        for key in packs(3):
            writer.delete(key)
        given_back = writer.compact()
        assert given_back > 0
        assert file.read("late") == b"1"  # the old file, whole, until it looks again
        file.refresh()
        assert file.read("late") == b"22"
        assert file.names() == ["late", "skill3@en-US"]
        writer.append("after", b"3")
        file.refresh()
        assert file.read("after") == b"3"
    assert sorted(read(path)) == ["after", "late", "skill3@en-US"]


def test_one_writer_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "p"
    with PackWriter(path), pytest.raises(DataError, match="written by another process; wait"):
        PackWriter(path)
    with PackWriter(path) as writer:
        assert len(writer) == 0


def test_many_packs_make_the_index_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dnn.packs.writer._UNINDEXED", 10)
    with PackWriter(tmp_path / "p") as writer:
        for key, payload in packs(60).items():
            writer.append(key, payload, sync=False)
        with closing(PackFile(tmp_path / "p")) as file:
            assert file.unindexed <= 31
            assert len(file.names()) == 60


def test_a_full_disk_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "p", packs(4))
    before = path.read_bytes()
    real = os.pwrite

    def full(descriptor: int, data: bytes, offset: int) -> int:
        real(descriptor, data[:10], offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    with PackWriter(path) as writer:
        monkeypatch.setattr(os, "pwrite", full)
        with pytest.raises(DataError, match="No space left on device.; free some space"):
            writer.append("big", b"x" * 100)
        monkeypatch.undo()
        assert path.read_bytes() == before
        writer.append("small", b"y")
    assert read(path) == packs(4) | {"small": b"y"}


@pytest.mark.parametrize(("key", "words"), [("", "0 bytes"), ("x" * 2000, "2000 bytes")])
def test_names_that_cannot_be(key: str, words: str, tmp_path: Path) -> None:
    with PackWriter(tmp_path / "p") as writer, pytest.raises(DataError, match=words):
        writer.append(key, b"")


def test_every_cut_of_a_log_keeps_what_came_before(tmp_path: Path) -> None:
    wanted = packs(5)
    path = written(tmp_path / "p", wanted)
    whole = path.read_bytes()
    with closing(PackFile(path)) as file:
        ends = [(record.end, record.key) for record in file.records()]
    packindex.index_path(path).unlink()
    for cut in range(packlog.FILE_HEADER.size, len(whole), 13):
        path.write_bytes(whole[:cut])
        packindex.index_path(path).unlink(missing_ok=True)
        expected = {key: wanted[key] for end, key in ends if end <= cut}
        assert read(path) == expected
        written(path, {"more": b"!"})  # a writer cuts the torn end off and goes on
        assert read(path) == expected | {"more": b"!"}


def test_a_log_cut_below_its_index_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "p", packs(5))
    path.write_bytes(path.read_bytes()[:-8])
    with pytest.raises(DataError, match="its index knows .* it is cut; restore it"):
        PackFile(path)


def test_a_file_cut_while_it_is_open_is_an_error(tmp_path: Path) -> None:
    path = written(tmp_path / "p", packs(5))
    with closing(PackFile(path)) as file:
        os.truncate(path, 40)
        with pytest.raises(DataError, match="pack 'skill4@en-US'.* cut"):
            file.read("skill4@en-US")


def test_a_flipped_byte_is_refused_by_name(tmp_path: Path) -> None:
    wanted = {f"s{i}": bytes([i]) * 50 for i in range(4)}
    path = written(tmp_path / "p", wanted)
    whole = path.read_bytes()
    with closing(PackFile(path)) as file:
        (record,) = [r for r in file.records() if r.key == "s2"]
    for at in range(record.offset, record.start + record.length):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        with closing(PackFile(path)) as file:
            with pytest.raises(DataError, match=r"pack 's2'"):
                file.read("s2")
            assert [file.read(f"s{i}") for i in (0, 1, 3)] == [wanted[f"s{i}"] for i in (0, 1, 3)]


def test_damage_is_not_compacted_away(tmp_path: Path) -> None:
    wanted = {f"s{i}": bytes([i]) * 50 for i in range(4)}
    path = written(tmp_path / "p", wanted)
    whole = bytearray(path.read_bytes())
    with closing(PackFile(path)) as file:
        (record,) = [r for r in file.records() if r.key == "s2"]
    whole[record.start] ^= 1
    path.write_bytes(whole)
    with PackWriter(path) as writer:
        with pytest.raises(DataError, match="pack 's2' its checksum differs; write that pack"):
            writer.compact()
        writer.append("s2", b"again")
        writer.compact()
    assert read(path) == wanted | {"s2": b"again"}
    with closing(PackFile(path)) as file:
        (record,) = [r for r in file.records() if r.key == "s1"]
    whole = bytearray(path.read_bytes())
    whole[record.offset] ^= 1  # the header: not even the name is sure
    path.write_bytes(whole)
    with PackWriter(path) as writer:
        with pytest.raises(DataError, match="damaged beyond their names"):
            writer.compact()
        writer.compact(drop_damaged=True)
    assert sorted(read(path)) == ["s0", "s2", "s3"]


@settings(
    deadline=None, derandomize=True, max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(data=st.data())
def test_no_bytes_break_a_reader_or_a_writer(data: st.DataObject, tmp_path: Path) -> None:
    path = tmp_path / "p"
    for left in tmp_path.iterdir():
        left.unlink()
    written(path, packs(4))
    for file in (path, packindex.index_path(path)):
        body = bytearray(file.read_bytes())
        for _ in range(data.draw(st.integers(0, 3))):
            at = data.draw(st.integers(0, len(body) - 1))
            piece = data.draw(st.binary(max_size=12))
            body[at : at + data.draw(st.integers(0, 12))] = piece
            body = body or bytearray(1)
        file.write_bytes(body)
    for use in (read, lambda path: written(path, {"more": b"!"})):
        try:
            use(path)
        except DataError as error:
            assert str(path) in str(error)


def reported(process: "subprocess.Popen[str]", lines: int) -> set[int]:
    """The packs that a writer reported; it is killed after so many, wherever it is by then."""
    assert process.stdout is not None
    found = [process.stdout.readline() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    found += process.stdout.read().splitlines(keepends=True)
    return {int(line) for line in found if line.endswith("\n")}


@pytest.mark.slow
def test_kill_9_loses_nothing_that_was_reported(tmp_path: Path) -> None:
    """benchmarks/store.py kills fifty times over a thousand packs."""
    path = tmp_path / "p"
    rng = random.Random(5)
    known: set[int] = set()
    for _ in range(6):
        command = [sys.executable, str(WRITER), str(path), "200"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            known |= reported(process, rng.randrange(20))
        if not path.exists():
            continue
        there = read(path)  # every one whole, or `read` raises
        assert {f"pack{i}" for i in known} <= there.keys()
        assert all(payload == content(int(key[4:])) for key, payload in there.items())
    assert known
