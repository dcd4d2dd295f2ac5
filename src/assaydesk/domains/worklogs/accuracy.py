"""How much of an AI text suggestion a reply kept (worklog.md 6, `textAssistanceAccuracy`)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

_GREETING: Final = re.compile(
    r"(?i)(dear|hello|hi|hey|good (morning|afternoon|evening|day)|greetings|"
    r"sehr geehrte[rs]?|hallo|liebe[rs]?|guten (morgen|tag|abend)|moin|servus|grüß gott)\b[^.!?]{0,80}[,!:.]?"
)
_CLOSING: Final = re.compile(
    r"(?i)((best|kind|warm|many|with kind|with best) regards|regards|sincerely|yours (sincerely|faithfully|truly)|"
    r"best wishes|cheers|mit (freundlichen|besten|herzlichen|lieben) grüßen|(viele|beste|liebe|freundliche|herzliche) "
    r"grüße|mfg|lg|vg)[,.!]?( .{0,60})?"
)
_QUOTE: Final = re.compile(
    r"(?i)(-{2,} ?(original message|ursprüngliche nachricht|forwarded message|weitergeleitete nachricht) ?-{2,}|"
    r"on .{4,120} wrote:|am .{4,120} schrieb .{0,120}:|_{10,})"
)
_DELIMITER: Final = "-- "


def text_assistance_accuracy(pairs: Iterable[tuple[str, str]]) -> float | None:
    """Mean over (suggestion, text as sent) of one reply each; 0 to 1 with two decimals, None without a suggestion."""
    ratios = [_similarity(essence(suggestion), essence(sent)) for suggestion, sent in pairs]
    if not ratios:
        return None
    mean = sum(ratios, Fraction()) / len(ratios)
    exact = Decimal(mean.numerator) / Decimal(mean.denominator)
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def essence(text: str) -> str:
    """Plain text without greeting, signature and quoted text, with every run of white space as one blank."""
    lines: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        if line.rstrip("\r\n") == _DELIMITER or bare == "--" or _QUOTE.fullmatch(bare):
            break
        if bare and not bare.startswith(">"):
            lines.append(bare)
    if len(lines) > 1 and _GREETING.fullmatch(lines[0]):
        lines = lines[1:]
    signature = next((i for i, line in enumerate(lines) if i and _CLOSING.fullmatch(line)), len(lines))
    return " ".join(" ".join(lines[:signature]).split())


def _similarity(one: str, two: str) -> Fraction:
    longer = max(len(one), len(two))
    return Fraction(1) if not longer else 1 - Fraction(edit_distance(one, two), longer)


def edit_distance(one: str, two: str) -> int:
    """Levenshtein distance in code points.

    Myers' bit-parallel form: one column of the table is two integers, so long letters take milliseconds.
    """
    if not one or not two:
        return max(len(one), len(two))
    occurs: dict[str, int] = {}
    for position, character in enumerate(one):
        occurs[character] = occurs.get(character, 0) | 1 << position
    full, last = (1 << len(one)) - 1, 1 << (len(one) - 1)
    rises, falls, distance = full, 0, len(one)
    for character in two:
        matches = occurs.get(character, 0)
        diagonal = (((matches & rises) + rises) ^ rises) | matches | falls
        horizontal_rises = falls | ~(diagonal | rises) & full
        horizontal_falls = rises & diagonal
        distance += bool(horizontal_rises & last) - bool(horizontal_falls & last)
        horizontal_rises = (horizontal_rises << 1 | 1) & full
        rises = (horizontal_falls << 1) & full | ~(diagonal | horizontal_rises) & full
        falls = horizontal_rises & diagonal
    return distance
