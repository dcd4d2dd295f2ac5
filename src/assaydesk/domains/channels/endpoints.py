"""Testing and reading mailboxes by hand (settings.md 4)."""

from typing import Annotated, Any

from fastapi import Body, Depends, Path
from pydantic import AfterValidator
from starlette.requests import Request

from assaydesk.domains.channels import checking, fetching
from assaydesk.domains.channels.fetching import MailboxBusy, NoMailbox
from assaydesk.domains.channels.log import read_log
from assaydesk.domains.conversations.recipients import address_of
from assaydesk.domains.settings.subchannels import SubchannelNotFound, find_subchannel
from assaydesk.platform.errors import BadGateway, PermissionDenied, ValidationFailed
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, late_writes
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.schema import Done, Id, IsoTime, RequestSchema, Schema, unset
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("settings")
PATH = "/api/mind/settings/subchannel/{id}"
SECONDS = 50.0
"""How long a call fetches; what is left comes by the job."""

Caller = Annotated[Actor, Depends(Require())]
Manager = Annotated[Actor, Depends(Require(Permission.MANAGE_SUBCHANNELS))]


async def subchannel_to_use(context: Context, actor: Caller, subchannel_id: Annotated[Id, Path(alias="id")]) -> int:
    """The id of one that exists; the session is closed again, because servers take their time."""
    async with context.database.read() as session:
        await find_subchannel(session, subchannel_id)
    return subchannel_id


ToUse = Annotated[int, Depends(subchannel_to_use)]


def _address(value: str) -> str:
    found = address_of(value)
    if found is None:
        raise ValueError("must be an e-mail address")
    return found


class MailFetchFailed(BadGateway):
    """502: the mail server failed; what came in before is kept. `details` has the counts."""

    default_message = "The mail server failed."


class SubchannelTest(RequestSchema):
    send_to: Annotated[str, AfterValidator(_address)] | None = unset()


class CheckRead(Schema):
    name: str
    ok: bool
    message: str


class CheckResult(Done):
    checks: list[CheckRead]


class FetchResult(Done):
    fetched: int
    created: int
    appended: int
    skipped: int


class LogLine(Schema):
    id: int
    at: IsoTime
    kind: str
    ok: bool
    message: str
    details: dict[str, Any] | None
    ticket_id: int | None
    conversation_id: int | None


class SubchannelLogRead(Done):
    log: list[LogLine]


@router.post(
    f"{PATH}/test",
    operation_id="testSubchannel",
    responses=errors(PermissionDenied, SubchannelNotFound, ValidationFailed),
)
async def check_subchannel(
    request: Request,
    context: Context,
    subchannel_id: ToUse,
    actor: Manager,
    body: Annotated[SubchannelTest | None, Body()] = None,
) -> CheckResult:
    """Log in at the servers of a mailbox, open its folder, and with `sendTo` send a test mail.

    `checks` has one line for each part that is set up; a part that fails says why.
    """
    runtime = Runtime(context.config, context.database, context.ports)
    checks = await checking.check_subchannel(runtime, subchannel_id, send_to=body.send_to if body else None)
    async with late_writes(request):
        return CheckResult(success=True, checks=[CheckRead(**check._asdict()) for check in checks])


@router.post(
    f"{PATH}/fetch",
    operation_id="fetchSubchannel",
    responses=errors(PermissionDenied, SubchannelNotFound, ValidationFailed, NoMailbox, MailboxBusy, MailFetchFailed),
)
async def fetch_subchannel(request: Request, context: Context, subchannel_id: ToUse, actor: Manager) -> FetchResult:
    """Read a mailbox now. `created`: new tickets, `appended`: messages of known ones, `skipped`: mails known already.

    After fifty seconds the rest is left to the job.
    """
    runtime = Runtime(context.config, context.database, context.ports)
    done = await fetching.fetch_mailbox(runtime, subchannel_id, seconds=SECONDS, always_log=True)
    counts = {name: getattr(done, name) for name in ("fetched", "created", "appended", "skipped")}
    if done.error is not None:
        raise MailFetchFailed(done.error, **counts)
    async with late_writes(request):
        return FetchResult(success=True, **counts)


@router.get(
    f"{PATH}/log",
    operation_id="getSubchannelLog",
    responses=errors(PermissionDenied, SubchannelNotFound, ValidationFailed),
)
async def get_log(session: Reads, subchannel_id: ToUse, actor: Manager) -> SubchannelLogRead:
    """The last 200 fetches, sends and tests of a sub-channel, newest first. Fetches that found nothing are left out."""
    return SubchannelLogRead(
        success=True, log=[LogLine.model_validate(line) for line in await read_log(session, subchannel_id)]
    )
