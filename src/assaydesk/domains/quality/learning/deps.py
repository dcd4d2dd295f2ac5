"""Guards and the row loaders of trust."""

from typing import Annotated

from fastapi import Depends, Path

from assaydesk.domains.quality.scorecards.models import Scorecard
from assaydesk.domains.quality.scorecards.service import find_scorecard
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Reader = Annotated[Actor, Depends(Require(Permission.QUALITY_VIEW_REPORTS, Permission.QUALITY_MANAGE_SCORECARDS))]
Manager = Annotated[Actor, Depends(Require(Permission.QUALITY_MANAGE_SCORECARDS))]

ScorecardId = Annotated[Id, Path(alias="id")]


async def scorecard_to_read(session: Reads, actor: Reader, scorecard_id: ScorecardId) -> Scorecard:
    """The addressed revision; what is shown is of its family."""
    return await find_scorecard(session, actor, scorecard_id)


async def scorecard_to_write(session: Writes, actor: Manager, scorecard_id: ScorecardId) -> Scorecard:
    """The same, before something is changed."""
    return await find_scorecard(session, actor, scorecard_id)


ToRead = Annotated[Scorecard, Depends(scorecard_to_read)]
ToWrite = Annotated[Scorecard, Depends(scorecard_to_write)]
