"""Guards and row loaders of the backtest endpoints."""

from typing import Annotated

from fastapi import Depends, Path, Query

from assaydesk.domains.quality.backtests import service
from assaydesk.domains.quality.backtests.models import Backtest
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.schema import Boolean, Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Runner = Annotated[Actor, Depends(Require(Permission.QUALITY_RUN_BACKTEST))]
Reader = Annotated[Actor, Depends(Require(Permission.QUALITY_RUN_BACKTEST, Permission.QUALITY_MANAGE_SCORECARDS))]
PathId = Annotated[Id, Path(alias="id")]
ScorecardId = Annotated[Id | None, Query(alias="scorecardId", description="Of this revision alone.")]
OnlyChanged = Annotated[Boolean, Query(alias="onlyChanged", description="Leave equal pieces of work out of `diffs`.")]

AllCriteria = Annotated[
    Boolean, Query(alias="allCriteria", description="In `diffs`, criteria whose answer is the same as well.")
]


async def scorecard_to_try(context: Context, actor: Runner, scorecard_id: PathId) -> int:
    """The id of a revision that can be tried; its session is closed again, because the judge may be asked."""
    async with context.database.read() as session:
        await service.find_revision(session, actor, scorecard_id)
    return scorecard_id


async def backtest_to_read(session: Reads, actor: Reader, backtest_id: PathId) -> Backtest:
    """The row, if the caller may read it; else 404."""
    return await service.find_backtest(session, actor, backtest_id)


async def backtest_to_cancel(session: Writes, actor: Reader, backtest_id: PathId) -> Backtest:
    """The locked row."""
    return await service.find_backtest(session, actor, backtest_id, lock=True)


ToTry = Annotated[int, Depends(scorecard_to_try)]
ToRead = Annotated[Backtest, Depends(backtest_to_read)]
ToCancel = Annotated[Backtest, Depends(backtest_to_cancel)]
