"""The bytes of a pack file: an append-only log of records, each with its own checksums.

The file begins with a magic word and a random generation, so that an index knows whose it is.
A record is a header (magic, kind, lengths, checksum of key and payload, checksum of the header),
its key and its payload, padded to 8 bytes. As in Bitcask (Sheehy and Smith 2010), whatever a crash
leaves half-written at the end is found by the checksums and cut off.
"""

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

from xxhash import xxh3_64, xxh3_64_intdigest

FILE_MAGIC, MAGIC = b"SKWPACK1", b"\xabPCK"
FILE_HEADER = struct.Struct("<8s16sQ")
HEADER = struct.Struct("<4sHHIQI")
PUT, DELETE = 0, 1
LONGEST_KEY, LONGEST_PAYLOAD = 1 << 10, 1 << 30
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """Where a record lies: its header at `offset`, its payload `length` bytes at `start`."""

    offset: int
    key: str
    kind: int
    start: int
    length: int
    checksum: int

    @property
    def end(self) -> int:
        """Where the next record begins."""
        return self.start + self.length + -(self.start + self.length) % 8


def file_header(generation: bytes) -> bytes:
    """The first 32 bytes of a file."""
    head = FILE_MAGIC + generation
    return head + struct.pack("<Q", xxh3_64_intdigest(head))


def generation_of(descriptor: int) -> bytes:
    """The generation of an open file; raises `ValueError` where it is no pack file."""
    head = os.pread(descriptor, FILE_HEADER.size, 0)
    if len(head) < FILE_HEADER.size or head[:8] != FILE_MAGIC:
        raise ValueError("is no pack file")
    magic, generation, checksum = FILE_HEADER.unpack(head)
    if xxh3_64_intdigest(magic + generation) != checksum:
        raise ValueError("its first bytes are damaged")
    return bytes(generation)


def encoded(key: str, payload: bytes, kind: int = PUT) -> bytes:
    """A record's bytes. Raises `ValueError` for a key or payload that is too long."""
    name = key.encode("utf-8")
    if not 0 < len(name) <= LONGEST_KEY:
        raise ValueError(f"a name of {len(name)} bytes is not between 1 and {LONGEST_KEY}")
    if len(payload) > LONGEST_PAYLOAD:
        raise ValueError(f"a pack of {len(payload):,} bytes is over {LONGEST_PAYLOAD:,}")
    state = xxh3_64(name)
    state.update(payload)
    head = HEADER.pack(MAGIC, kind, len(name), len(payload), state.intdigest(), 0)[:-4]
    body = head + struct.pack("<I", crc32(head)) + name + payload
    return body + bytes(-len(body) % 8)


def record_at(descriptor: int, offset: int, size: int) -> Record:
    """The record whose header stands at `offset` of a file of `size` bytes, payload not read.

    Raises `ValueError` where no whole record stands there.
    """
    head = os.pread(descriptor, HEADER.size + 64, offset)  # most keys come with it
    if len(head) < HEADER.size:
        raise ValueError("a record is cut")
    magic, kind, name_length, length, checksum, own = HEADER.unpack_from(head)
    if magic != MAGIC or crc32(head[: HEADER.size - 4]) != own:
        raise ValueError("a record's header is damaged")
    start = offset + HEADER.size + name_length
    if start + length + -(start + length) % 8 > size:
        raise ValueError("a record is cut")
    name = head[HEADER.size : HEADER.size + name_length]
    if len(name) < name_length:
        name = os.pread(descriptor, name_length, offset + HEADER.size)
    try:
        key = name.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("a record's name is damaged") from None
    return Record(offset, key, kind, start, length, checksum)


def payload_of(descriptor: int, record: Record) -> bytes:
    """A record's payload; raises `ValueError` where it is not what was written.

    Read, not mapped: a file that is cut under a mapping kills the process, a short read does not.
    """
    payload = os.pread(descriptor, record.length, record.start)
    state = xxh3_64(record.key.encode("utf-8"))
    state.update(payload)
    if len(payload) < record.length:
        raise ValueError("is cut")
    if state.intdigest() != record.checksum:
        raise ValueError("its checksum differs")
    return payload


@dataclass(frozen=True, slots=True)
class Gap:
    """Bytes in the middle of a file that are no record."""

    start: int
    end: int


def scan(descriptor: int, offset: int, size: int) -> Iterator[Record | Gap]:
    """The records from `offset` on, in order; damaged stretches between them as gaps.

    What follows the last whole record is not yielded: it may be a record in the making.
    """
    while offset < size:
        try:
            record = record_at(descriptor, offset, size)
        except ValueError:
            following = _next_whole(descriptor, offset + 1, size)
            if following is None:
                return
            yield Gap(offset, following)
            offset = following
            continue
        yield record
        offset = record.end


def _next_whole(descriptor: int, offset: int, size: int) -> int | None:
    """Where the next record with a right header and checksum stands."""
    while offset < size:
        chunk = os.pread(descriptor, CHUNK + len(MAGIC), offset)
        at = chunk.find(MAGIC)
        while at >= 0:
            try:
                payload_of(descriptor, record_at(descriptor, offset + at, size))
            except ValueError:
                at = chunk.find(MAGIC, at + 1)
            else:
                return offset + at
        offset += CHUNK
    return None
