"""Structured logs: constant event names, data as fields, ids and never contents."""

import logging
import sys
from contextvars import ContextVar
from typing import Literal

import structlog

transaction: ContextVar[str] = ContextVar("assaydesk_transaction", default="")


def current_transaction() -> str:
    """The id of the request or job that is being worked on; empty outside of one."""
    return transaction.get()


def _add_transaction(_: object, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    if current_transaction():
        event.setdefault("txId", current_transaction())
    return event


def configure_logging(level: str = "info", form: Literal["auto", "json", "console"] = "auto") -> None:
    """Send everything, libraries included, to standard error in one form."""
    console = form == "console" or (form == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _add_transaction,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if console
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("procrastinate", "sqlalchemy", "alembic", "httpx", "httpx2", "uvicorn.access", "asyncio"):
        logging.getLogger(noisy).setLevel("WARNING")
