"""What makes a score repeatable: the hash of everything that went in, and what it cost (quality.md 7.4)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from assaydesk.domains.quality.judging.types import WorklogCase

_PARTS: Final = {
    "messages": ("messages",),
    "toolCalls": ("tool_calls",),
    "people": ("customer_terms", "agent_terms"),
}
"""Which fields of a case make which part; the others are the `work`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of a run; None when a call told none."""

    input_tokens: int | None = 0
    output_tokens: int | None = 0

    def plus(self, input_tokens: int | None, output_tokens: int | None) -> "Usage":
        return Usage(_sum(self.input_tokens, input_tokens), _sum(self.output_tokens, output_tokens))


def cost_of(usage: Usage, prices: Mapping[str, Any], *models: str | None) -> tuple[Decimal | None, str | None]:
    """Cost and currency by the price of the first of `models` that has one; None when none has."""
    price = next((prices[model] for model in models if model is not None and model in prices), None)
    if not isinstance(price, Mapping) or usage.input_tokens is None or usage.output_tokens is None:
        return None, None
    try:
        cost = (
            Decimal(str(price["inputPerMillion"])) * usage.input_tokens
            + Decimal(str(price["outputPerMillion"])) * usage.output_tokens
        ) / 1_000_000
    except (KeyError, InvalidOperation):
        return None, None
    currency = price.get("currency")
    return cost, currency if isinstance(currency, str) else None


def input_hash(case: WorklogCase, content_hash: str, **more: str | float | bool | None) -> str:
    """`sha256:<hex>` of case, content and settings: equal hashes mean that the same question was asked."""
    facts = {"case": asdict(case), "content": content_hash, **more}
    return "sha256:" + hashlib.sha256(_canonical(facts)).hexdigest()


def input_parts(case: WorklogCase, content_hash: str, **more: str | float | bool | None) -> dict[str, str]:
    """Short hashes of the parts of the same input, by which it can be said later what of it has changed."""
    facts = asdict(case)
    parts = {name: {key: facts.pop(key) for key in keys} for name, keys in _PARTS.items()}
    parts |= {"work": facts, "content": {"hash": content_hash}}
    parts["judge"] = {key: more.pop(key, None) for key in ("provider", "model", "promptVersion", "learned")}
    parts["settings"] = more
    return {name: hashlib.sha256(_canonical(part)).hexdigest()[:16] for name, part in parts.items()}


def _canonical(facts: Any) -> bytes:
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode("utf-8", "surrogatepass")


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
