"""SHA-1 of all the messages in a buffer: a lane that has finished one takes the next at once, whatever others do."""

from typing import NamedTuple

import numpy as np

from rpdata.text.arrays import Bytes, Counts, Ints, Words32
from rpdata.text.compiled import kernel, uint32
from rpdata.text.sha1 import INITIAL_STATE, LANES, LAST_BLOCK_BYTES, STATE_WORDS, compress, pad_block, swap_bytes
from rpdata.text.vectors import BLOCK


class Lanes(NamedTuple):
    """Working memory."""

    blocks: Bytes       # see `sha1.compress`: the next block of each lane
    state: Words32      # ... and its state
    message: Ints       # what each lane works on; -1 when it is out of work
    at: Ints            # where its next block starts
    left: Ints          # bytes of its message from there on; less than none behind the end


def make_lanes() -> Lanes:
    """Working memory for any messages."""
    return Lanes(
        blocks=np.zeros(LANES * BLOCK, np.uint8),
        state=np.zeros(STATE_WORDS * LANES, np.uint32),
        message=np.empty(LANES, np.int64),
        at=np.empty(LANES, np.int64),
        left=np.empty(LANES, np.int64),
    )


@kernel
def begin_lane(lane: int, message: int, starts: Counts, stride: int, lanes: Lanes) -> None:
    """Give a lane its next message."""
    lanes.message[lane] = message
    lanes.at[lane] = starts[message]
    lanes.left[lane] = starts[message + stride] - 1 - starts[message]
    for word in range(STATE_WORDS):
        lanes.state[word * LANES + lane] = INITIAL_STATE[word]


@kernel
def hash_messages(
    text: Bytes, starts: Counts, stride: int, count: int, words: int, out: Words32, lanes: Lanes
) -> None:
    """Write the first `words` words of each message's SHA-1 to `out`, as they stand in memory on a little-endian
    machine.

    Message i is text[starts[i] : starts[i + stride] - 1]: one byte is between two that follow each other. It takes one
    block or many. `text` has a margin of BLOCK bytes.
    """
    following = min(LANES, count)
    working = following
    lanes.message[:] = -1
    for lane in range(following):
        begin_lane(lane, lane, starts, stride, lanes)
    while working > 0:
        for lane in range(LANES):
            if lanes.message[lane] < 0:
                continue
            left = lanes.left[lane]
            length_word = uint32(0)
            if left <= LAST_BLOCK_BYTES:
                message = lanes.message[lane]
                length = starts[message + stride] - 1 - starts[message]
                length_word = swap_bytes(uint32(8 * length))
            pad_block(text, lanes.at[lane], max(min(left, BLOCK), -1), length_word, lanes.blocks, lane)
        compress(lanes.state, lanes.blocks)
        for lane in range(LANES):
            if lanes.message[lane] < 0:
                continue
            if lanes.left[lane] > LAST_BLOCK_BYTES:
                lanes.at[lane] += BLOCK
                lanes.left[lane] -= BLOCK
                continue
            for word in range(words):
                out[lanes.message[lane] * words + word] = swap_bytes(lanes.state[word * LANES + lane])
            if following < count:
                begin_lane(lane, following, starts, stride, lanes)
                following += 1
            else:
                lanes.message[lane] = -1
                working -= 1
