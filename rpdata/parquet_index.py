"""Where the pages of a Parquet column lie: the part of the format that pyarrow does not show.

Parquet's metadata are Thrift structs in the compact protocol (parquet-format, `parquet.thrift`). This reads the three
that lead to a page, and skips everything else: FileMetaData -> ColumnChunk -> OffsetIndex, and PageHeader.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

# Types of the compact protocol
TRUE, FALSE, BYTE, DOUBLE, BINARY, LIST, SET, STRUCT = 1, 2, 3, 7, 8, 9, 10, 12

MAGIC = b"PAR1"
DATA_PAGE, PLAIN = 0, 0


@dataclass(frozen=True)
class Page:
    """One page of a column chunk: where it lies in the file (header included) and its first row in the row group."""

    offset: int
    size: int
    first_row: int


@dataclass(frozen=True)
class PageHeader:
    """The start of a page: `length` bytes; then `compressed` bytes, which become `uncompressed`."""

    length: int
    compressed: int
    uncompressed: int
    values: int
    is_plain: bool      # a data page of version 1 with values one after the other


def offset_indexes(file: BinaryIO, column: int) -> list[tuple[int, int] | None]:
    """For each row group, (offset, length) of the column's page index; None where it has none.

    column: its number among the file's leaf columns.
    """
    file.seek(-8, 2)
    length, magic = struct.unpack("<I4s", file.read(8))
    if magic != MAGIC:
        raise ValueError("not a Parquet file")
    file.seek(-8 - length, 2)
    footer = Thrift(file.read(length))
    found: list[tuple[int, int] | None] = []
    for field, kind in footer.fields():
        if field == 4:                                      # FileMetaData.row_groups
            for _ in range(footer.list_size()):
                found.append(_index_of_group(footer, column))
        else:
            footer.skip(kind)
    return found


def pages(index: bytes) -> list[Page]:
    """The pages that an OffsetIndex lists."""
    thrift = Thrift(index)
    found = []
    for field, kind in thrift.fields():
        if field == 1:                                      # OffsetIndex.page_locations
            for _ in range(thrift.list_size()):
                location = {part: thrift.integer() for part, _ in thrift.fields()}
                found.append(Page(location[1], location[2], location[3]))
        else:
            thrift.skip(kind)
    return found


def page_header(data: bytes) -> PageHeader:
    """The header that a page begins with."""
    thrift = Thrift(data)
    numbers: dict[int, int] = {}
    parts: dict[int, int] = {}
    for field, kind in thrift.fields():
        if field in (1, 2, 3):                              # type, uncompressed_page_size, compressed_page_size
            numbers[field] = thrift.integer()
        elif field == 5:                                    # data_page_header
            for part, part_kind in thrift.fields():
                if part in (1, 2):                          # num_values, encoding
                    parts[part] = thrift.integer()
                else:
                    thrift.skip(part_kind)
        else:
            thrift.skip(kind)
    plain = numbers[1] == DATA_PAGE and parts.get(2) == PLAIN
    return PageHeader(thrift.position, numbers[3], numbers[2], parts.get(1, 0), plain)


def _index_of_group(footer: "Thrift", column: int) -> tuple[int, int] | None:
    found = None
    for field, kind in footer.fields():
        if field == 1:                                      # RowGroup.columns
            for number in range(footer.list_size()):
                if number == column:
                    found = _index_of_chunk(footer)
                else:
                    footer.skip(STRUCT)
        else:
            footer.skip(kind)
    return found


def _index_of_chunk(footer: "Thrift") -> tuple[int, int] | None:
    place: dict[int, int] = {}
    for field, kind in footer.fields():
        if field in (4, 5):                                 # ColumnChunk.offset_index_offset, offset_index_length
            place[field] = footer.integer()
        else:
            footer.skip(kind)
    return (place[4], place[5]) if len(place) == 2 else None


class Thrift:
    """Reads structs of the compact protocol one after the other from `data`."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def fields(self) -> Iterator[tuple[int, int]]:
        """(number, type) of each field of a struct; the caller reads or skips its value before the next."""
        field = 0
        while header := self._byte():
            field = field + (header >> 4) if header >> 4 else self.integer()
            yield field, header & 15

    def integer(self) -> int:
        """A zigzag number of any width."""
        value = self._varint()
        return (value >> 1) ^ -(value & 1)

    def list_size(self) -> int:
        """How many elements a list has; they follow."""
        header = self._byte()
        return header >> 4 if header >> 4 != 15 else self._varint()

    def skip(self, kind: int) -> None:
        """Pass over a value."""
        if kind in (TRUE, FALSE):                           # the value is the type
            return
        if kind == BYTE:
            self.position += 1
        elif kind == DOUBLE:
            self.position += 8
        elif kind == BINARY:
            length = self._varint()
            self.position += length
        elif kind == STRUCT:
            for _, part in self.fields():
                self.skip(part)
        elif kind in (LIST, SET):
            element = self.data[self.position] & 15
            for _ in range(self.list_size()):
                self.skip(BYTE if element in (TRUE, FALSE) else element)
        else:                                               # an integer
            self._varint()

    def _byte(self) -> int:
        byte = self.data[self.position]
        self.position += 1
        return byte

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.data[self.position]
            self.position += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
