"""What a person wrote in a message, without quoted messages and signature. German and English."""

from re import IGNORECASE
from re import compile as regex
from typing import Final

_QUOTE_BEGINS: Final = regex(
    r"^\W{0,8}(?:"
    r"on\b.{1,200}\bwrote:|"
    r"am\b.{1,200}\bschrieb\b.{0,200}:|"
    r".{1,200}\bschrieb am\b.{1,100}:|"
    r"-{2,}\s?(?:original message|original appointment|forwarded message|ursprüngliche nachricht|originalnachricht|"
    r"weitergeleitete nachricht)\s?-{2,}|"
    r"begin forwarded message:|anfang der weitergeleiteten nachricht:"
    r")\s*$",
    IGNORECASE,
)
_WRAPPED_QUOTE: Final = regex(r"^\W{0,8}(?:on|am)\b.{5,200}$", IGNORECASE)
_HEADER_LINE: Final = regex(
    r"^\W{0,4}(from|von|sent|gesendet|date|datum|to|an|cc|subject|betreff)\s?:\W{0,3}\s*\S", IGNORECASE
)
_SENDER_LINE: Final = regex(r"^\W{0,4}(?:from|von)\s?:", IGNORECASE)
_SIGNATURE: Final = regex(
    r"^(?:--\s?|—|_{2,}|"
    r"(?:sent|get) (?:from|outlook for) (?:my )?[\w .,'-]{1,40}|"
    r"(?:von|mit) (?:meinem|meiner) [\w .,'-]{1,40} gesendet|gesendet (?:von|mit) [\w .,'-]{1,40})\s*$",
    IGNORECASE,
)
_HEADERS_OF_A_QUOTE: Final = 3
_LONGEST_LINE: Final = 500


def without_quotes(text: str) -> str:
    """`text` up to the first quoted message, without lines that begin with `>`; all of it when nothing would be left.

    A quoted message begins with a line such as "On Monday Ann wrote:", with a divider, or with a block of at least
    three header lines that begins with the sender.
    """
    lines = text.split("\n")
    kept: list[str] = []
    for number, line in enumerate(lines):
        if _begins_quote(lines, number):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept).strip() or text.strip()


def without_signature(text: str) -> str:
    """`text` up to the line that divides off a signature; all of it when nothing would be left."""
    lines = text.split("\n")
    end = next((number for number, line in enumerate(lines) if _is_divider(line)), len(lines))
    return "\n".join(lines[:end]).strip() or text.strip()


def clean_text(text: str) -> str:
    """The words of this message alone: `bodyClean` (ticket.md 1.1)."""
    return without_signature(without_quotes(text))


def _begins_quote(lines: list[str], number: int) -> bool:
    line = lines[number].strip()
    if not line or len(line) > _LONGEST_LINE:
        return False
    if _QUOTE_BEGINS.match(line):
        return True
    if _WRAPPED_QUOTE.match(line) and number + 1 < len(lines):
        # Mail programs break "On 12 June ... <ann@example.com> wrote:" into two lines.
        return len(lines[number + 1]) < _LONGEST_LINE and bool(
            _QUOTE_BEGINS.match(f"{line} {lines[number + 1].strip()}")
        )
    if _SENDER_LINE.match(line):
        block = [after for after in lines[number : number + 8] if after.strip()]
        return sum(bool(_HEADER_LINE.match(after[:_LONGEST_LINE])) for after in block[:5]) >= _HEADERS_OF_A_QUOTE
    return False


def _is_divider(line: str) -> bool:
    return len(line) <= _LONGEST_LINE and bool(_SIGNATURE.match(line.strip() or line))
