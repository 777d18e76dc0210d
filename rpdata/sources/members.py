"""Where the gzip members of a file begin, so that a record can be fetched again by itself.

Archives hold one record in each member. What inflates does not say where members meet, but a member ends with the size
of what came out of it, and the next one starts with a header: where a header stands behind the size that a record has,
the next record's member begins.
"""

import re
from collections import deque
from itertools import islice

from rpdata.sources.codecs import is_plain

SIZE = 4
HEADER = 10
# The mark, which stands in 16 MB once by chance, with the only method there is; no reserved flag; any time; the levels
# and systems that are defined. That much stands in 200 GB once.
MEMBER = re.compile(rb"\x1f\x8b\x08[\x00-\x1f].{4}[\x00\x02\x04][\x00-\x0d\xff]", re.DOTALL)
MEMBERS_OF_A_RECORD = 64    # one in more members than this is given up
SIZES = 1 << 32


class Members:
    """Follows a file's bytes as they are read, and its records as they come out of them."""

    def __init__(self) -> None:
        self._passed = 0
        self._plain = False
        self._behind = b""      # the last bytes read: a header may go on after them
        self._starts: deque[tuple[int, int]] = deque()      # offset of a member, size of what the one before gave
        self._record = 0        # where the last record whose offset is known starts

    def read(self, piece: bytes) -> None:
        """More bytes of the file on disk."""
        if not self._passed:
            self._plain = is_plain(piece)
        data = self._behind + piece
        start = self._passed - len(self._behind)
        for member in () if self._plain else MEMBER.finditer(data, SIZE):
            at = member.start()
            self._starts.append((start + at, int.from_bytes(data[at - SIZE : at], "little")))
        self._passed += len(piece)
        self._behind = data[1 - SIZE - HEADER :]

    def offset(self, position: int) -> int | None:
        """Where on disk the record begins that begins at `position` of the plain stream; None if no member does there.

        To be asked for each record, in their order.
        """
        if self._plain or position == 0:
            return position
        if self._starts and self._starts[0][1] == position - self._record:      # as it nearly always is
            self._record = position
            return self._starts.popleft()[0]
        size = 0
        for i, (offset, member) in enumerate(islice(self._starts, MEMBERS_OF_A_RECORD)):
            size += member
            if (position - self._record - size) % SIZES == 0:
                for _ in range(i + 1):
                    self._starts.popleft()
                self._record = position
                return offset
        return None
