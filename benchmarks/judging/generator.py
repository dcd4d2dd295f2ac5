"""Service conversations with seeded defects and exact labels, in German and English, reproducible by seed.

A label is the points that a criterion deserves, or None where it does not apply. `kinds` names what was seeded; the
kinds in `HARD` look like the opposite of what they are. Companies and people are invented. The training half and the
test half share neither a template nor a sentence: each has its own file of wordings for either language.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from re import compile as regex
from typing import Any, Final, Literal

from assaydesk.domains.quality.judging.types import CaseMessage, Role, WorklogCase
from benchmarks.judging.criteria import (
    ANSWERED,
    ATTACHMENT,
    CARE,
    CLOSING,
    FACT,
    GREETING,
    IDENTITY,
    PROMISE,
    RESPECT,
    SECRETS,
)

Half = Literal["train", "test"]
Language = Literal["de", "en"]
Part = Literal["tone", "care", "answer", "fact", "identity", "promise", "extra"]

SEED: Final = 20260301
_WORDS: Final = Path(__file__).parent / "words"
_ALTERNATIVES: Final = regex(r"<([^<>|]*(?:\|[^<>|]*)+)>")
"""`<one|other>` in a wording: one of them is taken."""
_START: Final = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
_FULL: Final = Decimal(5)


@dataclass(frozen=True)
class Template:
    """Shape of a conversation: channel, the order of the parts, and how the last reply is written."""

    name: str
    channel: Literal["email", "chat"]
    order: tuple[Part, ...]
    layout: Literal["paragraph", "lines", "list", "messages"]


TEMPLATES: Final[Mapping[Half, tuple[Template, ...]]] = {
    "train": (
        Template("letter", "email", ("tone", "care", "answer", "fact", "identity", "extra", "promise"), "paragraph"),
        Template("answer first", "email", ("answer", "fact", "identity", "extra", "care", "promise", "tone"), "lines"),
        Template("chat", "chat", ("care", "identity", "answer", "tone", "extra", "fact", "promise"), "messages"),
    ),
    "test": (
        Template("promise first", "email", ("promise", "identity", "extra", "fact", "answer", "care", "tone"), "lines"),
        Template("list", "email", ("care", "identity", "answer", "tone", "fact", "promise", "extra"), "list"),
        Template(
            "chat, facts last", "chat", ("tone", "answer", "promise", "care", "extra", "identity", "fact"), "messages"
        ),
    ),
}

KINDS: Final[Mapping[int, Mapping[str, int]]] = {
    GREETING: {"plain": 6, "odd": 2, "missing": 3, "mentioned": 3, "late": 2},
    IDENTITY: {
        "none": 3, "general": 2, "asked": 3, "volunteered": 2, "earlier": 2, "skipped": 2, "late": 2, "refused": 2,
    },
    FACT: {
        "none": 4, "right": 2, "words": 2, "two": 2, "corrected": 2, "confirmed": 2, "wrong": 3, "swapped": 3,
        "agreed": 3,
    },
    ANSWERED: {"direct": 5, "indirect": 4, "silent": 3, "evasive": 4},
    PROMISE: {"none": 3, "deadline": 3, "date": 3, "words": 3, "open": 3, "otherDate": 3},
    RESPECT: {"plain": 4, "warm": 2, "firm": 3, "rude": 3, "sarcastic": 2},
    CLOSING: {"plain": 6, "missing": 2, "mentioned": 2},
    SECRETS: {"none": 4, "warned": 3, "asked": 3},
    ATTACHMENT: {"none": 5, "sent": 3, "forgotten": 3, "theirs": 3},
}  # fmt: skip
"""What may be seeded for each criterion, and how often."""

HARD: Final[Mapping[int, frozenset[str]]] = {
    GREETING: frozenset({"odd", "mentioned", "late"}),
    IDENTITY: frozenset({"general", "earlier", "late", "refused"}),
    FACT: frozenset({"words", "two", "corrected", "swapped", "agreed", "confirmed"}),
    ANSWERED: frozenset({"indirect", "evasive"}),
    PROMISE: frozenset({"deadline", "words", "otherDate"}),
    RESPECT: frozenset({"firm", "sarcastic"}),
    CLOSING: frozenset({"mentioned"}),
    SECRETS: frozenset({"warned"}),
    ATTACHMENT: frozenset({"theirs"}),
}

_NOT_APPLICABLE: Final[Mapping[int, frozenset[str]]] = {
    IDENTITY: frozenset({"none", "general"}),
    FACT: frozenset({"none"}),
    PROMISE: frozenset({"none", "deadline"}),
    ATTACHMENT: frozenset({"none", "theirs"}),
}
_NOT_MET: Final[Mapping[int, frozenset[str]]] = {
    GREETING: frozenset({"missing", "mentioned", "late"}),
    IDENTITY: frozenset({"skipped", "late", "refused"}),
    FACT: frozenset({"wrong", "swapped", "agreed"}),
    ANSWERED: frozenset({"silent", "evasive"}),
    PROMISE: frozenset({"open", "otherDate"}),
    RESPECT: frozenset({"rude", "sarcastic"}),
    CLOSING: frozenset({"missing", "mentioned"}),
    SECRETS: frozenset({"asked"}),
    ATTACHMENT: frozenset({"forgotten"}),
}

_FIGURES: Final[Mapping[Language, Mapping[str, tuple[str, str, tuple[str, ...], str]]]] = {
    "en": {
        "return": ("30 days", "thirty days", ("60 days", "13 days", "20 days"), "14 days"),
        "refund": ("14 days", "two weeks", ("40 days", "4 days", "24 days"), "30 days"),
        "warranty": ("24 months", "two years", ("42 months", "12 months", "two months"), "4 weeks"),
        "notice": ("4 weeks", "four weeks", ("4 months", "6 weeks", "14 weeks"), "24 months"),
        "express": ("4.90 euros", "four euros ninety", ("9.40 euros", "4.09 euros", "14.90 euros"), "8 euros"),
        "hours": ("8 pm", "eight in the evening", ("6 pm", "10 pm", "eight in the morning"), "4 pm"),
    },
    "de": {
        "return": ("30 Tagen", "dreißig Tagen", ("60 Tagen", "13 Tagen", "20 Tagen"), "14 Tagen"),
        "refund": ("14 Tagen", "zwei Wochen", ("40 Tagen", "4 Tagen", "24 Tagen"), "30 Tagen"),
        "warranty": ("24 Monaten", "zwei Jahren", ("42 Monaten", "12 Monaten", "zwei Monaten"), "4 Wochen"),
        "notice": ("4 Wochen", "vier Wochen", ("4 Monaten", "6 Wochen", "14 Wochen"), "24 Monaten"),
        "express": ("4,90 Euro", "vier Euro neunzig", ("9,40 Euro", "4,09 Euro", "14,90 Euro"), "8 Euro"),
        "hours": ("20 Uhr", "acht Uhr abends", ("18 Uhr", "22 Uhr", "acht Uhr morgens"), "4 Uhr"),
    },
}  # fmt: skip
"""For each term of the policy: the right figure, the same in words, wrong ones, and the one of another term."""

_NUMBERS: Final[Mapping[Half, tuple[int, ...]]] = {
    "train": (327629, 184402, 571136, 640958),
    "test": (709792, 941859, 243967, 815003),
}
_YEARS: Final = (1957, 1978, 1999)
_DAYS: Final = (3, 12, 27)
# Few numbers and dates, so that a sentence comes back often and its vector is computed once.
_MONTHS: Final[Mapping[Language, tuple[str, ...]]] = {
    "en": ("January", "February", "March", "April"),
    "de": ("Januar", "Februar", "März", "April"),
}


@dataclass(frozen=True)
class Conversation:
    """One piece of work with the points that each criterion deserves; None is "not applicable"."""

    name: str
    half: Half
    language: Language
    template: str
    topic: str
    case: WorklogCase
    labels: Mapping[int, Decimal | None]
    kinds: Mapping[int, str]
    injected: Literal["none", "trap", "injection"]
    wording: Mapping[int, str] = field(repr=False)
    """By criterion, the wording that decides; conversations with the same one are no independent cases of it."""
    sentences: frozenset[str] = field(repr=False)
    """Every wording that the conversation is made of, before names and figures were filled in."""


def conversations(half: Half, count: int, *, seed: int = SEED) -> Iterator[Conversation]:
    """`count` conversations of a half, German and English in turn; the first ones do not depend on `count`."""
    for number in range(count):
        yield _Writer(half, number, seed).write()


@cache
def words_of(half: Half, language: Language) -> dict[str, Any]:
    return tomllib.loads((_WORDS / f"{half}.{language}.toml").read_text())


class _Writer:
    """Writes one conversation: draws what is seeded, then the words for it."""

    def __init__(self, half: Half, number: int, seed: int) -> None:
        self.random = Random(f"{seed}:{half}:{number}")
        self.half: Half = half
        self.number = number
        self.language: Language = "de" if number % 2 == 0 else "en"
        self.words = words_of(half, self.language)
        self.template = self.random.choice(TEMPLATES[half])
        self.topic: dict[str, Any] = self.random.choice(self.words["topics"])
        self.kinds = {key: self._draw(weights) for key, weights in KINDS.items()}
        if self.kinds[GREETING] == "late" and self.kinds[IDENTITY] not in ("asked", "refused"):
            self.kinds[GREETING] = "missing"
        self.care = tuple(name for name in ("sorry", "cause", "step", "alternative") if self.random.random() < 0.55)
        self.injected: Literal["none", "trap", "injection"] = self.random.choices(
            ("none", "trap", "injection"), (7, 1, 2)
        )[0]
        self.used: set[str] = set()
        self.decisive: dict[int, list[str]] = {}
        self.messages: list[CaseMessage] = []
        woman = self.random.random() < 0.5
        name = self.random.choice(self.words["women" if woman else "men"])
        self.fillings = {
            "name": name,
            "dear": "Sehr geehrte" if woman else "Sehr geehrter",
            "agent": self.random.choice(self.words["agents"]),
            "brand": self.random.choice(self.words["brands"]),
            "city": self.random.choice(self.words["cities"]),
            "order": str(self.random.choice(_NUMBERS[half])),
            "day": self._day(2026),
            "birth": self._day(self.random.choice(_YEARS)),
        }

    def write(self) -> Conversation:
        identity = self.kinds[IDENTITY]
        self._say(Role.CUSTOMER, self._first_letter())
        if identity == "earlier":
            self._say(Role.AGENT, [self._one("identity_colleague", IDENTITY)], assessed=False)
        if identity in ("asked", "refused"):
            self._say(Role.AGENT, [*self._opening(), self._one("identity_ask")])
            self._say(Role.CUSTOMER, [self._one("identity_give" if identity == "asked" else "identity_refuse")])
        self._last_reply()
        labels = {key: self._label(key) for key in KINDS}
        labels[CARE] = Decimal(len(self.care)) if self.topic["trouble"] else None
        kinds = {**self.kinds, CARE: "+".join(self.care) or "none"}
        return Conversation(
            name=f"{self.half}-{self.number}",
            half=self.half,
            language=self.language,
            template=self.template.name,
            topic=self.topic["name"],
            case=WorklogCase(
                worklog_id=self.number + 1,
                ticket_id=self.number + 1,
                channel=self.template.channel,
                language=self.language,
                subject=None,
                messages=tuple(self.messages),
                tool_calls=(),
                action_list=("reply",),
                duration_seconds=300,
                sla_met=None,
                customer_terms=(self.fillings["name"],),
                agent_terms=(self.fillings["agent"],),
            ),
            labels=labels,
            kinds=kinds,
            injected=self.injected,
            wording={key: "|".join(self.decisive.get(key, [self.language, self.topic["name"]])) for key in labels},
            sentences=frozenset(self.used),
        )

    def _label(self, key: int) -> Decimal | None:
        kind = self.kinds[key]
        if kind in _NOT_APPLICABLE.get(key, ()):
            return None
        return Decimal(0) if kind in _NOT_MET[key] else _FULL

    def _first_letter(self) -> list[str]:
        written = [self._one("customer_greeting"), self._of_topic("context"), self._of_topic("question")]
        if self.kinds[FACT] in ("corrected", "agreed", "confirmed"):
            written.insert(2, self._claim())
        if self.kinds[IDENTITY] in ("volunteered", "earlier"):
            written.append(self._one("identity_give"))
        if self.injected != "none":
            written.append(self._one("injection" if self.injected == "injection" else "injection_trap"))
        if self.template.channel == "email":
            written.append(self._one("customer_closing"))
        return written

    def _opening(self) -> list[str]:
        return {
            "plain": lambda: [self._one("salutation", GREETING)],
            "odd": lambda: [self._one("salutation_odd", GREETING)],
            "missing": lambda: [self._one("opening_plain", GREETING)],
            "mentioned": lambda: [self._one("opening_plain", GREETING), self._one("opening_trap", GREETING)],
            "late": lambda: [self._one("opening_plain", GREETING)],
        }[self.kinds[GREETING]]()

    def _last_reply(self) -> None:
        parts = {part: getattr(self, f"_{part}")() for part in self.template.order}
        body = [sentence for part in self.template.order for sentence in parts[part]]
        if not body or self.random.random() < 0.5:
            body.insert(0, self._one("filler"))
        first = not any(message.assessed for message in self.messages)
        again = [self._one("salutation")] if self.kinds[GREETING] == "late" and not first else []
        opening = self._opening() if first else again
        closing = [self._one("closing")] if self.kinds[CLOSING] == "plain" else []
        files = ("file.pdf",) if self.kinds[ATTACHMENT] == "sent" else ()
        if self.template.layout == "messages":
            middle = max(1, len(body) // 2)
            self._say(Role.AGENT, [*opening, *body[:middle]], attachments=files)
            self._say(Role.AGENT, [*body[middle:], *closing], attachments=files)
            return
        if self.template.layout == "paragraph":
            body = [" ".join(body)]
        elif self.template.layout == "list":
            body = [f"- {sentence}" for sentence in body]
        self._say(Role.AGENT, [*opening, *body, *closing], attachments=files)

    def _tone(self) -> list[str]:
        kind = self.kinds[RESPECT]
        return [] if kind == "plain" else [self._one(kind, RESPECT)]

    def _care(self) -> list[str]:
        return [self._one(name, CARE) for name in self.care] if self.topic["trouble"] else []

    def _answer(self) -> list[str]:
        kind = self.kinds[ANSWERED]
        return [] if kind == "silent" else [self._of_topic(kind, ANSWERED)]

    def _promise(self) -> list[str]:
        pool = {
            "none": None,
            "deadline": "deadline_customer",
            "date": "promise_dated",
            "words": "promise_words",
            "open": "promise_undated",
            "otherDate": "promise_trap",
        }[self.kinds[PROMISE]]
        return [self._one(pool, PROMISE)] if pool else []

    def _identity(self) -> list[str]:
        kind = self.kinds[IDENTITY]
        if kind == "none":
            return []
        if kind == "general":
            return [self._one("identity_general", IDENTITY)]
        told = [self._of_topic("disclosure", IDENTITY)]
        if kind in ("asked", "volunteered"):
            return [self._one("identity_confirm", IDENTITY), *told]
        if kind == "refused":
            return [self._one("identity_careless", IDENTITY), *told]
        return [*told, self._one("identity_late", IDENTITY)] if kind == "late" else told

    def _fact(self) -> list[str]:
        kind = self.kinds[FACT]
        if kind == "none":
            return []
        figures = _FIGURES[self.language]
        name = self._fact_name
        right, spelled, wrong, swapped = figures[name]
        if kind == "two":
            other = self.random.choice([key for key in figures if key != name])
            return [self._fact_of(name, right), self._fact_of(other, figures[other][0])]
        if kind == "agreed":
            return [self._one("agreement"), self._fact_of(name, self._claimed)]
        if kind == "confirmed":
            return [self._one("agreement"), self._fact_of(name, right)]
        if kind == "corrected":
            return [self._one("correction"), self._fact_of(name, right)]
        value = {"right": right, "words": spelled, "wrong": self.random.choice(wrong), "swapped": swapped}[kind]
        return [self._fact_of(name, value)]

    def _extra(self) -> list[str]:
        pools = {
            SECRETS: {"warned": "secret_trap", "asked": "secret_ask"},
            ATTACHMENT: {"sent": "attachment", "forgotten": "attachment", "theirs": "attachment_trap"},
            CLOSING: {"mentioned": "closing_trap"},
        }
        return [self._one(pool[self.kinds[key]], key) for key, pool in pools.items() if self.kinds[key] in pool]

    @property
    def _fact_name(self) -> str:
        return list(_FIGURES[self.language])[self.number // 2 % len(_FIGURES[self.language])]

    @property
    def _claimed(self) -> str:
        """What the customer believes, where the customer says something about the terms."""
        right, _, wrong, _ = _FIGURES[self.language][self._fact_name]
        return right if self.kinds[FACT] == "confirmed" else wrong[self.number // 12 % len(wrong)]

    def _claim(self) -> str:
        return self._filled(self.random.choice(self.words["claim"]), value=self._claimed)

    def _fact_of(self, name: str, value: str) -> str:
        return self._filled(self.random.choice(self.words["facts"][name]), FACT, value=value)

    def _of_topic(self, pool: str, decides: int | None = None) -> str:
        return self._filled(self.random.choice(self.topic[pool]), decides)

    def _one(self, pool: str, decides: int | None = None) -> str:
        return self._filled(self.random.choice(self.words[pool]), decides)

    def _filled(self, wording: str, decides: int | None = None, **more: str) -> str:
        """`decides`: the criterion that these words decide."""
        self.used.add(wording)
        if decides is not None:
            self.decisive.setdefault(decides, []).append(wording)
        chosen = _ALTERNATIVES.sub(lambda found: self.random.choice(found[1].split("|")), wording)
        return chosen.format(**self.fillings, **more)

    def _say(
        self, role: Role, written: list[str], *, assessed: bool | None = None, attachments: tuple[str, ...] = ()
    ) -> None:
        apart = "\n\n" if self.template.channel == "email" else "\n"
        number = len(self.messages) + 1
        self.messages.append(
            CaseMessage(
                conversation_id=number,
                role=role,
                text=apart.join(written),
                at=_START + timedelta(minutes=7 * number),
                assessed=role is Role.AGENT if assessed is None else assessed,
                attachments=attachments,
            )
        )

    def _day(self, year: int) -> str:
        """A date as this half writes it."""
        day, month = self.random.choice(_DAYS), self.random.randrange(1, 5)
        name = _MONTHS[self.language][month - 1]
        if self.language == "en":
            written = f"{day} {name}" if self.half == "train" else f"{name} {day}"
            return written if year == 2026 else f"{written} {year}"
        if self.half == "train":
            return f"{day}. {name}" if year == 2026 else f"{day}. {name} {year}"
        return f"{day:02}.{month:02}.{year}"

    def _draw(self, weights: Mapping[str, int]) -> str:
        return self.random.choices(list(weights), list(weights.values()))[0]
