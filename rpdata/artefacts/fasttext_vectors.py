"""Rows of weights, 16 numbers at a time: what numba alone would keep in memory instead of in registers."""

from typing import Any, cast

from llvmlite import ir
from numba import types
from numba.core import cgutils

from rpdata.text.compiled import operation
from rpdata.text.vectors import function, pointer

LANES = 16              # numbers of 32 bits
LANES_BYTES = 4 * LANES

_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_INTS = ir.VectorType(ir.IntType(32), LANES)


@operation
def add_rows(
    typing_context: Any, weights: Any, row_bytes: Any, rows: Any, count: Any, column: Any, total: Any, at: Any
) -> Any:
    """Add 16 columns, from `column` on, of the rows rows[:count] to total[at : at + 16], one after another.

    weights: bytes, a row every row_bytes; it need not be aligned. Each sum is rounded, in the order of the rows.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        weights, row_bytes, rows, count, column, total, at = args
        kinds = signature.args
        target = pointer(context, builder, kinds[5], total, at, _FLOATS)
        sums = cast(Any, cgutils).alloca_once(builder, _FLOATS)
        builder.store(builder.load(target, align=4), sums)
        first_byte = builder.mul(column, ir.Constant(column.type, 4))
        with cgutils.for_range(builder, count, intp=count.type) as loop:
            row = builder.load(pointer(context, builder, kinds[2], rows, loop.index, ir.IntType(32)))
            first = builder.add(builder.mul(builder.sext(row, row_bytes.type), row_bytes), first_byte)
            values = builder.load(pointer(context, builder, kinds[0], weights, first, _FLOATS), align=1)
            builder.store(builder.fadd(builder.load(sums), values), sums)
        builder.store(builder.load(sums), target, align=4)
        return context.get_dummy_value()

    return types.void(weights, types.int64, rows, types.int64, types.int64, total, types.int64), codegen


@operation
def copy_lanes(typing_context: Any, source: Any, index: Any, target: Any, at: Any) -> Any:
    """Copy source[index : index + 16] to target[at : at + 16], numbers of 32 bits."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        source, index, target, at = args
        block = builder.load(pointer(context, builder, signature.args[0], source, index, _INTS), align=4)
        builder.store(block, pointer(context, builder, signature.args[2], target, at, _INTS), align=4)
        return context.get_dummy_value()

    return types.void(source, types.int64, target, types.int64), codegen


@operation
def prefetch(typing_context: Any, array: Any, index: Any) -> Any:
    """Begin to fetch array[index] into the cache; whatever the index, nothing else happens."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, index = args
        kind = signature.args[0]
        item = context.get_data_type(kind.dtype)
        address = builder.bitcast(pointer(context, builder, kind, array, index, item), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        function_type = ir.FunctionType(ir.VoidType(), [address.type, number, number, number])
        to_read, keep, data = (ir.Constant(number, value) for value in (0, 3, 1))
        builder.call(function(builder, "llvm.prefetch.p0i8", function_type), [address, to_read, keep, data])
        return context.get_dummy_value()

    return types.void(array, types.int64), codegen


@operation
def remainder(typing_context: Any, number: Any, reciprocal: Any, divisor: Any) -> Any:
    """number % divisor of unsigned numbers of 32 bits, by two multiplications (Lemire et al. 2019).

    reciprocal: `reciprocal_of(divisor)`.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        number, reciprocal, divisor = args
        wide = ir.IntType(128)
        fraction = builder.mul(builder.zext(number, reciprocal.type), reciprocal)
        product = builder.mul(builder.zext(fraction, wide), builder.zext(divisor, wide))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), divisor.type)

    return types.int64(types.uint32, types.uint64, types.int64), codegen


def reciprocal_of(divisor: int) -> int:
    """What `remainder` multiplies by; 0 for 0, and for 1."""
    return (-(-(1 << 64) // divisor)) % (1 << 64) if divisor else 0
