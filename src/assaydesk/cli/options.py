"""Options that several commands share; each is also an environment variable (`assaydesk config` lists them)."""

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[
    Path | None, typer.Option("--data-dir", help="Folder of the instance. [ASSAYDESK_DATA_DIR, ./.assaydesk]")
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", help="A PostgreSQL of your own. [ASSAYDESK_DATABASE_URL, the embedded one]"),
]
Host = Annotated[str | None, typer.Option("--host", help="Address to listen on. [ASSAYDESK_HOST, 127.0.0.1]")]
Port = Annotated[int | None, typer.Option("--port", help="Port to listen on. [ASSAYDESK_PORT, 8700]")]
LogLevel = Annotated[
    str | None, typer.Option("--log-level", help="debug, info, warning or error. [ASSAYDESK_LOG_LEVEL, info]")
]
