"""What backtests tell."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BacktestQueued:
    """A backtest waits for a worker."""

    backtest_id: int
