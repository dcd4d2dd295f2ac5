"""The only list of the domains. What a domain has is found by the names of its files: `models`, `endpoints`,
`handlers`, `tasks`."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from fastapi import APIRouter

DOMAINS = (
    "settings",
    "code",
    "cron",
    "tags",
    "teams",
    "profiles",
    "notifications",
    "customers",
    "templates",
    "auth",
    "routing",  # Before tickets: the fixed words of its paths are matched before `{ticketId}`.
    "tickets",
    "conversations",
    "worklogs",
    "reminders",
    "surveys",
    "channels",
    "identification",
    "tagging",
    "quality.scorecards",
    "quality.judging",
    "quality.assessments",
    "quality.live_coach",
    "quality.learning",
    "quality.backtests",
    "quality.golden",
    "quality.calibration",
    "quality.appeals",
    "quality.sampling",
    "quality.fairness",
    "quality.reports",
    "events",
    "exports",
    "audit",
    "workbench",
)


def _parts(file: str) -> list[ModuleType]:
    names = [f"assaydesk.domains.{domain}.{file}" for domain in DOMAINS]
    return [import_module(name) for name in names if find_spec(name) is not None]


def import_models() -> None:
    """Make every table known to the metadata."""
    import_module("assaydesk.platform.audit")
    if find_spec("assaydesk.platform.files.models") is not None:
        import_module("assaydesk.platform.files.models")
    import_module("assaydesk.platform.http.idempotency")
    _parts("models")


def register_handlers() -> None:
    """Connect the domains: what each does when another publishes an event, and the slots it fills."""
    for module in _parts("handlers"):
        module.register()


def register_jobs() -> None:
    """Declare every job."""
    _parts("tasks")


def routers() -> list[APIRouter]:
    """Every domain's router. That of the settings is the last: `/settings/{name}` would take the words of others."""
    parts = _parts("endpoints")
    last = import_module("assaydesk.domains.settings.endpoints")
    return [*(part.router for part in parts if part is not last), last.router]
