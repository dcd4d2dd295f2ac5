"""Decimal numbers: exact rounding, and the plain form in which they are written as JSON."""

from decimal import ROUND_HALF_UP, Decimal


def round_half_up(value: Decimal, places: int) -> Decimal:
    """Round to `places` decimals, a half away from zero: 82.85 to 82.9, not to the even 82.8."""
    return value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def plain(value: Decimal | float) -> int | float:
    """The JSON number of `value`, whole numbers without decimals: 72, never 72.0.

    Meant for points, percentages and amounts, which a float holds without visible loss; raises `OverflowError` or
    `ValueError` for infinity and NaN.
    """
    whole = int(value)
    return whole if whole == value else float(value)


def plain_or_none(value: Decimal | float | None) -> int | float | None:
    """The same; None stays None."""
    return None if value is None else plain(value)
