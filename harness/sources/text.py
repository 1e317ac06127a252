"""Text tables as bytes: how a file is opened, in which encoding it is, what separates its cells."""

import bz2
import csv
import gzip
import io
import lzma
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, cast

SEPARATORS = (",", ";", "\t", "|")
MARK = b"\xef\xbb\xbf"
WIDE = {b"\xff\xfe\x00\x00": "utf-32", b"\x00\x00\xfe\xff": "utf-32", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
PACKED = (".gz", ".bz2", ".xz", ".zst")
LONGEST_CELL = 1 << 24
_BLOCK = 1 << 20
_FEWEST_LINES = 5
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?")

csv.field_size_limit(LONGEST_CELL)


def open_bytes(path: Path) -> BinaryIO:
    """The bytes of a file, unpacked where its name says that it is packed."""
    match path.suffix.lower():
        case ".gz":
            return cast("BinaryIO", gzip.open(path))
        case ".bz2":
            return cast("BinaryIO", bz2.open(path))
        case ".xz":
            return cast("BinaryIO", lzma.open(path))
        case ".zst":
            from pyarrow import input_stream

            return cast("BinaryIO", input_stream(str(path), compression="zstd"))
    return path.open("rb")


def encoding_of(path: Path) -> str:
    """UTF-8 (with its byte order mark if it has one), UTF-16 by its mark, else the code page of Western Windows."""
    with open_bytes(path) as stream:
        head = stream.read(4)
    for mark, name in WIDE.items():
        if head.startswith(mark):
            return name
    if decodes(path, "utf-8"):
        return "utf-8-sig" if head.startswith(MARK) else "utf-8"
    return "cp1252" if decodes(path, "cp1252") else "latin-1"


def decodes(path: Path, encoding: str) -> bool:
    """Whether the whole file is of this encoding."""
    try:
        with io.TextIOWrapper(open_bytes(path), encoding=encoding) as text:
            while text.read(_BLOCK):
                continue
    except UnicodeError:
        return False
    return True


def mixed_lines(path: Path) -> tuple[int, int]:
    """Of the lines with other letters than ASCII's, how many are UTF-8 and how many are not."""
    good = bad = 0
    with open_bytes(path) as stream:
        for line in stream:
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
                good += 1
            except UnicodeDecodeError:
                bad += 1
    return good, bad


def line_texts(path: Path, encoding: str, *, mixed: bool) -> Iterator[str]:
    """The lines of a file; of a mixed one each line in the encoding that fits it."""
    if not mixed:
        with io.TextIOWrapper(open_bytes(path), encoding=encoding, newline="") as text:
            yield from text
        return
    with open_bytes(path) as stream:
        for number, line in enumerate(stream):
            plain = line.removeprefix(MARK) if number == 0 else line
            try:
                yield plain.decode("utf-8")
            except UnicodeDecodeError:
                yield plain.decode("cp1252", errors="replace")


def last_bytes(path: Path, count: int) -> bytes:
    """The end of a file's content."""
    with open_bytes(path) as stream:
        if path.suffix.lower() not in PACKED:
            stream.seek(max(0, path.stat().st_size - count))
            return stream.read()
        last = b""
        while block := stream.read(_BLOCK):
            last = (last + block)[-count:]
        return last


def blanks_made_one(lines: Iterable[str]) -> Iterator[str]:
    """Lines whose cells are parted by any white space, so that one blank parts them."""
    return (" ".join(line.split()) for line in lines)


def parted_by_blanks(lines: Sequence[str]) -> bool:
    """Whether white space parts the lines into a table with a header, and no separator does.

    Prose has lines of all widths; a first line with numbers in it is no header, and such a file is not guessed at.
    """
    plain = [line for line in lines if line.strip()]
    if len(plain) < _FEWEST_LINES or any(_NUMBER.fullmatch(word) for word in plain[0].split()):
        return False
    width, count = _common_width(list(blanks_made_one(plain)), " ")
    other, agreeing = _common_width(lines, separator_of(lines))
    parted = other > 1 and agreeing == sum(bool(line.strip()) for line in lines)
    return width > max(2, other) and other <= 2 and not parted and count >= 0.98 * len(plain)


def _common_width(lines: Sequence[str], separator: str) -> tuple[int, int]:
    """The number of cells that most lines have, and how many do."""
    return Counter(len(row) for row in csv.reader(lines, delimiter=separator) if row).most_common(1)[0]


def separator_of(lines: Sequence[str]) -> str:
    """The separator that gives most lines the same number of fields, and that number the largest."""

    def agreement(separator: str) -> tuple[float, int]:
        widths = Counter(len(fields) for fields in csv.reader(lines, delimiter=separator) if fields)
        if not widths:
            return 0.0, 0
        width, count = widths.most_common(1)[0]
        return (0.0 if width < 2 else round(count / sum(widths.values()), 1)), width

    return max(SEPARATORS, key=agreement)
