"""Checks of `/health/details`. A domain that depends on something adds its check where it registers its handlers."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Final

import structlog

from assaydesk.platform.config import Config
from assaydesk.platform.db.engine import Database

log = structlog.get_logger("health")


@dataclass(frozen=True, slots=True)
class Probe:
    """What a check may look at."""

    config: Config
    database: Database
    ports: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """`critical`: without it the desk does not work, else it works worse."""

    ok: bool
    message: str
    critical: bool = False


Check = Callable[[Probe], Awaitable[Finding]]
CHECKS: Final[dict[str, Check]] = {}


def add_check(name: str, check: Check) -> None:
    """Have `check` answer for `name`; it opens its own sessions and calls no model."""
    CHECKS[name] = check


async def run_checks(probe: Probe) -> dict[str, Any]:
    """All checks, one after the other, with their times."""
    shown: list[dict[str, Any]] = []
    status = "ok"
    for name, check in CHECKS.items():
        started = perf_counter()
        try:
            finding = await check(probe)
        except Exception as failure:
            log.warning("health_check_failed", check=name, exc_info=failure)
            finding = Finding(False, f"The check failed: {type(failure).__name__}.", critical=name == "database")
        latency = round((perf_counter() - started) * 1000)
        shown.append({"name": name, "ok": finding.ok, "latencyMs": latency, "message": finding.message})
        if not finding.ok:
            status = "error" if finding.critical else "degraded" if status == "ok" else status
    return {"success": True, "status": status, "checks": shown}
