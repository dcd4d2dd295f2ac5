"""The invented texts and people, as they stand in the YAML files of this folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Final

import yaml

from assaydesk.domains.demo.types import AiAgent, Person, Scorecard, Subchannel, Tag, Team

LANGUAGES: Final = ("de", "en")
DOMAIN: Final = "lindenau-energie.example"


@dataclass(frozen=True, slots=True)
class Topic:
    """What customers write about. `texts`: by language and kind (`question`, `full`, `partial` ...).

    `identity`: contract data are named, so somebody who calls has to be identified. `upset`: customers are annoyed,
    worried or in mourning. `tools`: a look-up, then what is looked up or booked for this topic. `not_on`: channels on
    which nobody would write about it. `weight`: how often people write about it, compared with the others.
    """

    key: str
    tag: tuple[str, ...]
    team: str
    upset: bool
    identity: bool
    tools: tuple[str, ...]
    not_on: tuple[str, ...]
    weight: int
    texts: Mapping[str, Mapping[str, tuple[str, ...]]]

    @property
    def books(self) -> str | None:
        """The call that changes something, when there is one."""
        return None if self.tools[-1].startswith("get") else self.tools[-1]


@dataclass(frozen=True, slots=True)
class Phrases:
    """What people write around the matter, by language and dotted name: `live.hello`."""

    by_language: Mapping[str, Mapping[str, Any]]
    forbidden: tuple[str, ...]
    months: Mapping[str, tuple[str, ...]]

    def of(self, language: str, name: str) -> Any:
        """A text, or the choice of texts, of this name."""
        found: Any = self.by_language[language]
        for part in name.split("."):
            found = found[part]
        return found


@dataclass(frozen=True, slots=True)
class Reviewing:
    """What supervisors write about work: by level, by part of the work, and for corrections of a rule."""

    comments: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, Mapping[str, str]]
    corrections: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Content:
    topics: tuple[Topic, ...]
    phrases: Phrases
    teams: tuple[Team, ...]
    people: tuple[Person, ...]
    ai_agents: tuple[AiAgent, ...]
    subchannels: tuple[Subchannel, ...]
    tags: tuple[Tag, ...]
    settings: Mapping[str, Any]
    customers: Mapping[str, Mapping[str, Any]]
    scorecards: tuple[Scorecard, ...]
    reviewing: Reviewing
    participation: Mapping[str, Any]


@cache
def load_content() -> Content:
    """Everything that is written down; the same for every plan."""
    folder = files(__package__)
    company = folder / "company"
    people, manners = _read(company / "people.yaml"), _read(company / "manners.yaml")
    reviews = _read(company / "reviews.yaml")
    texts = sorted((folder / "texts").iterdir(), key=lambda file: file.name)
    forbidden = tuple(manners["forbidden"])
    return Content(
        topics=tuple(
            _topic(file.name.removesuffix(".yaml"), _read(file)) for file in texts if file.name.endswith(".yaml")
        ),
        phrases=Phrases(
            {language: manners[language] for language in LANGUAGES},
            forbidden,
            {language: tuple(names) for language, names in manners["months"].items()},
        ),
        teams=tuple(_team(entry) for entry in people["teams"]),
        people=tuple(_person(entry) for entry in people["people"]),
        ai_agents=tuple(
            AiAgent(entry["key"], entry["name"], entry["external_id"], tuple(entry["topics"]))
            for entry in people["ai_agents"]
        ),
        subchannels=tuple(Subchannel(**entry) for entry in people["subchannels"]),
        tags=tuple(_tags(people["tags"])),
        settings=people["settings"],
        customers=_read(company / "customers.yaml"),
        scorecards=tuple(_scorecard(entry, forbidden) for entry in _read(company / "scorecards.yaml")),
        reviewing=Reviewing(
            {level: tuple(texts) for level, texts in reviews["comments"].items()},
            reviews["reasons"],
            reviews["corrections"],
        ),
        participation=_read(company / "participation.yaml"),
    )


def _read(file: Traversable) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def paragraphs(text: str) -> str:
    """Folded text has one line break where a paragraph ends; letters have an empty line there."""
    return text.replace("\n", "\n\n").strip()


def _topic(key: str, entry: Mapping[str, Any]) -> Topic:
    texts = {
        language: {kind: tuple(paragraphs(text) for text in texts) for kind, texts in entry[language].items()}
        for language in LANGUAGES
    }
    return Topic(
        key,
        tuple(entry["tag"]),
        entry["team"],
        entry.get("upset", False),
        entry.get("identity", True),
        tuple(entry["tools"]),
        tuple(entry.get("not_on", ())),
        entry.get("weight", 1),
        texts,
    )


def _team(entry: Mapping[str, Any]) -> Team:
    return Team(entry["key"], entry["name"], entry["description"], tuple(entry["leaders"]), entry["color"])


def _person(entry: Mapping[str, Any]) -> Person:
    """The e-mail address is made of the name, but for those who have one of their own."""
    local_part = entry.get("email") or f"{entry['first']}.{entry['last']}".lower()
    good, mediocre, bad = entry.get("skill", (100, 0, 0))
    begin, end = entry.get("shift", (9, 17))
    return Person(
        key=entry["key"],
        first_name=entry["first"],
        last_name=entry["last"],
        email=f"{local_part}@{DOMAIN}",
        role=entry["role"],
        language=entry["lang"],
        teams=tuple(entry.get("teams", ())),
        shift=(begin, end),
        skill=(good, mediocre, bad),
        trainee=entry.get("trainee", False),
    )


def _tags(entries: list[Mapping[str, Any]]) -> list[Tag]:
    """Parents before their children."""
    tags: list[Tag] = []
    for entry in entries:
        name, color = entry["name"], entry["color"]
        tags.append(Tag(name, None, entry.get("type", "skill"), color, entry.get("sla")))
        tags += [Tag(child, name, "skill", color, hours) for child, hours in entry.get("children", {}).items()]
    return tags


def _scorecard(entry: Mapping[str, Any], forbidden: tuple[str, ...]) -> Scorecard:
    """Numbers categories and criteria in their order, and puts the list of forbidden phrases where it is named."""
    marks: dict[int, str] = {}
    categories: list[dict[str, Any]] = []
    for category_id, category in enumerate(entry["categories"], 1):
        criteria: list[dict[str, Any]] = []
        for criterion in category["criteria"]:
            number = len(marks) + 1
            marks[number] = criterion["mark"]
            body = {name: value for name, value in criterion.items() if name != "mark"}
            if body.get("rule", {}).get("texts") == "forbidden":
                body["rule"] = {**body["rule"], "texts": list(forbidden)}
            criteria.append({"id": number, **body})
        categories.append({"categoryId": category_id, "label": category["label"], "criteria": criteria})
    head = {name: value for name, value in entry.items() if name not in {"key", "categories"}}
    return Scorecard(entry["key"], {**head, "state": "active", "categories": categories}, marks)
