"""SHA-1 (FIPS 180-4) of many short messages at a time: one message in each lane of a vector.

The compression function is generated below as straight-line vector code, 80 rounds with the state and the 16 current
schedule words in registers. It runs wherever LLVM does: a machine with narrower vectors splits each operation.
"""

from typing import Any

from llvmlite import ir
from numba import types

from rpdata.text.compiled import operation
from rpdata.text.vectors import BLOCK, function, pointer, splat

WIDTH = 16                        # lanes of a vector; and words of a block
VECTORS = 2                       # in turns: alone, each would wait for its own last result (7.2 -> 5.0 ns/block)
LANES = VECTORS * WIDTH
STATE_WORDS = 5
INITIAL_STATE = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
LAST_BLOCK_BYTES = BLOCK - 9      # the most that leaves room for the end mark (1 byte) and the length (8)

_INT32 = ir.IntType(32)
_VECTOR = ir.VectorType(_INT32, WIDTH)
_BYTES = ir.VectorType(ir.IntType(8), BLOCK)


def _constant(value: int) -> ir.Constant:
    return ir.Constant(_VECTOR, [value] * WIDTH)


def _rotate(builder: Any, value: Any, by: int) -> Any:
    rotate = function(builder, f"llvm.fshl.v{WIDTH}i32", ir.FunctionType(_VECTOR, [_VECTOR] * 3))
    return builder.call(rotate, [value, value, _constant(by)])


def _transpose(builder: Any, rows: list[Any]) -> list[Any]:
    """16 vectors of 16 words, rows to columns: swap off-diagonal squares of side 1, 2, 4, 8."""
    for side in (1, 2, 4, 8):
        upper = [j if not j & side else WIDTH + j - side for j in range(WIDTH)]
        lower = [j + side if not j & side else WIDTH + j for j in range(WIDTH)]
        for i in (i for i in range(WIDTH) if not i & side):
            a, b = rows[i], rows[i + side]
            rows[i] = builder.shuffle_vector(a, b, ir.Constant(_VECTOR, upper))
            rows[i + side] = builder.shuffle_vector(a, b, ir.Constant(_VECTOR, lower))
    return rows


def _choose(builder: Any, b: Any, c: Any, d: Any) -> Any:
    return builder.xor(d, builder.and_(b, builder.xor(c, d)))


def _parity(builder: Any, b: Any, c: Any, d: Any) -> Any:
    return builder.xor(b, builder.xor(c, d))


def _majority(builder: Any, b: Any, c: Any, d: Any) -> Any:
    return builder.or_(builder.and_(b, c), builder.and_(d, builder.or_(b, c)))


_ROUNDS = ((_choose, 0x5A827999), (_parity, 0x6ED9EBA1), (_majority, 0x8F1BBCDC), (_parity, 0xCA62C1D6))   # 20 of each


def _round(builder: Any, t: int, state: tuple[Any, ...], schedule: list[Any]) -> tuple[Any, ...]:
    """Round t of 80; `schedule` holds the current 16 words and is moved on in place."""
    mix, constant = _ROUNDS[t // 20]
    if t >= 16:
        taps = [schedule[(t - back) % 16] for back in (3, 8, 14, 16)]
        mixed = builder.xor(builder.xor(taps[0], taps[1]), builder.xor(taps[2], taps[3]))
        schedule[t % 16] = _rotate(builder, mixed, 1)
    a, b, c, d, e = state
    early = builder.add(builder.add(e, _constant(constant)), schedule[t % 16])
    total = builder.add(builder.add(early, mix(builder, b, c, d)), _rotate(builder, a, 5))
    return total, a, _rotate(builder, b, 30), c, d


@operation
def compress(typing_context: Any, state: Any, blocks: Any) -> Any:
    """Advance the state of each lane by one block.

    state[STATE_WORDS * LANES] has word 0 of all lanes first; blocks[LANES * BLOCK] has the block of lane 0 first.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def place(argument: int, item: int) -> Any:
            index = context.get_constant(types.intp, item)
            return pointer(context, builder, signature.args[argument], args[argument], index, _VECTOR)

        def load_schedule(vector: int) -> list[Any]:
            lanes = range(vector * WIDTH, (vector + 1) * WIDTH)
            blocks = [builder.load(place(1, lane * BLOCK), align=1) for lane in lanes]
            return _transpose(builder, [builder.call(big_endian, [block]) for block in blocks])

        big_endian = function(builder, f"llvm.bswap.v{WIDTH}i32", ir.FunctionType(_VECTOR, [_VECTOR]))
        schedules = [load_schedule(vector) for vector in range(VECTORS)]
        places = [[place(0, word * LANES + v * WIDTH) for word in range(STATE_WORDS)] for v in range(VECTORS)]
        before = [[builder.load(address, align=1) for address in addresses] for addresses in places]
        states = [tuple(state) for state in before]
        for t in range(80):
            for v in range(VECTORS):
                states[v] = _round(builder, t, states[v], schedules[v])
        for addresses, old, new in zip(places, before, states, strict=True):
            for address, was, change in zip(addresses, old, new, strict=True):
                builder.store(builder.add(was, change), address, align=1)
        return context.get_dummy_value()

    return types.void(state, blocks), codegen


@operation
def pad_block(typing_context: Any, text: Any, start: Any, left: Any, length_word: Any, blocks: Any, lane: Any) -> Any:
    """Write a lane's next block: the 64 bytes of text from `start`, of which only `left` belong to the message.

    The end mark 0x80 follows them, if it has room (left < 64) and did not stand in the block before (left >= 0). The
    rest is zero but for `length_word`, which is the last word as it stands in memory.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        text, start, left, length_word, blocks, lane = args
        data = builder.load(pointer(context, builder, signature.args[0], text, start, _BYTES), align=1)
        left = splat(builder, left, BLOCK)
        number = ir.Constant(_BYTES, list(range(BLOCK)))
        nothing = ir.Constant(_BYTES, [0] * BLOCK)
        kept = builder.select(builder.icmp_signed("<", number, left), data, nothing)
        mark = builder.select(builder.icmp_signed("==", number, left), ir.Constant(_BYTES, [0x80] * BLOCK), nothing)
        words = builder.bitcast(builder.or_(kept, mark), _VECTOR)
        at = ir.Constant(_INT32, WIDTH - 1)
        words = builder.insert_element(words, builder.or_(builder.extract_element(words, at), length_word), at)
        index = builder.mul(lane, ir.Constant(lane.type, BLOCK))
        builder.store(words, pointer(context, builder, signature.args[4], blocks, index, _VECTOR), align=1)
        return context.get_dummy_value()

    return types.void(text, types.int64, types.int8, types.uint32, blocks, types.int64), codegen


@operation
def swap_bytes(typing_context: Any, value: Any) -> Any:
    """The four bytes of a word in reverse."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        swap = function(builder, "llvm.bswap.i32", ir.FunctionType(_INT32, [_INT32]))
        return builder.call(swap, args)

    return types.uint32(types.uint32), codegen
