"""What a person wrote in a message, without quoted messages and signature. German and English.

When in doubt, words are kept: a quote too many is a nuisance, a lost sentence of a customer is a fault. Each rule looks
at single lines, so that the time grows with the length of the text and nothing else.
"""

from re import IGNORECASE
from re import compile as regex
from typing import Final

from assaydesk.kit.html import to_plain_text

_QUOTE_BEGINS: Final = regex(
    r"^\W{0,8}(?:"
    r"on\b.{1,200}\bwrote\s?:|"
    r"am\b.{1,200}\bschrieb\b.{0,200}:|"
    r".{1,200}\bschrieb am\b.{1,100}:|"
    r".{1,200}\bwrote on\b.{1,100}:|"
    r".{1,200}\bhat am\b.{1,100}\bgeschrieben\s?:|"
    r"(?:zitat von|quoting)\b.{1,200}:|"
    r"\d{4}-\d\d-\d\d \d\d?:\d\d (?:gmt|utc)?.{0,200}[>)]:"
    r")\s*$",
    IGNORECASE,
)
_DIVIDES_QUOTE: Final = regex(
    r"^\W{0,8}(?:"
    r"-{2,}\s?(?:original message|original appointment|forwarded message|ursprüngliche nachricht|originalnachricht|"
    r"original-nachricht|weitergeleitete nachricht|ursprüngl\. nachricht)\s?-{2,}|"
    r"begin forwarded message:|anfang der weitergeleiteten nachricht:|ursprüngliche nachricht:?|original message:?"
    r")\s*$",
    IGNORECASE,
)
_OWN_ACCOUNT: Final = regex(
    r"\b(?:schrieb(?:en)? (?:ich|wir|mir|uns|er|sie|man)|(?:i|we|he|she|they|you) wrote)\b|^[^\d@]*$", IGNORECASE
)
"""A line that tells of writing without being made by a mail program: those name a date or an address."""
_WRAPPED_QUOTE: Final = regex(r"^\W{0,8}(?:on|am)\b.{5,200}$", IGNORECASE)
_HEADER_LINE: Final = regex(
    r"^\W{0,4}(from|von|sent|gesendet|date|datum|to|an|cc|kopie|subject|betreff|reply-to|antwort an|importance|"
    r"wichtigkeit)\s?:\W{0,3}\s*\S",
    IGNORECASE,
)
_FIRST_HEADER: Final = regex(r"^\W{0,4}(?:from|von|sent|gesendet|date|datum)\s?:", IGNORECASE)
_SENDER_LINE: Final = regex(r"^\W{0,4}(?:from|von)\s?:", IGNORECASE)
_BELOW: Final = regex(
    r"\b(?:siehe unten|s\.\s?u\.|see below|weiter unten|unten stehend|untenstehend|im text|im zitat|inline|in rot|"
    r"in red|unter ihren fragen|below)(?!\w)",
    IGNORECASE,
)
_MOBILE: Final = regex(
    r"^\W{0,3}(?:"
    r"(?:sent|get) (?:from|outlook for|via|with) (?:my )?[\w .,'+-]{1,60}|"
    r"(?:von|mit) (?:meinem|meiner) [\w .,'+-]{1,60} gesendet|"
    r"gesendet (?:von|mit) [\w .,'+-]{1,60}|holen sie sich outlook für [\w .,'+-]{1,40}|"
    r"diese nachricht wurde (?:von|mit) [\w .,'+-]{1,80} gesendet"
    r")\.?\s*(?:<[^<>\s]{1,300}>|\(?https?://\S{1,300})?\s*$",
    IGNORECASE,
)
_SIGNATURE: Final = regex(r"^--\s?$")
_DIVIDER: Final = regex(r"^(?:—|[_=*–-]{3,}|__)$")
_GREETING: Final = regex(
    r"^\W{0,3}(?:(?:mit )?(?:freundlich|herzlich|best|lieb|schön|viel|nett)\w{0,6}(?: (?:und )?\w{1,20}){0,3} "
    r"gr[uü](?:ß|ss)(?:en|e)?\b.{0,60}|m\.?\s?f\.?\s?g\.?|gr[uü](?:ß|ss)e?\b.{0,40}|"
    r"(?:kind|best|warm|many|sincere)\w{0,3} regards\b.{0,20}|regards|yours (?:sincerely|faithfully|truly)|"
    r"sincerely(?: yours)?|hochachtungsvoll)\W{0,4}$",
    IGNORECASE,
)
_COMPANY: Final = regex(
    r"(?:\b(?:tel|telefon|phone|fon|fax|mobil|mobile|e-?mail|web|internet)\b\s?[.:]|\bwww\.|https?://|\bhr[ab]\b|"
    r"\b(?:gmbh|kg|ag|ltd|inc|llc|ug)\b|gesch[aä]ftsf[uü]hr|amtsgericht|registergericht|sitz der gesellschaft|"
    r"handelsregister|ust-?id|vat (?:no|id)|aufsichtsrat|vorstand|registered (?:in|office)|company (?:no|number))",
    IGNORECASE,
)
_OWN_MATTER: Final = regex(
    r"\?|\b(?:kunde|vertrag|z[aä]hler|rechnung|auftrag|ticket|p\.?s\b|nachtrag|bitte|danke|customer|contract|meter|"
    r"invoice|order|please|thank|iban|geb(?:oren|urt)|gel(?:esen|öscht))",
    IGNORECASE,
)
_LEGAL: Final = regex(
    r"^\W{0,4}(?:diese (?:e-?mail|nachricht)(?: und| kann| enthält| ist|,)|der inhalt dieser e-?mail|"
    r"(?:dis|haftungsaus)(?:claimer|schluss)\b|this (?:e-?mail|message|communication)(?: and| is| may| contains|,)|"
    r"the (?:information|contents?) (?:contained )?(?:in|of) this (?:e-?mail|message)|"
    r"confidentiality notice|vertraulichkeitshinweis|bitte denken sie an die umwelt|"
    r"please consider the environment|virenfrei\b|virus-?free\b)",
    IGNORECASE,
)
_CONFIDENTIAL: Final = regex(
    r"vertraulich|confidential|privileged|bestimmt|intended|empfänger|recipient|umwelt|environment|vir(?:en|us)|avast|"
    r"haftung|liab",
    IGNORECASE,
)
_CITED: Final = regex(
    r"<(/?)blockquote\b([^<>]{0,2000})>", IGNORECASE
)  # fmt: skip
_IS_CITED: Final = regex(
    r"type\s*=\s*[\"']?cite|(?:gmail|protonmail|tutanota|yahoo)_quot|iosquote|moz-cite", IGNORECASE
)
_OPENS, _CLOSES = "\ue0f0", "\ue0f1"

