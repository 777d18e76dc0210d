"""The process that pages are taken apart in: one request after another, from a socket that is its standard input.

A message is two lengths, a JSON object, and bytes. Asked: how to take a page apart, and its payload as it was sent.
Answered: `title` and `wrong` with the UTF-8 of the text, or `too_long`, or `no_memory`.
"""

import ctypes
import json
import resource
import signal
import socket
import struct
import sys
from typing import Any

LENGTHS = struct.Struct(">II")
PR_SET_PDEATHSIG = 1
GRACE_SECONDS = 5       # behind what the parent grants: a child that lost its parent does not run for ever


def send(connection: socket.socket, header: dict[str, Any], data: bytes = b"") -> None:
    head = json.dumps(header).encode()
    connection.sendall(LENGTHS.pack(len(head), len(data)) + head)
    connection.sendall(data)


def receive(connection: socket.socket) -> tuple[dict[str, Any], bytes]:
    """The next message. Raises EOFError if there is none, TimeoutError as the socket is set."""
    head, size = LENGTHS.unpack(exactly(connection, LENGTHS.size))
    return json.loads(exactly(connection, head)), exactly(connection, size)


def exactly(connection: socket.socket, size: int) -> bytes:
    data = bytearray(size)
    view = memoryview(data)
    while view:
        received = connection.recv_into(view)
        if not received:
            raise EOFError
        view = view[received:]
    return bytes(data)


def main(seconds: int, memory_bytes: int) -> None:
    """Answer until the other end closes. A page that takes more than it may ends the process."""
    from rpdata.extract.page import answer

    signal.signal(signal.SIGINT, signal.SIG_IGN)        # Ctrl-C goes to all processes; the parent's end is ours too
    if sys.platform == "linux":         # elsewhere the limit does not exist or does not hold; the time limit does
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)       # elsewhere a page's time limit ends it
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    connection = socket.socket(fileno=sys.stdin.fileno())
    send(connection, {})
    while True:
        try:
            request, payload = receive(connection)
        except (EOFError, ConnectionError):
            return
        signal.alarm(seconds + GRACE_SECONDS)
        send(connection, *answer(request, payload))
        signal.alarm(0)
