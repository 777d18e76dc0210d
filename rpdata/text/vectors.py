"""What numba lacks: 64 bytes at a time, as one bit for each; unaligned words; wide products.

Each operation is a few lines of LLVM, which lowers them to what the machine has: AVX-512, AVX2, NEON, plain code. None
of them checks bounds: callers keep a margin of `BLOCK` bytes behind every buffer.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import types

from rpdata.text.compiled import operation

BLOCK = 64

_BYTE, _WORD64, _WORD128 = ir.IntType(8), ir.IntType(64), ir.IntType(128)
_BYTES = ir.VectorType(_BYTE, BLOCK)
_BITS = ir.VectorType(ir.IntType(1), BLOCK)


def pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any, item: ir.Type) -> Any:
    """A pointer to `array[index]`, seen as items of another type."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), item.as_pointer())


def function(builder: Any, name: str, function_type: ir.FunctionType) -> Any:
    """An intrinsic function of LLVM."""
    return builder.module.globals.get(name) or ir.Function(builder.module, function_type, name)


def splat(builder: Any, value: Any, count: int) -> Any:
    """A vector of `count` times the same value."""
    undefined = ir.Constant(ir.VectorType(value.type, count), ir.Undefined)
    one = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(one, undefined, ir.Constant(ir.VectorType(ir.IntType(32), count), [0] * count))


def _of_one_word(llvm_name: str, *flags: bool) -> Callable[..., Any]:
    """Code that calls an LLVM intrinsic of one 64-bit word and constant flags."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        bit = ir.IntType(1)
        function_type = ir.FunctionType(_WORD64, [_WORD64, *(bit for _ in flags)])
        constants = [ir.Constant(bit, int(flag)) for flag in flags]
        return builder.call(function(builder, llvm_name, function_type), [args[0], *constants])

    return codegen


@operation
def popcount(typing_context: Any, bits: Any) -> Any:
    """How many bits are set."""
    return types.int64(types.uint64), _of_one_word("llvm.ctpop.i64")


@operation
def lowest(typing_context: Any, bits: Any) -> Any:
    """The number of the lowest set bit; 64 if there is none."""
    return types.int64(types.uint64), _of_one_word("llvm.cttz.i64", False)


@operation
def leading_zeros(typing_context: Any, bits: Any) -> Any:
    """How many bits are unset above the highest set one; 64 if there is none."""
    return types.int64(types.uint64), _of_one_word("llvm.ctlz.i64", False)


@operation
def between(typing_context: Any, data: Any, index: Any, low: Any, high: Any) -> Any:
    """One bit for each of the 64 bytes from `data[index]`: set where low <= byte <= high."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, at, low, high = args
        block = builder.load(pointer(context, builder, signature.args[0], array, at, _BYTES), align=1)
        shifted = builder.sub(block, splat(builder, low, BLOCK))
        inside = builder.icmp_unsigned("<=", shifted, splat(builder, builder.sub(high, low), BLOCK))
        return builder.bitcast(inside, _WORD64)

    return types.uint64(data, types.int64, types.uint8, types.uint8), codegen


@operation
def is_letter(typing_context: Any, data: Any, index: Any, small: Any) -> Any:
    """One bit for each of the 64 bytes from `data[index]`: set where it is this small letter, or its capital."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, at, small = args
        block = builder.load(pointer(context, builder, signature.args[0], array, at, _BYTES), align=1)
        lowered = builder.or_(block, ir.Constant(_BYTES, [ord(" ")] * BLOCK))      # the bit that capitals lack
        return builder.bitcast(builder.icmp_unsigned("==", lowered, splat(builder, small, BLOCK)), _WORD64)

    return types.uint64(data, types.int64, types.uint8), codegen


@operation
def are_equal(typing_context: Any, data: Any, index: Any, other: Any) -> Any:
    """One bit for each of the 64 bytes from `data[index]`: set where it equals the one as far from `data[other]`."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, *positions = args
        blocks = [
            builder.load(pointer(context, builder, signature.args[0], array, position, _BYTES), align=1)
            for position in positions
        ]
        return builder.bitcast(builder.icmp_unsigned("==", *blocks), _WORD64)

    return types.uint64(data, types.int64, types.int64), codegen


@operation
def lower_and_pack(typing_context: Any, source: Any, index: Any, keep: Any, spaces: Any, target: Any, at: Any) -> Any:
    """Write the bytes of source[index : index + 64] that `keep` marks, side by side, from target[at] on.

    ASCII capitals are written small, and a blank is written where `spaces` is set. All of target[at : at + 64] is
    overwritten, with anything after the kept bytes.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, index, keep, spaces, target, at = args
        block = builder.load(pointer(context, builder, signature.args[0], source, index, _BYTES), align=1)
        first_capital, capitals, blank = (ir.Constant(_BYTES, [value] * BLOCK) for value in (ord("A"), 26, ord(" ")))
        capital = builder.icmp_unsigned("<", builder.sub(block, first_capital), capitals)
        small = builder.select(capital, builder.or_(block, blank), block)      # a blank is the bit that capitals lack
        spaced = builder.select(builder.bitcast(spaces, _BITS), blank, small)
        compress_type = ir.FunctionType(_BYTES, [_BYTES, _BITS, _BYTES])
        compress = function(builder, "llvm.experimental.vector.compress.v64i8", compress_type)
        packed = builder.call(compress, [spaced, builder.bitcast(keep, _BITS), ir.Constant(_BYTES, ir.Undefined)])
        builder.store(packed, pointer(context, builder, signature.args[4], target, at, _BYTES), align=1)
        return context.get_dummy_value()

    return types.void(source, types.int64, types.uint64, types.uint64, target, types.int64), codegen


@operation
def load64(typing_context: Any, data: Any, index: Any) -> Any:
    """The eight bytes from data[index] as one little-endian number."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(pointer(context, builder, signature.args[0], args[0], args[1], _WORD64), align=1)

    return types.uint64(data, types.int64), codegen


@operation
def copy16(typing_context: Any, source: Any, index: Any, target: Any, at: Any) -> Any:
    """Copy 16 bytes from source[index] on to target[at] on."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = ir.VectorType(_BYTE, 16)
        value = builder.load(pointer(context, builder, signature.args[0], args[0], args[1], vector), align=1)
        builder.store(value, pointer(context, builder, signature.args[2], args[2], args[3], vector), align=1)
        return context.get_dummy_value()

    return types.void(source, types.int64, target, types.int64), codegen


@operation
def multiply_fold(typing_context: Any, a: Any, b: Any) -> Any:
    """The 128 bits of a * b, high half xor low half."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        product = builder.mul(builder.zext(args[0], _WORD128), builder.zext(args[1], _WORD128))
        high = builder.trunc(builder.lshr(product, ir.Constant(_WORD128, 64)), _WORD64)
        return builder.xor(builder.trunc(product, _WORD64), high)

    return types.uint64(types.uint64, types.uint64), codegen
