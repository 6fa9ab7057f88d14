"""Downloads: verified, whole or not at all, never outside their folder."""

import io
import tarfile
import zipfile
from hashlib import sha256

import huggingface_hub
import pytest

from data_cards.card import DATA_VARIABLE
from data_cards.errors import SkillwiseError
from data_cards.registry import download as downloading
from data_cards.registry.download import download, fetch_url

TEXT = b"text,category\nhello,greet\n"
DIGEST = sha256(TEXT).hexdigest()
SOURCE = {
    "repository": "someone/data", "revision": "abc", "prefix": "bank", "folder": "sets/bank",
    "files": {"train.csv": DIGEST},
}  # fmt: skip


@pytest.fixture
def base(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    monkeypatch.setenv(DATA_VARIABLE, str(folder))
    return folder


def tar_of(*members):
    """A fetch that writes a tar of (name, bytes or TarInfo)."""

    def fetch(url, path):
        with tarfile.open(path, "w:gz") as tar:
            for name, content in members:
                if isinstance(content, tarfile.TarInfo):
                    tar.addfile(content)
                else:
                    info = tarfile.TarInfo(name)
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))

    return fetch


def zip_of(*members):
    def fetch(url, path):
        with zipfile.ZipFile(path, "w") as packed:
            for name, content in members:
                packed.writestr(name, content)

    return fetch


def left(base):
    return sorted(p.relative_to(base).as_posix() for p in base.rglob("*")) if base.exists() else []


def test_listed_files_below_the_prefix_are_taken(base, make_card):
    fetch = tar_of(
        ("data-abc/bank/train.csv", TEXT),
        ("data-abc/bank/more.csv", b"unlisted"),
        ("data-abc/train.csv", b"elsewhere"),
    )
    folder = download(make_card("banking", source=SOURCE), fetch)
    assert folder == base / "sets/bank"
    assert left(base) == ["sets", "sets/bank", "sets/bank/train.csv"]
    assert (folder / "train.csv").read_bytes() == TEXT


def test_what_is_there_is_verified_and_not_fetched_again(base, make_card, write):
    write(base / "sets/bank/train.csv.gz", TEXT)

    def never(url, path):
        raise AssertionError("fetched")

    assert download(make_card("banking", source=SOURCE), never) == base / "sets/bank"
    write(base / "sets/bank/train.csv.gz", b"other")
    with pytest.raises(SkillwiseError, match="hashes to"):
        download(make_card("banking", source=SOURCE), never)


def test_the_url_is_the_pinned_revision(base, make_card):
    asked = []

    def fetch(url, path):
        asked.append(url)
        tar_of(("data-abc/bank/train.csv", TEXT))(url, path)

    download(make_card("banking", source=SOURCE), fetch)
    assert asked == ["https://github.com/someone/data/archive/abc.tar.gz"]


@pytest.mark.parametrize("pack", [tar_of, zip_of])
@pytest.mark.parametrize("name", ["../evil.csv", "/evil.csv", "a/../../evil.csv", "a\\..\\evil"])
def test_a_member_that_would_leave_the_folder_is_refused(base, make_card, pack, name):
    fetch = pack(("data-abc/bank/train.csv", TEXT), (name, b"evil"))
    with pytest.raises(SkillwiseError, match="would leave its folder"):
        download(make_card("banking", source=SOURCE), fetch)
    assert left(base) == []


def test_links_are_never_made(base, make_card):
    link = tarfile.TarInfo("data-abc/bank/train.csv")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
    with pytest.raises(SkillwiseError, match=r"train\.csv is not among the data"):
        download(make_card("banking", source=SOURCE), tar_of(("", link)))
    assert left(base) == []


@pytest.mark.parametrize(
    ("fetch", "error"),
    [
        (tar_of(("data-abc/bank/train.csv", b"other")), "hashes to"),
        (tar_of(("data-abc/bank/test.csv", TEXT)), "is not among the data"),
        (lambda url, path: path.write_bytes(b"<html>"), "neither tar nor zip"),
        (lambda url, path: path.write_bytes(b""), "neither tar nor zip"),
    ],
)
def test_a_broken_download_leaves_nothing_behind(base, make_card, fetch, error):
    with pytest.raises(SkillwiseError, match=error):
        download(make_card("banking", source=SOURCE), fetch)
    assert left(base) == []


