import json
from decimal import Decimal

import pytest

from assaydesk.kit.numbers import plain, round_half_up


@pytest.mark.parametrize(
    ("value", "text"),
    [("72", "72"), ("72.0", "72"), ("72.50", "72.5"), ("0.00", "0"), ("1E+2", "100"), ("-0.05", "-0.05")],
)
def test_plain_writes_whole_numbers_without_decimals(value: str, text: str) -> None:
    assert json.dumps(plain(Decimal(value))) == text
    assert json.dumps(plain(float(value))) == text


@pytest.mark.parametrize(
    ("value", "rounded"),
    [("82.85", "82.9"), ("82.75", "82.8"), ("0.049", "0.0"), ("-0.05", "-0.1"), ("99.95", "100.0")],
)
def test_half_is_rounded_away_from_zero(value: str, rounded: str) -> None:
    assert round_half_up(Decimal(value), 1) == Decimal(rounded)