_HEADERS_OF_A_QUOTE: Final = 3
_LONGEST_LINE: Final = 500
_SIGNATURE_LINES: Final = 25
_LINES_BEHIND_A_DIVIDER: Final = 8
_LINE_OF_A_SIGNATURE: Final = 120


def clean_body(body: str, type_: str = "html") -> str:
    """The words of this message alone (`bodyClean`, ticket.md 1.1), from HTML or from text."""
    if type_ == "text":
        return clean_text(body)
    marked = _with_quote_marks(body) if "<blockquote" in body.lower() else ""
    has_own_words = any(line and not line.startswith(">") for line in marked.split("\n"))
    return clean_text(marked if has_own_words else to_plain_text(body))


def clean_text(text: str) -> str:
    """The same from plain text."""
    return without_signature(without_quotes(text))


def without_quotes(text: str) -> str:
    """`text` without quoted messages; all of it when nothing would be left, or when it says that the answer stands
    in the quote.

    Lines that begin with `>` go wherever they stand, and so does the line "On Monday Ann wrote:" above them. Without
    such marks everything goes behind a line of that kind, a divider, or a block of at least three header lines.
    """
    lines = text.split("\n")
    kept: list[str] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if line.lstrip().startswith(">"):
            number += 1
            continue
        length = _quote_header(lines, number)
        if length:
            after = next((one for one in lines[number + length :] if one.strip()), "")
            if not after.lstrip().startswith(">"):
                break
            number += length
            continue
        kept.append(line)
        number += 1
    own = "\n".join(kept).strip()
    if not own or (len(own) < 400 and len(own) < len(text.strip()) and _BELOW.search(own)):
        return text.strip()
    return own


def without_signature(text: str) -> str:
    """`text` without signature, marks of mail programs and legal notices; all of it when nothing would be left."""
    lines = text.split("\n")
    end = _signature_at(lines)
    kept = [line for line in lines[:end] if not (len(line) <= _LONGEST_LINE and _MOBILE.match(line.strip()))]
    return "\n".join(_without_company(_without_notice(kept))).strip() or text.strip()


