"""A view of a stream of bytes that moves forward, for formats whose records say how long they are."""

from collections.abc import Iterator

FORGET_BYTES = 1 << 20      # what has been passed is let go in pieces of at least this size


class Window:
    """The bytes of a stream from where the reader stands; offsets count from there.

    Holds what was asked for and at most a chunk and FORGET_BYTES besides.

    Attributes
    ----------
    position: bytes of the stream before where the reader stands.
    """

    def __init__(self, chunks: Iterator[bytes]):
        self._chunks = chunks
        self.position = 0
        self._data = bytearray()
        self._at = 0

    def __len__(self) -> int:
        """Bytes that can be seen without reading on."""
        return len(self._data) - self._at

    def read_on(self) -> bool:
        """One more chunk of the stream; False at its end."""
        chunk = next(self._chunks, None)
        if chunk is None:
            return False
        self._data += chunk
        return True

    def see(self, size: int) -> bool:
        """Whether there are this many bytes ahead."""
        while len(self) < size:
            if not self.read_on():
                return False
        return True

    def get(self, start: int, end: int) -> bytes:
        """Bytes that can be seen; fewer at the end of what can be."""
        with memoryview(self._data) as view:
            return bytes(view[self._at + start : self._at + end])

    def starts_with(self, what: bytes) -> bool:
        return self.see(len(what)) and self._data.startswith(what, self._at)

    def find(self, what: bytes, start: int = 0, end: int | None = None) -> int:
        """Where `what` begins in what can be seen (in start to end of it), or -1."""
        limit = len(self._data) if end is None else self._at + end
        found = self._data.find(what, self._at + start, limit)
        return found if found < 0 else found - self._at

    def move(self, size: int) -> int:
        """Pass over this many bytes, seen or not; how many there were."""
        left = size
        while left > len(self):
            left -= len(self)
            self._at = len(self._data)
            self._forget()
            if not self.read_on():
                self.position += size - left
                return size - left
        self._at += left
        self.position += size
        self._forget()
        return size

    def _forget(self) -> None:
        if self._at >= FORGET_BYTES or self._at == len(self._data):
            del self._data[: self._at]
            self._at = 0
