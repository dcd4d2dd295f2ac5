"""Guards, the row loader and the query parameters of the scorecard endpoints."""

from typing import Annotated, Literal

from fastapi import Depends, Header, Path, Query

from assaydesk.domains.quality.scorecards import service
from assaydesk.domains.quality.scorecards.errors import ScorecardNotFound
from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.types import Content, ScorecardState
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.errors import FieldError, ValidationFailed
from assaydesk.platform.http.sessions import Context, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require
from assaydesk.platform.versions import HEADER

LANGUAGES = ("en", "de")

Caller = Annotated[Actor, Depends(Require())]
Manager = Annotated[Actor, Depends(Require(Permission.QUALITY_MANAGE_SCORECARDS))]
MayDelete = Annotated[Actor, Depends(Require(Permission.QUALITY_DELETE_SCORECARD))]

ScorecardId = Annotated[Id, Path(alias="id")]
Format = Annotated[
    Literal["full", "summary"],
    Query(alias="format", description="`summary` has `categoryCount` in place of `categories`."),
]
Scope = Annotated[Literal["family", "revision"], Query(description="All revisions, or this one alone.")]
BaseId = Annotated[Id | None, Query(alias="baseId")]
NamePart = Annotated[str | None, Query(alias="q", max_length=200, description="A part of the name.")]
UnmodifiedSince = Annotated[str | None, Header(alias=HEADER, description="The `version` that was read.")]


async def wanted_states(
    state: Annotated[list[str] | None, Query(description="Comma-separated: draft, active, retired, deleted.")] = None,
    bracketed: Annotated[list[str] | None, Query(alias="state[]", include_in_schema=False)] = None,
) -> tuple[ScorecardState, ...]:
    """The states to list, by default the active ones."""
    sent = [word.strip() for text in (state or []) + (bracketed or []) for word in text.split(",")]
    words = [word for word in sent if word]
    unknown = [word for word in words if word not in tuple(ScorecardState)]
    if unknown:
        message = f"Unknown: {', '.join(unknown)[:100]}. Use {', '.join(ScorecardState)}."
        raise ValidationFailed([FieldError("state", "not_allowed", message)])
    return tuple(ScorecardState(word) for word in words) or (ScorecardState.ACTIVE,)


States = Annotated[tuple[ScorecardState, ...], Depends(wanted_states)]


async def scorecard_to_write(session: Writes, actor: Manager, scorecard_id: ScorecardId) -> Scorecard:
    """The addressed row, before the right to change it is judged."""
    return await service.find_scorecard(session, actor, scorecard_id)


async def content_to_lint(context: Context, actor: Manager, scorecard_id: ScorecardId) -> Content:
    """The content of a revision; its session is closed again, because a model takes its time."""
    async with context.database.read() as session:
        await service.find_scorecard(session, actor, scorecard_id)
        revision = await service.get_revision(session, scorecard_id)
    if revision is None:
        raise ScorecardNotFound(scorecard_id)
    return revision.content


async def words_language(
    context: Context,
    accepted: Annotated[str | None, Header(alias="Accept-Language", description="`en` or `de`.")] = None,
) -> str:
    """The language of texts for people: the first of `Accept-Language` that there is, else `qualityTextLanguage`."""
    for one in (accepted or "").split(","):
        code = one.partition(";")[0].strip().casefold()[:2]
        if code in LANGUAGES:
            return code
    async with context.database.read() as session:
        return (await get_settings(session)).quality_text_language


ToLint = Annotated[Content, Depends(content_to_lint)]
Language = Annotated[str, Depends(words_language)]
Suggest = Annotated[bool, Query(description="False asks no model for other wordings.")]
ToWrite = Annotated[Scorecard, Depends(scorecard_to_write)]