def _with_quote_marks(html: str) -> str:
    """Plain text in which the lines of cited blocks begin with `>`; a block that only indents is no citation."""
    depth: list[bool] = []
    pieces: list[str] = []
    at = 0
    for tag in _CITED.finditer(html):
        pieces.append(html[at : tag.start()])
        at = tag.end()
        if not tag.group(1):
            depth.append(bool(_IS_CITED.search(tag.group(2))))
            pieces.append(f"<p>{_OPENS}</p>" if depth[-1] else "<p>")
        elif depth:
            pieces.append(f"<p>{_CLOSES}</p>" if depth.pop() else "</p>")
    pieces.append(html[at:])
    inside, marked = 0, []
    for line in to_plain_text("".join(pieces)).split("\n"):
        inside = max(0, inside + line.count(_OPENS) - line.count(_CLOSES))
        text = line.replace(_OPENS, "").replace(_CLOSES, "")
        marked.append(f"> {text}" if inside or _CLOSES in line else text)
    return "\n".join(marked)


def _quote_header(lines: list[str], number: int) -> int:
    """How many lines introduce a quoted message here; 0 when none does."""
    line = lines[number].strip()
    if not line or len(line) > _LONGEST_LINE:
        return 0
    if _DIVIDES_QUOTE.match(line) or (_QUOTE_BEGINS.match(line) and not _OWN_ACCOUNT.search(line)):
        return 1
    if _WRAPPED_QUOTE.match(line):
        # Mail programs break "On 12 June ... <ann@example.com> wrote:" into two or three lines.
        joined = line
        for more in (1, 2):
            following = lines[number + more].strip() if number + more < len(lines) else ""
            joined = f"{joined} {following}"
            if not following or len(joined) > _LONGEST_LINE:
                break
            if _QUOTE_BEGINS.match(joined) and not _OWN_ACCOUNT.search(joined):
                return more + 1
    if _FIRST_HEADER.match(line):
        block = [after[:_LONGEST_LINE] for after in lines[number : number + 10] if after.strip()][:6]
        headers = sum(bool(_HEADER_LINE.match(one)) for one in block)
        if headers >= _HEADERS_OF_A_QUOTE and any(_SENDER_LINE.match(one) for one in block):
            return headers
    return 0


def _signature_at(lines: list[str]) -> int:
    """The line that divides off a signature; the number of lines when there is none."""
    rest: list[str] = []
    found = len(lines)
    for number in range(len(lines) - 1, -1, -1):
        text = lines[number].strip()
        if not text:
            continue
        if _SIGNATURE.match(text) or (
            len(rest) <= _LINES_BEHIND_A_DIVIDER and len(text) < 80 and _DIVIDER.match(text) and _is_signature(rest)
        ):
            found = number
        rest.append(text)
        if len(rest) > _SIGNATURE_LINES:
            break
    return found


def _is_signature(lines: list[str]) -> bool:
    return all(len(one) <= _LINE_OF_A_SIGNATURE and not _OWN_MATTER.search(one) for one in lines)


def _without_notice(lines: list[str]) -> list[str]:
    """Without the legal notice at the end, the only paragraph that may stand behind it being another one."""
    for number in range(len(lines) - 1, max(-1, len(lines) - 30), -1):
        line = lines[number].strip()[:_LONGEST_LINE]
        before = lines[number - 1].strip() if number else ""
        if not before and _LEGAL.match(line) and _CONFIDENTIAL.search(" ".join(lines[number:])[:4000]):
            return lines[:number]
    return lines


def _without_company(lines: list[str]) -> list[str]:
    """Without the block of a company behind greeting and name; an address of the customer's own stays."""
    for number in range(len(lines) - 1, max(-1, len(lines) - 30), -1):
        line = lines[number].strip()
        if len(line) > 100 or not _GREETING.match(line):
            continue
        rest = [place for place in range(number + 1, len(lines)) if lines[place].strip()]
        marks = sum(bool(_COMPANY.search(lines[place][:_LONGEST_LINE])) for place in rest)
        if marks < 2 or not _is_signature([lines[place] for place in rest]):
            return lines
        named = bool(rest) and not _COMPANY.search(lines[rest[0]])
        return lines[: rest[0] + 1] if named else lines[: number + 1]
    return lines
