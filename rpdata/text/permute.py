"""The minima of 128 permutations over many hashes: eight permutations in a vector, eight hashes at a time."""

from typing import Any

from llvmlite import ir
from numba import types

from rpdata.text.arrays import Hashes, Words32
from rpdata.text.compiled import kernel, operation, uint32, uint64
from rpdata.text.vectors import function, pointer, splat

PERMUTATIONS = 128
MERSENNE_61 = (1 << 61) - 1
LOW_32 = 0xFFFFFFFF
STEP = 8                    # hashes, and permutations, that one call of `lower` works on

_INT32, _INT64 = ir.IntType(32), ir.IntType(64)
_VECTOR = ir.VectorType(_INT64, STEP)
_HALVES = ir.VectorType(_INT32, 2 * STEP)


@operation
def lower(typing_context: Any, hashes: Any, at: Any, factors: Any, terms: Any, least: Any, first: Any) -> Any:
    """Lower least[first : first + 8] to the shifted values of hashes[at : at + 8] under as many permutations.

    With v = h * a + b mod 2**64, the shifted value is the low half of v + (v >> 61) + 1: one more than the low half of
    v mod 2**61 - 1, but where v mod 2**61 - 1 is below 8, see `minima`. The high halves of `least` are garbage.
    """

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def place(argument: int, index: Any, item: ir.Type) -> Any:
            return pointer(context, builder, signature.args[argument], args[argument], index, item)

        _, at, _, _, _, first = args
        smaller = function(builder, f"llvm.umin.v{2 * STEP}i32", ir.FunctionType(_HALVES, [_HALVES, _HALVES]))
        factor = builder.load(place(2, first, _VECTOR), align=1)
        term = builder.load(place(3, first, _VECTOR), align=1)
        term_and_one = builder.add(term, ir.Constant(_VECTOR, [1] * STEP))
        minimum = builder.load(place(4, first, _HALVES), align=1)
        for k in range(STEP):
            hashed = builder.load(place(0, builder.add(at, ir.Constant(_INT64, k)), _INT32), align=4)
            product = builder.mul(splat(builder, builder.zext(hashed, _INT64), STEP), factor)
            quotient = builder.lshr(builder.add(product, term), ir.Constant(_VECTOR, [61] * STEP))
            value = builder.bitcast(builder.add(builder.add(product, term_and_one), quotient), _HALVES)
            minimum = builder.call(smaller, [minimum, value])
        builder.store(minimum, place(4, first, _HALVES), align=1)
        return context.get_dummy_value()

    return types.void(hashes, types.int64, factors, terms, least, types.int64), codegen


@kernel
def minima(hashes: Words32, count: int, permutations: Hashes, least: Hashes, signature: Words32) -> None:
    """The least of ((h * a + b) mod 2**64 mod (2**61 - 1)) & 0xffffffff over `count` > 0 hashes, for each permutation.

    2**61 is 1 modulo 2**61 - 1, so v = q * 2**61 + r is r + q (q is below 8), less 2**61 - 1 if r + q reaches that. We
    leave that subtraction out. Where it was due the shifted value (see `lower`) is below 8; and where a minimum is so
    small, which happens in one document of thousands, that permutation is computed again with care.

    Writes up to STEP - 1 hashes behind the last.
    """
    for i in range(count, -(-count // STEP) * STEP):
        hashes[i] = hashes[count - 1]
    least[:] = uint64(LOW_32)
    for at in range(0, count, STEP):
        for first in range(0, PERMUTATIONS, STEP):
            lower(hashes, at, permutations[0], permutations[1], least, first)
    for i in range(PERMUTATIONS):
        shifted = uint32(least[i] & uint64(LOW_32))
        signature[i] = shifted - uint32(1)
        if shifted < uint32(8):
            signature[i] = minimum_with_care(hashes, count, permutations[0, i], permutations[1, i])


@kernel
def minimum_with_care(hashes: Words32, count: int, factor: int, term: int) -> int:
    least = uint64(LOW_32)
    for i in range(count):
        value = (uint64(hashes[i]) * factor + term) % uint64(MERSENNE_61)
        least = min(least, value & uint64(LOW_32))
    return uint32(least)
