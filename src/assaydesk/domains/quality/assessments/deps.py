"""Guards, row loaders and query parameters of the assessment endpoints."""

from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import Depends, Header, Path, Query

from assaydesk.domains.quality.assessments import service
from assaydesk.domains.quality.assessments.filters import ORDER_FIELDS, AssessmentFilter, Order
from assaydesk.domains.quality.assessments.policy import ANY_VIEW, DO
from assaydesk.domains.quality.assessments.schemas import AssessmentQuery
from assaydesk.domains.quality.assessments.service import Seen, Viewer
from assaydesk.domains.quality.assessments.types import State
from assaydesk.kit.clock import parse_instant
from assaydesk.platform.errors import FieldError, UnknownFilterKey, ValidationFailed
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require
from assaydesk.platform.versions import HEADER

Caller = Annotated[Actor, Depends(Require())]
Lister = Annotated[Actor, Depends(Require(*ANY_VIEW))]
Assessor = Annotated[Actor, Depends(Require(*DO))]
Deleter = Annotated[Actor, Depends(Require(Permission.QUALITY_DELETE_ASSESSMENT))]

AssessmentId = Annotated[Id, Path(alias="id")]
TicketId = Annotated[Id, Path(alias="ticketId")]
Format = Annotated[Literal["full", "summary"], Query(alias="format", description="`summary` has no `data`.")]
UnmodifiedSince = Annotated[str | None, Header(alias=HEADER, description="The `version` that was read.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="Rows of one answer; by default as many as there can be.")]
Offset = Annotated[int, Query(ge=0, le=2**62, description="Rows to leave out at the beginning.")]

_LISTED: Final = tuple(state for state in State if state is not State.DELETED)


class Target(NamedTuple):
    """A row that the caller sees, and how the caller sees things."""

    viewer: Viewer
    seen: Seen


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of a list. `since` and `until` are read in the time zone of the instance."""

    filter: AssessmentFilter
    since: str | None
    until: str | None

    def in_zone(self, zone: ZoneInfo) -> AssessmentFilter:
        since = None if self.since is None else parse_instant(self.since, zone)
        until = None if self.until is None else parse_instant(self.until, zone, upper_end=True)
        return replace(self.filter, since=since, until=until)


async def wanted(actor: Lister, asked: Annotated[AssessmentQuery, Query()]) -> Asked:
    """The filters of the list. Deleted ones may be asked for by those who may delete."""
    words = [word.strip() for text in asked.state for word in text.split(",")]
    known = set(State) if actor.has(Permission.QUALITY_DELETE_ASSESSMENT) else set(_LISTED)
    unknown = [word for word in words if word and word not in known]
    faults = []
    if unknown:
        faults.append(FieldError("state", "not_allowed", f"Not among the states: {', '.join(unknown)[:100]}."))
    for name, text in (("from", asked.since), ("to", asked.until)):
        try:
            if text is not None:
                parse_instant(text, ZoneInfo("UTC"))
        except ValueError:
            faults.append(FieldError(name, "bad_format", "This is no date."))
    if faults:
        raise ValidationFailed(faults)
    states = tuple(State(word) for word in words if word) or _LISTED
    chosen = asked.model_dump(exclude={"state", "since", "until", "user"})
    return Asked(AssessmentFilter(states=states, assessed_user=asked.user, **chosen), asked.since, asked.until)


async def ordered(
    field: Annotated[str, Query(alias="orderByField", description=", ".join(ORDER_FIELDS))] = "createdAt",
    direction: Annotated[Literal["asc", "desc"], Query(alias="orderByDirection")] = "desc",
) -> Order:
    """The order of the list; a table prefix is left out."""
    name = field.rpartition(".")[2]
    if name not in ORDER_FIELDS:
        raise UnknownFilterKey(f"The list cannot be ordered by {field[:50]}.", allowedKeys=list(ORDER_FIELDS))
    return Order(name, direction == "desc")


async def to_assess(session: Writes, actor: Assessor, assessment_id: AssessmentId) -> Target:
    """The locked row, if the caller sees it (else 404) and may assess its person (else 403)."""
    target = await _find(session, actor, assessment_id, lock=True)
    _require_assessor(target)
    return target


async def to_reopen(target: Annotated[Target, Depends(to_assess)], actor: Assessor) -> Target:
    """The same for a finished review: only its reviewer, and those who may assess everybody."""
    service.may_reopen(actor, target.seen.row)
    return target


async def to_delete(session: Writes, actor: Deleter, assessment_id: AssessmentId) -> Target:
    """The locked row, if the caller sees it."""
    return await _find(session, actor, assessment_id, lock=True)


async def to_inspect(session: Reads, actor: Assessor, assessment_id: AssessmentId) -> Target:
    """The row, for those who may assess its person."""
    target = await _find(session, actor, assessment_id, lock=False)
    _require_assessor(target)
    return target


async def to_refresh(context: Context, actor: Assessor, assessment_id: AssessmentId) -> int:
    """The id of such a row; its session is closed again, because the judge takes its time."""
    async with context.database.read() as session:
        _require_assessor(await _find(session, actor, assessment_id, lock=False))
    return assessment_id


async def _find(session: Reads, actor: Actor, assessment_id: int, *, lock: bool) -> Target:
    viewer = await service.viewer_of(session, actor)
    return Target(viewer, await service.find_assessment(session, viewer, assessment_id, lock=lock))


def _require_assessor(target: Target) -> None:
    row, team_mate = target.seen
    service.require_assessor(target.viewer, row.assessed_user, team_mate=team_mate)


Filters = Annotated[Asked, Depends(wanted)]
Ordering = Annotated[Order, Depends(ordered)]
ToAssess = Annotated[Target, Depends(to_assess)]
ToReopen = Annotated[Target, Depends(to_reopen)]
ToDelete = Annotated[Target, Depends(to_delete)]
ToInspect = Annotated[Target, Depends(to_inspect)]
ToRefresh = Annotated[int, Depends(to_refresh)]
