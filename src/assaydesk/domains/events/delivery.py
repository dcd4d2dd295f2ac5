"""Telling hooks what happened: claim, send, record (code.md 8). At least once, in the order of each ticket."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from assaydesk.domains.code.request import ApiRequest, BadExecutor, api_request
from assaydesk.domains.code.secrets import SIGNING_KEY, Known, keys_in, load_secrets, note_use, signature, with_secrets
from assaydesk.domains.code.service import is_listed
from assaydesk.domains.events import repository
from assaydesk.domains.events.models import Event, EventHook
from assaydesk.domains.events.types import RETRY_MINUTES, STORED
from assaydesk.domains.settings.service import get_settings
from assaydesk.integrations.web.opening import web_of
from assaydesk.integrations.web.port import WebClient, WebFailed
from assaydesk.kit.clock import iso, utc_now
from assaydesk.kit.conditions import holds
from assaydesk.kit.jsontext import json_loads
from assaydesk.platform.db.session import ReadSession, assert_no_open_session
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.secrets import secrets_of

TIMEOUT_SECONDS: Final = 60.0
CLAIM: Final = timedelta(seconds=90)
AT_ONCE: Final = 8
MOST_BYTES: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Target:
    """What one round of deliveries needs of a hook, read from the database."""

    hook_id: int
    executor: Mapping[str, Any]
    condition: Mapping[str, Any] | None
    signing_key: str | None
    secret_keys: frozenset[str]
    private_hosts: tuple[str, ...]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Result:
    """How one try went; `error` None means well."""

    delivery_id: int
    event_id: int
    attempt: int
    started_at: datetime
    duration_ms: int
    http_status: int | None
    error: str | None
    output: Any = None
    unwanted: bool = False


async def deliver(runtime: Runtime, hook_id: int) -> int:
    """Tell one hook everything that is due; answers how many tries were made. Holds no session while it sends."""
    done = 0
    while True:
        now = utc_now()
        async with runtime.database.write() as session:
            target = await _target(session, runtime, hook_id)
            if target is None:
                await repository.close_events(session, await repository.give_up(session, hook_id), now)
                return done
            claimed = await repository.claim(session, hook_id, now=now, until=now + CLAIM, limit=AT_ONCE)
            await note_use(session, target.secret_keys if claimed else ())
        if not claimed:
            return done
        assert_no_open_session("an event hook")
        web = web_of(runtime.config, runtime.ports)
        # Two events of one ticket are never in the same round: the earlier one blocks the later one.
        results = await asyncio.gather(*(_try(web, target, row.id, row.key, row.attempt, row.Event) for row in claimed))
        await _record(runtime, hook_id, results)
        done += len(results)


async def _target(session: ReadSession, runtime: Runtime, hook_id: int) -> Target | None:
    hook = await repository.get_hook(session, hook_id)
    if hook is None or not hook.enabled:
        return None
    settings = await get_settings(session)
    wanted = keys_in(hook.executor) | {hook.signing_secret or SIGNING_KEY}
    known = await load_secrets(session, secrets_of(runtime.config), wanted)
    return target_of(hook, known, settings.sandbox_allowed_private_hosts, settings.zone)


def target_of(hook: EventHook, known: Mapping[str, Known], private_hosts: Collection[str], zone: ZoneInfo) -> Target:
    """A hook with its secrets in place."""
    signing = known.get(hook.signing_secret or SIGNING_KEY)
    executor = with_secrets(hook.executor, known)
    return Target(
        hook_id=hook.id,
        executor=executor,
        condition=hook.condition,
        signing_key=None if signing is None else signing.value,
        secret_keys=frozenset(known),
        private_hosts=tuple(private_hosts),
        zone=zone,
    )


def payload_of(event: Event) -> dict[str, Any]:
    """What a hook is told: `event` in the documented spelling, the id, the time, and the facts."""
    facts = {"event": STORED.get(event.type, event.type), "eventId": event.id, "createdAt": iso(event.created_at)}
    return {**(event.data or {}), **facts}


def signed_request(target: Target, payload: Mapping[str, Any], *, delivery: str, timestamp: int) -> ApiRequest:
    """The request with what a receiver needs to trust it and to drop repeats. Raises `BadExecutor`."""
    request = api_request(target.executor, payload)
    headers = {
        **request.headers,
        "x-assaydesk-timestamp": str(timestamp),
        "x-assaydesk-event": str(payload["event"]),
        "x-assaydesk-delivery": delivery,
    }
    if target.signing_key is not None:
        headers["x-assaydesk-signature"] = signature(target.signing_key, str(timestamp).encode(), request.body or b"")
    return ApiRequest(request.method, request.url, headers, request.body, request.timeout_seconds)


async def _try(web: WebClient, target: Target, delivery_id: int, key: str, attempt: int, event: Event) -> Result:
    started, clock = utc_now(), monotonic()

    def result(status: int | None, error: str | None, output: Any = None, *, unwanted: bool = False) -> Result:
        duration = int((monotonic() - clock) * 1000)
        return Result(delivery_id, event.id, attempt, started, duration, status, error, output, unwanted)

    payload = payload_of(event)
    if target.condition and not holds(target.condition, payload, target.zone):
        return result(None, None, unwanted=True)
    try:
        request = signed_request(target, payload, delivery=key, timestamp=int(started.timestamp()))
        answer = await web.request(
            request.method,
            request.url,
            headers=request.headers,
            body=request.body,
            timeout=min(TIMEOUT_SECONDS, request.timeout_seconds or TIMEOUT_SECONDS),
            max_bytes=MOST_BYTES,
            allow_private=is_listed(request, target.private_hosts),
        )
    except BadExecutor as failure:
        return result(None, str(failure))
    except WebFailed as failure:
        return result(None, failure.message)
    if not answer.ok:
        return result(answer.status, f"The server answered with status {answer.status}.")
    return result(answer.status, None, _output(answer.body))


def _output(body: bytes) -> Any:
    """The answer as JSON; what is none, is not kept."""
    try:
        return json_loads(body.decode("utf-8")) if body.strip() else None
    except (ValueError, RecursionError):
        return None


async def _record(runtime: Runtime, hook_id: int, results: list[Result]) -> None:
    now = utc_now()
    async with runtime.database.write() as session:
        tries = [one for one in results if not one.unwanted]
        if tries:
            await repository.record(
                session,
                [
                    {
                        "delivery_id": one.delivery_id, "attempt": one.attempt, "started_at": one.started_at,
                        "duration_ms": one.duration_ms, "ok": one.error is None, "http_status": one.http_status,
                        "error": one.error, "output": one.output,
                    }
                    for one in tries
                ],
            )  # fmt: skip
        for one in results:
            if one.unwanted:
                await repository.drop_delivery(session, one.delivery_id)
            elif one.error is None:
                await repository.settle(session, one.delivery_id, "ok", next_attempt_at=None)
            elif one.attempt > len(RETRY_MINUTES):
                await repository.settle(session, one.delivery_id, "failed", next_attempt_at=None)
            else:
                again = now + timedelta(minutes=RETRY_MINUTES[one.attempt - 1])
                await repository.settle(session, one.delivery_id, "waiting", next_attempt_at=again)
        await repository.close_events(session, {one.event_id for one in results}, now)
        hook = await repository.get_hook(session, hook_id)
        if hook is not None and tries:
            hook.last_at, hook.last_ok, hook.last_error = now, tries[-1].error is None, tries[-1].error
