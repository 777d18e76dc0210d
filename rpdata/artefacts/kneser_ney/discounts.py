"""What is taken off each adjusted count: modified Kneser-Ney (Chen & Goodman 1998, equation 26).

    Y = n1 / (n1 + 2 n2)        D1 = 1 - 2 Y n2/n1      D2 = 2 - 3 Y n3/n2      D3+ = 3 - 4 Y n4/n3

n_i: how many n-grams of the order have the adjusted count i.
"""

from collections.abc import Sequence

from rpdata.errors import UserError
from rpdata.text.arrays import Ints

Discounts = tuple[float, float, float]      # of the counts 1, 2, and 3 or more

FALLBACK: Discounts = (0.5, 1.0, 1.5)       # KenLM's, for class-based and artificial text


class UndefinedDiscount(UserError):
    """The counts of an order have no discounts."""


def discounts_of(order: int, tally: Ints) -> Discounts:
    """The discounts of an order; tally[i] is n_i.

    Raises UndefinedDiscount if one of them is not defined, or not between 0 and its count.
    """
    n = [int(count) for count in tally[:5]]
    for i in (1, 2, 3):
        if n[i] == 0:
            raise _undefined(order, f"no {order}-gram has the adjusted count {i}")
    y = n[1] / (n[1] + 2 * n[2])
    found = tuple(i - (i + 1) * y * n[i + 1] / n[i] for i in (1, 2, 3))
    for i, discount in enumerate(found, 1):
        if not 0 <= discount <= i:
            raise _undefined(order, f"that of the adjusted count {i} would be {discount:.4f} (n1 to n4 are {n[1:]})")
    return found[0], found[1], found[2]


def all_discounts(tallies: Sequence[Ints], *, fallback: bool) -> tuple[list[Discounts], list[int]]:
    """The discounts of all orders from 1, and the orders that had to fall back."""
    found = []
    fell_back = []
    for order, tally in enumerate(tallies, 1):
        try:
            found.append(discounts_of(order, tally))
        except UndefinedDiscount:
            if not fallback:
                raise
            found.append(FALLBACK)
            fell_back.append(order)
    return found, fell_back


def _undefined(order: int, why: str) -> UndefinedDiscount:
    return UndefinedDiscount(
        f"the Kneser-Ney discounts of {order}-grams are not defined: {why}. The text is small, repeats itself, or has "
        "few words.\nTake more text without duplicates, or go on with fixed discounts "
        f"{'/'.join(f'{discount:g}' for discount in FALLBACK)} where they are not defined: --discount-fallback"
    )
