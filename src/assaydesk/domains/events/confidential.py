"""Events of assessments in the log: only for those who may see the assessment, and silent to its blind reviewer."""

from collections.abc import Collection
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, any_, cast, exists, literal, or_, select

from assaydesk.domains.events.models import Event
from assaydesk.domains.quality.assessments.filters import masked_rows
from assaydesk.domains.quality.assessments.models import Assessment
from assaydesk.domains.quality.assessments.service import editable, readable
from assaydesk.domains.settings.service import InstanceSettings
from assaydesk.platform.db.base import BigInts, Texts
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.security.actor import Actor

ABOUT_ASSESSMENTS: Final = (
    "qualityAssessmentReady", "qualityAssessmentReviewed", "qualityAssessmentFailed", "qualityAppealCreated",
    "qualityAppealDecided",
)  # fmt: skip
FOUND_BY_AI: Final = ("percentage", "needsHuman")
"""Keys of their data that a blind reviewer must not learn."""

_ASSESSMENT: Final = cast(Event.data["assessmentId"].astext, BigInteger)
_OTHER: Final[ColumnElement[bool]] = ~(Event.type == any_(literal(list(ABOUT_ASSESSMENTS), Texts)))


class Rules(NamedTuple):
    """Conditions on events. `told`: the caller may read everything in its data."""

    visible: ColumnElement[bool]
    told: ColumnElement[bool]


def rules(actor: Actor, settings: InstanceSettings) -> Rules:
    seen = exists().where(Assessment.id == _ASSESSMENT, readable(actor, settings))
    blind = masked_rows(editable(actor, settings))
    return Rules(or_(_OTHER, seen), or_(_OTHER, ~exists().where(Assessment.id == _ASSESSMENT, blind)))


async def masked_among(
    session: ReadSession, actor: Actor, settings: InstanceSettings, events: Collection[Event]
) -> set[int]:
    """Those of these assessments' ids that the caller reviews blind."""
    ids = {event.data["assessmentId"] for event in events if event.type in ABOUT_ASSESSMENTS}
    if not ids:
        return set()
    blind = masked_rows(editable(actor, settings))
    query = select(Assessment.id).where(Assessment.id == any_(literal(list(ids), BigInts)), blind)
    return set(await session.scalars(query))


def shown_data(event: Event, masked: Collection[int]) -> dict[str, Any]:
    """The data of an event; what the AI found is left out where the caller must not know it."""
    if event.type not in ABOUT_ASSESSMENTS or event.data.get("assessmentId") not in masked:
        return event.data
    return {key: None if key in FOUND_BY_AI else value for key, value in event.data.items()}