def test_a_cut_off_archive_leaves_nothing_behind(base, make_card, tmp_path):
    whole = tmp_path / "whole"
    noise = sha256(b"0").digest() * 4000
    tar_of(("data-abc/bank/train.csv", TEXT), ("data-abc/noise", noise))("", whole)
    for size in (40, 100, 150):
        with pytest.raises(SkillwiseError):
            download(
                make_card("banking", source=SOURCE),
                lambda url, path, n=size: path.write_bytes(whole.read_bytes()[:n]),
            )
        assert left(base) == []


def test_an_interruption_leaves_nothing_behind(base, make_card):
    def interrupted(url, path):
        path.write_bytes(b"half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        download(make_card("banking", source=SOURCE), interrupted)
    assert left(base) == []


def test_an_archive_of_its_own_is_verified_whole(base, make_card, tmp_path):
    packed = tmp_path / "packed"
    zip_of(("1.1/data/de-DE.jsonl", TEXT), ("1.1/LICENSE", b"cc"))("", packed)
    source = {
        "archive": "https://example.org/m.zip", "prefix": "1.1", "folder": "m",
        "archive_sha256": sha256(packed.read_bytes()).hexdigest(),
    }  # fmt: skip

    def fetch(url, path):
        path.write_bytes(packed.read_bytes())

    download(make_card("massive", source=source), fetch)
    assert left(base) == ["m", "m/LICENSE", "m/data", "m/data/de-DE.jsonl"]
    wrong = source | {"archive_sha256": "00", "folder": "n"}
    with pytest.raises(SkillwiseError, match="the card says 00"):
        download(make_card("massive", source=wrong), fetch)


def test_a_bomb_is_stopped(base, make_card, monkeypatch):
    monkeypatch.setattr(downloading, "MAX_BYTES", 10)
    with pytest.raises(SkillwiseError, match="unpacks to more than 10 bytes"):
        download(make_card("banking", source=SOURCE), tar_of(("data-abc/bank/train.csv", TEXT)))
    assert left(base) == []


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"files": {}}, "lists no sha256"),
        ({"folder": ""}, "nothing to download"),
        ({"folder": "../out"}, "leaves SKILLWISE_DATA"),
        ({"repository": ""}, "names no archive"),
        ({"repository": "a/b/../../c"}, "names no archive"),
        ({"hub": "someone/data", "revision": "main"}, "is no commit"),
    ],
)
def test_what_is_not_pinned_is_refused(base, make_card, changes, error):
    with pytest.raises(SkillwiseError, match=error):
        download(make_card("banking", source=SOURCE | changes), tar_of())
    assert left(base) == []


def test_only_https_is_fetched(tmp_path):
    with pytest.raises(SkillwiseError, match="no https URL"):
        fetch_url("file:///etc/hostname", tmp_path / "x")


HUB = {"hub": "someone/data", "revision": "0" * 40, "folder": "h", "files": {"train.csv": DIGEST}}


def test_a_hub_snapshot_is_pinned_verified_and_tidied(base, make_card, monkeypatch):
    asked = {}

    def snapshot(repo, *, local_dir, **how):
        asked.update(how, repo=repo)
        (local_dir / ".cache/huggingface").mkdir(parents=True)
        (local_dir / "train.csv").write_bytes(TEXT)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    download(make_card("hub", source=HUB))
    assert asked == {
        "repo": "someone/data", "repo_type": "dataset", "revision": "0" * 40,
        "allow_patterns": ["train.csv"],
    }  # fmt: skip
    assert left(base) == ["h", "h/train.csv"]


def test_a_hub_that_fails_leaves_nothing_behind(base, make_card, monkeypatch):
    def snapshot(repo, *, local_dir, **how):
        local_dir.mkdir(parents=True)
        (local_dir / "train.csv").write_bytes(b"half")
        raise ConnectionError("no route")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    with pytest.raises(SkillwiseError, match="someone/data cannot be fetched .*no route"):
        download(make_card("hub", source=HUB))
    assert left(base) == []
