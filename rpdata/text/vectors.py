"""What numba lacks: 64 bytes at a time as one bit for each byte, unaligned words, and wide products.

Each operation is a few lines of LLVM that the compiler lowers to whatever the machine has (AVX-512, AVX2, NEON, or
plain code); none of them checks bounds: callers keep a margin of `BLOCK` bytes behind every buffer.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

BLOCK = 64

_BYTE, _WORD64, _WORD128 = ir.IntType(8), ir.IntType(64), ir.IntType(128)
_BYTES = ir.VectorType(_BYTE, BLOCK)
_BITS = ir.VectorType(ir.IntType(1), BLOCK)


def pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, item: ir.Type) -> Any:
    """A pointer to `array[index]`, seen as items of another type."""
    data = make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), item.as_pointer())


def splat(builder: Any, byte: Any) -> Any:
    one = builder.insert_element(ir.Constant(_BYTES, ir.Undefined), byte, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), BLOCK), [0] * BLOCK)
    return builder.shuffle_vector(one, ir.Constant(_BYTES, ir.Undefined), zeros)


def _load_block(builder: Any, address: Any) -> Any:
    return builder.load(address, align=1)


def _unary(name: str, *flags: bool) -> Callable[..., Any]:
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        function = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(_WORD64, [_WORD64, *(ir.IntType(1) for _ in flags)]),
            name,
        )
        return builder.call(function, [args[0], *(ir.Constant(ir.IntType(1), int(flag)) for flag in flags)])

    return codegen


@intrinsic
def popcount(typing_context, bits):  # type: ignore[no-untyped-def]
    """How many bits are set."""
    return types.int64(types.uint64), _unary("llvm.ctpop.i64")


@intrinsic
def lowest(typing_context, bits):  # type: ignore[no-untyped-def]
    """The number of the lowest set bit; 64 if there is none."""
    return types.int64(types.uint64), _unary("llvm.cttz.i64", False)


@intrinsic
def highest(typing_context, bits):  # type: ignore[no-untyped-def]
    """63 less the number of the highest set bit; 64 if there is none."""
    return types.int64(types.uint64), _unary("llvm.ctlz.i64", False)


@intrinsic
def between(typing_context, data, index, low, high):  # type: ignore[no-untyped-def]
    """One bit for each of the 64 bytes from `data[index]`: set where low <= byte <= high."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, at, low, high = args
        block = _load_block(builder, pointer(context, builder, signature.args[0], array, at, _BYTES))
        shifted = builder.sub(block, splat(builder, low))
        inside = builder.icmp_unsigned("<=", shifted, splat(builder, builder.sub(high, low)))
        return builder.bitcast(inside, _WORD64)

    return types.uint64(data, types.int64, types.uint8, types.uint8), codegen


@intrinsic
def lower_and_pack(typing_context, source, index, keep, spaces, target, at):  # type: ignore[no-untyped-def]
    """Write the bytes of source[index : index + 64] that `keep` marks, side by side, from target[at] on.

    ASCII capitals are written small, and a blank is written where `spaces` is set. All of target[at : at + 64] is
    overwritten, with anything after the kept bytes.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, index, keep, spaces, target, at = args
        block = _load_block(builder, pointer(context, builder, signature.args[0], source, index, _BYTES))
        constant = [splat(builder, ir.Constant(_BYTE, value)) for value in (ord("A"), 25, 0x20)]
        capital = builder.icmp_unsigned("<=", builder.sub(block, constant[0]), constant[1])
        small = builder.select(capital, builder.or_(block, constant[2]), block)
        spaced = builder.select(builder.bitcast(spaces, _BITS), constant[2], small)
        compress = cgutils.get_or_insert_function(
            builder.module, ir.FunctionType(_BYTES, [_BYTES, _BITS, _BYTES]), "llvm.experimental.vector.compress.v64i8"
        )
        packed = builder.call(compress, [spaced, builder.bitcast(keep, _BITS), ir.Constant(_BYTES, ir.Undefined)])
        builder.store(packed, pointer(context, builder, signature.args[4], target, at, _BYTES), align=1)
        return context.get_dummy_value()

    return types.void(source, types.int64, types.uint64, types.uint64, target, types.int64), codegen


@intrinsic
def load64(typing_context, data, index):  # type: ignore[no-untyped-def]
    """The eight bytes from data[index] as one little-endian number."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(pointer(context, builder, signature.args[0], args[0], args[1], _WORD64), align=1)

    return types.uint64(data, types.int64), codegen


@intrinsic
def multiply_fold(typing_context, a, b):  # type: ignore[no-untyped-def]
    """The 128 bits of a * b, high half xor low half."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        product = builder.mul(builder.zext(args[0], _WORD128), builder.zext(args[1], _WORD128))
        high = builder.trunc(builder.lshr(product, ir.Constant(_WORD128, 64)), _WORD64)
        return builder.xor(builder.trunc(product, _WORD64), high)

    return types.uint64(types.uint64, types.uint64), codegen
