"""What backtests add to lower domains, and what makes them run."""

from assaydesk.domains.quality.backtests import service
from assaydesk.domains.quality.backtests.events import BacktestQueued
from assaydesk.domains.quality.backtests.tasks import call_worker
from assaydesk.domains.quality.scorecards.events import LATEST_BACKTEST
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.events import on


def register() -> None:
    on(BacktestQueued, queue)
    LATEST_BACKTEST.fill(service.latest_of)


async def queue(session: WriteSession, event: BacktestQueued) -> None:
    await call_worker(session, event.backtest_id)
