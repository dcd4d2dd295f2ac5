"""`Idempotency-Key` of POST requests (conventions.md 9).

The key is reserved in the transaction of the request itself, so an action is never done twice, and the answer is kept
in that same transaction, which ends after the answer was made. Endpoints that committed before they had an answer
(`late_writes`) get it kept right afterwards: a crash between the two leaves a reserved key without an answer, and the
repeat is told so.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, String, Table, UniqueConstraint, text
from starlette.requests import Request
from starlette.responses import Response

from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.base import metadata
from assaydesk.platform.db.engine import Database
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import FieldError, IdempotencyKeyReused, IdempotentRequestUnfinished, ValidationFailed

KEEP = timedelta(hours=24)
LONGEST = 500

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("user_id", BigInteger, nullable=False),
    Column("key", String(100), nullable=False),
    Column("path", String, nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("status", Integer),
    Column("headers", String),
    Column("body", LargeBinary),
    Column("created_at", DateTime(timezone=True), nullable=False, index=True),
    UniqueConstraint("user_id", "key", "path"),
)

Handler = Callable[[Request], Awaitable[Response]]


class Idempotency:
    """Runs POST requests that carry a key at most once a day."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def __call__(self, request: Request, handler: Handler) -> Response:
        key = request.headers.get("idempotency-key")
        actor = getattr(request.state, "actor", None)
        if request.method != "POST" or key is None or actor is None:
            return await handler(request)
        if not 1 <= len(key) <= 100:
            raise ValidationFailed([FieldError("Idempotency-Key", "too_long", "It has 1 to 100 characters.")])
        path = _short(request.url.path + ("?" + request.url.query if request.url.query else ""))
        wanted = (actor.id, key, path, hashlib.sha256(await request.body()).hexdigest())
        stored = await self._stored(*wanted)
        if stored is not None:
            return stored
        request.state.idempotency = wanted
        try:
            response = await handler(request)
        except KeyTaken:
            stored = await self._stored(*wanted)
            if stored is None:
                raise
            return stored
        if getattr(request.state, "idempotency_committed", False):
            async with self.database.write() as session:
                await _keep(session, wanted, response)
        else:
            request.state.idempotency_answer = response
        return response

    async def _stored(self, user_id: int, key: str, path: str, request_hash: str) -> Response | None:
        async with self.database.read() as session:
            row = (
                await session.execute(
                    text(
                        "select request_hash, status, headers, body from idempotency_keys "
                        "where user_id = :user and key = :key and path = :path and created_at > :since"
                    ),
                    {"user": user_id, "key": key, "path": path, "since": utc_now() - KEEP},
                )
            ).first()
        if row is None:
            return None
        if row.request_hash != request_hash:
            raise IdempotencyKeyReused
        if row.status is None:
            raise IdempotentRequestUnfinished
        headers = {**json.loads(row.headers), "Idempotent-Replayed": "true"}
        return Response(bytes(row.body), status_code=row.status, headers=headers)


def _short(address: str) -> str:
    """An address as an index can hold it: of a long one the beginning and the digest of the whole."""
    return address if len(address) <= LONGEST else f"{address[:LONGEST]}#{hashlib.sha256(address.encode()).hexdigest()}"


class KeyTaken(IdempotentRequestUnfinished):
    """A parallel request with the same key was first."""

    code = "idempotent_request_unfinished"


async def reserve(request: Request, session: WriteSession) -> None:
    """Take the key of this request inside its transaction; a parallel holder is waited for."""
    wanted = getattr(request.state, "idempotency", None)
    if wanted is None:
        return
    user_id, key, path, request_hash = wanted
    now = utc_now()
    taken = await session.execute(
        text(
            "insert into idempotency_keys (user_id, key, path, request_hash, created_at) "
            "values (:user, :key, :path, :hash, :now) on conflict (user_id, key, path) do update "
            "set request_hash = excluded.request_hash, created_at = excluded.created_at, status = null, body = null "
            "where idempotency_keys.created_at <= :old returning id"
        ),
        {"user": user_id, "key": key, "path": path, "hash": request_hash, "now": now, "old": now - KEEP},
    )
    if taken.first() is None:
        raise KeyTaken


async def keep_answer(request: Request, session: WriteSession) -> None:
    """Keep the answer of this request beside its key, in the transaction that is about to be committed."""
    response = getattr(request.state, "idempotency_answer", None)
    if response is not None:
        await _keep(session, request.state.idempotency, response)


async def forget(request: Request, session: WriteSession) -> None:
    """Give the key of this request back: it failed after its first transaction, so a repeat is a new try."""
    wanted = getattr(request.state, "idempotency", None)
    if wanted is not None:
        user_id, key, path, _ = wanted
        await session.execute(
            text("delete from idempotency_keys where user_id = :user and key = :key and path = :path"),
            {"user": user_id, "key": key, "path": path},
        )


async def _keep(session: WriteSession, wanted: tuple[int, str, str, str], response: Response) -> None:
    headers = {k: v for k, v in response.headers.items() if k not in {"content-length", "x-transaction-id"}}
    user_id, key, path, _ = wanted
    await session.execute(
        text(
            "update idempotency_keys set status = :status, headers = :headers, body = :body "
            "where user_id = :user and key = :key and path = :path"
        ),
        {
            "status": response.status_code, "headers": json.dumps(headers), "body": bytes(response.body),
            "user": user_id, "key": key, "path": path,
        },
    )  # fmt: skip
