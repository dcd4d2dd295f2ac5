"""Guards and query parameters of the scores report."""

from typing import Annotated, Any, Final, NamedTuple

from fastapi import Depends, Query

from assaydesk.domains.quality.assessments.service import Viewer, viewer_of
from assaydesk.domains.quality.assessments.types import SCORED_STATES, State
from assaydesk.domains.quality.reports.scores_types import (
    BY_WORD,
    PARTS,
    Asked,
    Dimension,
    Interval,
    Part,
    ScoresFilter,
)
from assaydesk.platform.dates import instant
from assaydesk.platform.errors import FieldError, ValidationFailed
from assaydesk.platform.http.query_lists import ids, words
from assaydesk.platform.http.sessions import Reads
from assaydesk.platform.schema import MAX_ID, Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Reader = Annotated[Actor, Depends(Require(Permission.QUALITY_VIEW_REPORTS, Permission.QUALITY_VIEW_ASSESSMENT_OWN))]

_DIMENSIONS: Final = ", ".join(Dimension)
_NONE: Final = "null"
_KEY: Final = "The value of this dimension in the `key` of the row; `null` where it is null."
KeyWord = Annotated[str | None, Query(max_length=40, description=_KEY)]


class Wanted(NamedTuple):
    viewer: Viewer
    asked: Asked


async def wanted(
    session: Reads,
    actor: Reader,
    group_by: Annotated[
        tuple[str, ...],
        Depends(words("groupBy", allowed=frozenset(Dimension), description=f"One or two of {_DIMENSIONS}.")),
    ],
    users: Annotated[tuple[int, ...], Depends(ids("users", description="Assessed users."))],
    teams: Annotated[tuple[int, ...], Depends(ids("teams", description="Teams at the time of the work."))],
    channels: Annotated[tuple[str, ...], Depends(words("channels", description="Channels of the tickets."))],
    states: Annotated[
        tuple[str, ...],
        Depends(
            words("states", allowed=frozenset(SCORED_STATES), description="Default: all in which there are scores.")
        ),
    ],
    interval: Annotated[Interval, Query(description="Of `time`; weeks start on Monday.")] = Interval.MONTH,
    since: Annotated[str | None, Query(alias="from", max_length=40, description="Date of the worklog.")] = None,
    until: Annotated[
        str | None, Query(alias="to", max_length=40, description="Date of the worklog, inclusive.")
    ] = None,
    scorecard_base_id: Annotated[Id | None, Query(alias="scorecardBaseId")] = None,
    min_n: Annotated[int, Query(alias="minN", ge=1, le=10_000, description="Fewer scores are not ranked.")] = 5,
    distribution: Annotated[
        bool, Query(description="With the spread of the percentages, handling times and automation levels.")
    ] = False,
) -> Wanted:
    """What was asked for; dates are read in the time zone of the instance."""
    if len(group_by) > 2:
        raise ValidationFailed([FieldError("groupBy", "too_long", "Group by one or two dimensions.")])
    viewer = await viewer_of(session, actor)
    zone = viewer.settings.zone
    chosen = ScoresFilter(
        since=instant("from", since, zone),
        until=instant("to", until, zone, upper_end=True),
        scorecard_base_id=scorecard_base_id,
        users=users,
        teams=teams,
        channels=channels,
        states=tuple(State(word) for word in states) or SCORED_STATES,
    )
    dimensions = tuple(Dimension(word) for word in group_by) or (Dimension.AGENT,)
    return Wanted(viewer, Asked(dimensions, interval, chosen, min_n, distribution))


async def row_key(
    agent: KeyWord = None,
    team: KeyWord = None,
    scorecard: KeyWord = None,
    category: KeyWord = None,
    criterion: KeyWord = None,
    channel: KeyWord = None,
    tag: KeyWord = None,
    ai_agent: Annotated[str | None, Query(alias="aiAgent", max_length=40, description=_KEY)] = None,
    automation_level: Annotated[str | None, Query(alias="automationLevel", max_length=40, description=_KEY)] = None,
    time: KeyWord = None,
) -> dict[Dimension, Any]:
    """The key of a row. A category or criterion is one of a scorecard, which must be named with it."""
    sent = {
        Dimension.AGENT: agent,
        Dimension.TEAM: team,
        Dimension.SCORECARD: scorecard,
        Dimension.CATEGORY: category,
        Dimension.CRITERION: criterion,
        Dimension.CHANNEL: channel,
        Dimension.TAG: tag,
        Dimension.AI_AGENT: ai_agent,
        Dimension.AUTOMATION_LEVEL: automation_level,
        Dimension.TIME: time,
    }
    found = {one: _value(one, word) for one, word in sent.items() if word is not None}
    if Dimension.SCORECARD not in found and any(one in found for one in PARTS):
        raise ValidationFailed(
            [FieldError("scorecard", "required", "Name the scorecard of the category or criterion.")]
        )
    return found


async def row_part(
    low: Annotated[int | None, Query(alias="percentFrom", ge=0, le=100, description="Percentages from this.")] = None,
    high: Annotated[
        int | None, Query(alias="percentTo", ge=1, le=100, description="Percentages below this; 100 is included.")
    ] = None,
) -> Part:
    """One part of the distribution of a row."""
    return Part(low, high)


def _value(one: Dimension, word: str) -> int | str | None:
    if word == _NONE:
        return None
    if one in BY_WORD:
        return word
    if not (word.isascii() and word.isdigit() and int(word) <= MAX_ID):
        raise ValidationFailed([FieldError(one.value, "wrong_type", f"{word[:30]} is no id.")])
    return int(word)


ToReport = Annotated[Wanted, Depends(wanted)]
RowKey = Annotated[dict[Dimension, Any], Depends(row_key)]
RowPart = Annotated[Part, Depends(row_part)]
