"""Health, metrics, version and the API document: what operators and generators ask for (platform.md 3, 4)."""

import platform
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import yaml
from fastapi import Depends, Request
from sqlalchemy import text
from starlette.responses import FileResponse, JSONResponse, Response

from assaydesk import __version__
from assaydesk.kit.jsontext import json_loads
from assaydesk.platform import metrics
from assaydesk.platform.db.migrate import current_revision, head_revision
from assaydesk.platform.errors import DomainError, Forbidden, RouteNotFound
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context
from assaydesk.platform.security.require import PUBLIC

router = Router("general")
BASE = "/api/mind"
Open = Annotated[None, Depends(PUBLIC)]


class MetricsNotAllowed(Forbidden):
    """403: the address is not listed in `ASSAYDESK_METRICS_ALLOW`."""

    default_message = "This address may not read the metrics."


@router.get(f"{BASE}/health", tags=["health"], response_model=None)
async def health(_: Open, context: Context) -> Response:
    """200 once the database is migrated and reachable, else 503."""
    try:
        async with context.database.engine.connect() as connection:
            revision = await connection.run_sync(current_revision)
        ready = revision == head_revision()
    except Exception:
        ready = False
    if not ready:
        return JSONResponse({"status": "error", "version": __version__}, status_code=503)
    return JSONResponse({"status": "ok", "version": __version__})


@router.get(f"{BASE}/health/live", tags=["health"], response_model=None)
async def health_live(_: Open) -> Response:
    """200 while the process answers."""
    return JSONResponse({"status": "ok"})


@router.get(f"{BASE}/version", tags=["version"], response_model=None)
async def version(request: Request, _: Open, context: Context) -> dict[str, Any]:
    """Name and version; with a token also those of the database and of Python."""
    short: dict[str, Any] = {"success": True, "name": "Assaydesk", "version": __version__, "apiVersion": "1"}
    try:
        await context.authenticate(request)
    except DomainError:
        return short
    async with context.database.engine.connect() as connection:
        server = await connection.scalar(text("show server_version"))
        revision = await connection.run_sync(current_revision)
    database = {"version": server, "schema": revision, "migrationsPending": int(revision != head_revision())}
    return short | {
        "build": None, "commit": None, "database": database, "python": platform.python_version(), "latest": None
    }  # fmt: skip


@router.get(f"{BASE}/metrics", tags=["health"], response_model=None)
async def read_metrics(request: Request, _: Open, context: Context) -> Response:
    """Prometheus text; only for the addresses in `ASSAYDESK_METRICS_ALLOW`."""
    allowed = {word.strip() for word in context.config.metrics_allow.split(",")}
    if not request.client or not _listed(request.client.host, allowed):
        raise MetricsNotAllowed
    return Response(metrics.render(), media_type="text/plain; version=0.0.4")


def _listed(address: str, allowed: set[str]) -> bool:
    try:
        plain = ip_address(address)
    except ValueError:
        return False
    mapped = getattr(plain, "ipv4_mapped", None)
    return str(mapped or plain) in allowed


def document_path() -> Path:
    """The committed API document: in the wheel beside the code, in a checkout at its root."""
    package = Path(__file__).parents[2]
    inside = package / "openapi.json"
    return inside if inside.exists() else package.parents[1] / "openapi.json"


@lru_cache(maxsize=1)
def _document_as_yaml() -> bytes:
    document = json_loads(document_path().read_bytes())
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode()


@router.get(f"{BASE}/docs/open-api", response_model=None)
async def open_api(request: Request, _: Open) -> Response:
    """The OpenAPI document; YAML with `Accept: application/yaml`."""
    if "yaml" in request.headers.get("accept", ""):
        return Response(_document_as_yaml(), media_type="application/yaml")
    return FileResponse(document_path(), media_type="application/json")


_DOCS_PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Assaydesk API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{BASE}/docs/swagger-ui.css">
<link rel="icon" href="data:,"></head>
<body><div id="swagger-ui"></div>
<script src="{BASE}/docs/swagger-ui-bundle.js"></script>
<script src="{BASE}/docs/start.js"></script></body></html>
"""
_DOCS_START = f"""SwaggerUIBundle({{
  url: "{BASE}/docs/open-api", dom_id: "#swagger-ui", deepLinking: true, persistAuthorization: false,
  presets: [SwaggerUIBundle.presets.apis], layout: "BaseLayout", docExpansion: "none", filter: true
}});
"""
_DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'"
)


@router.get(f"{BASE}/docs", include_in_schema=False, response_model=None)
async def docs(_: Open) -> Response:
    """The interactive API document; its assets come from an installed package, nothing from the network."""
    return Response(_DOCS_PAGE, media_type="text/html", headers={"Content-Security-Policy": _DOCS_POLICY})


@router.get(f"{BASE}/docs/{{name}}", include_in_schema=False, response_model=None)
async def docs_asset(name: str, _: Open) -> Response:
    """A script or style of the interactive API document."""
    if name == "start.js":
        return Response(_DOCS_START, media_type="text/javascript")
    if name not in {"swagger-ui.css", "swagger-ui-bundle.js"}:
        raise RouteNotFound
    import fastapi_offline

    return FileResponse(Path(fastapi_offline.__file__).parent / "static" / name)
