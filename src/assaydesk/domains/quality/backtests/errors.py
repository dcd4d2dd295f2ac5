"""Refusals of the backtest endpoints."""

from assaydesk.platform.errors import NotFound


class BacktestNotFound(NotFound):
    def __init__(self, backtest_id: int) -> None:
        super().__init__(f"Backtest {backtest_id} does not exist.", backtestId=backtest_id)
