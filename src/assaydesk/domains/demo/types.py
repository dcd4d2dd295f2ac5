"""Vocabulary of the demonstration company (design.md 5). Everybody and everything in it is invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """How well a piece of work was done."""

    GOOD = "good"
    MEDIOCRE = "mediocre"
    BAD = "bad"


class Answered(StrEnum):
    """What became of the customer's questions."""

    FULL = "full"
    PARTIAL = "partial"
    VAGUE = "vague"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Work:
    """What is known about one piece of work because it was written that way. None = does not apply."""

    level: Level
    answered: Answered
    greeting: bool
    by_name: bool
    closing: bool
    further_help: bool
    empathy: bool | None = None
    identified: bool | None = None
    attachment: bool | None = None
    no_placeholder: bool = True
    no_secret: bool = True
    no_forbidden: bool = True
    same_language: bool = True
    safe_channel: bool | None = None
    confirmed: bool | None = None
    no_credit: bool = True

    @property
    def dated(self) -> bool:
        """A complete answer names the date; all others leave it out."""
        return self.answered is Answered.FULL


@dataclass(frozen=True, slots=True)
class Team:
    key: str
    name: str
    description: str
    leaders: tuple[str, ...]
    color: str


@dataclass(frozen=True, slots=True)
class Person:
    """`shift`: first and last hour of work, local. `skill`: chances of good, mediocre and bad work."""

    key: str
    first_name: str
    last_name: str
    email: str
    role: str
    language: str
    teams: tuple[str, ...] = ()
    shift: tuple[int, int] = (9, 17)
    skill: tuple[int, int, int] = (100, 0, 0)
    trainee: bool = False

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class AiAgent:
    key: str
    name: str
    external_id: str
    topics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subchannel:
    channel: str
    name: str
    address: str | None = None
    team: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """`sla_hours`: business hours until a ticket with it is due."""

    name: str
    parent: str | None
    type: str
    color: str
    sla_hours: int | None


@dataclass(frozen=True, slots=True)
class Customer:
    """`form`: f or m, for the form of address. `language`: de or en."""

    customer_id: str
    contract_id: str
    first_name: str
    last_name: str
    form: str
    language: str
    email: str
    phone: str
    street: str
    city: str
    meter: str
    birth: tuple[int, int, int]
    company: str | None = None

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Scorecard:
    """`body`: of `POST /quality/scorecard`, tags by name. `marks`: by criterion id, the part of `Work` that decides."""

    key: str
    body: Mapping[str, Any]
    marks: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class WorkOfReply:
    """The known quality of the work around one reply: whose, when, and which text that was."""

    person: str
    at: datetime
    work: Work
