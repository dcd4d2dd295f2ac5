"""Structure of a scorecard body: what POST and PATCH send, checked and read (quality.md 2.1, 2.4; conventions.md 9).

Nothing stops at the first fault: an author sees all of them at once, each with its path and what to do about it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from assaydesk.domains.quality.scorecards.criteria import MAX_ID, Highest, RuleValidator, read_categories
from assaydesk.domains.quality.scorecards.matching import CHANNELS, RESPONSE_CONTEXTS, channel_name
from assaydesk.domains.quality.scorecards.reading import Fault, Fields, Findings
from assaydesk.domains.quality.scorecards.types import Assignment, Category, Content, LiveCoach, ScorecardState

MAX_NAME: Final = 200
MAX_LISTED: Final = 1000
CREATION_STATES: Final = (ScorecardState.DRAFT, ScorecardState.ACTIVE)

EMPTY_CONTENT: Final = Content(
    name="",
    categories=(),
    assignment=Assignment((), (), (), (), include_child_tags=False, sample_percent=100.0),
    live_coach=LiveCoach(enabled=False, threshold=80.0),
)


@dataclass(frozen=True, slots=True)
class ContentChange:
    """The parts of the content that a body names; None for the others."""

    name: str | None = None
    categories: tuple[Category, ...] | None = None
    assignment: Assignment | None = None
    live_coach_enabled: bool | None = None
    live_coach_threshold: float | None = None

    def apply_to(self, content: Content) -> Content:
        coach = content.live_coach
        if self.live_coach_enabled is not None:
            coach = replace(coach, enabled=self.live_coach_enabled)
        if self.live_coach_threshold is not None:
            coach = replace(coach, threshold=self.live_coach_threshold)
        return Content(
            name=content.name if self.name is None else self.name,
            categories=content.categories if self.categories is None else self.categories,
            assignment=content.assignment if self.assignment is None else self.assignment,
            live_coach=coach,
        )


@dataclass(frozen=True, slots=True)
class ReadBody:
    """A body as read; it counts only when `faults` is empty.

    `incomplete`: faults of the categories that matter only to an active scorecard. `content_keys`: which parts of the
    content the body names.
    """

    change: ContentChange
    state: ScorecardState | None
    create_new_revision: bool
    content_keys: tuple[str, ...]
    faults: tuple[Fault, ...]
    incomplete: tuple[Fault, ...]
    ignored: tuple[str, ...]


def read_body(
    body: Any, *, rules: Mapping[str, RuleValidator], highest: Highest = Highest(), creating: bool = False
) -> ReadBody:
    """Read the body of POST (`creating`) or PATCH. `rules`: the known rule types."""
    findings = Findings()
    if not isinstance(body, Mapping):
        findings.faults.append(Fault("", "wrong_type", "The body is no object; send the scorecard as a JSON object."))
        body = {}
        creating = False
    fields = Fields(body, "", "Scorecard", findings)
    name = fields.text("name", MAX_NAME, required=True) if creating or fields.has("name") else None
    state = fields.choice("state", CREATION_STATES if creating else tuple(ScorecardState))
    new_revision = True if creating else fields.flag("createNewRevision", True)
    categories, incomplete = read_categories(fields, rules, highest, required=creating)
    enabled, threshold = _read_live_coach(fields)
    change = ContentChange(name, categories, _read_assignment(fields), enabled, threshold)
    fields.finish()
    return ReadBody(
        change=change,
        state=None if state is None else ScorecardState(state),
        create_new_revision=new_revision,
        content_keys=tuple(key for key in ("name", "categories", "assignment", "liveCoach") if key in body),
        faults=tuple(findings.faults),
        incomplete=incomplete,
        ignored=tuple(findings.ignored),
    )


def _read_assignment(fields: Fields) -> Assignment | None:
    """The whole assignment: keys that are left out become empty."""
    inner = fields.object("assignment", "Assignment")
    if inner is None:
        return None

    def an_id(key: str, raw: Any) -> int | None:
        return inner.as_integer(key, raw, 0, 1, MAX_ID) or None

    def channel(key: str, raw: Any) -> str | None:
        return inner.one_of(key, channel_name(raw) if isinstance(raw, str) else raw, CHANNELS)

    def context(key: str, raw: Any) -> str | None:
        return inner.one_of(key, raw, RESPONSE_CONTEXTS)

    assignment = Assignment(
        ticket_tags=inner.items("ticketTags", an_id, most=MAX_LISTED),
        teams=inner.items("teams", an_id, most=MAX_LISTED),
        channels=inner.items("channels", channel, most=MAX_LISTED),
        response_context=inner.items("responseContext", context, most=MAX_LISTED),
        include_child_tags=inner.flag("includeChildTags", False),
        sample_percent=inner.ranged("samplePercent", 100.0, 100),
    )
    inner.finish()
    return assignment


def _read_live_coach(fields: Fields) -> tuple[bool | None, float | None]:
    """`enabled` and `threshold`, None for what the body leaves as it is."""
    inner = fields.object("liveCoach", "Live coach")
    if inner is None:
        return None, None
    enabled = inner.flag("enabled", False) if inner.has("enabled") else None
    threshold = inner.ranged("threshold", 80.0, 100) if inner.has("threshold") else None
    inner.finish()
    return enabled, threshold


def read_clone(body: Any, name: str) -> ReadBody:
    """Read the body of a copy: `name`, by default that of the source with "(copy)", and `state`."""
    findings = Findings()
    fields = Fields(body, "", "Copy", findings)
    ending = " (copy)"
    wanted = (
        fields.text("name", MAX_NAME, required=True) if fields.has("name") else name[: MAX_NAME - len(ending)] + ending
    )
    state = fields.choice("state", CREATION_STATES)
    fields.finish()
    return ReadBody(
        change=ContentChange(name=wanted),
        state=None if state is None else ScorecardState(state),
        create_new_revision=True,
        content_keys=(),
        faults=tuple(findings.faults),
        incomplete=(),
        ignored=tuple(findings.ignored),
    )
