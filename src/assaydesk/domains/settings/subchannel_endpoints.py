"""Sub-channels (settings.md 4)."""

from typing import Annotated

from fastapi import Depends, Path, Query
from starlette.responses import Response

from assaydesk.domains.settings import subchannels
from assaydesk.domains.settings.models import CHANNELS, Subchannel
from assaydesk.domains.settings.schemas import SubchannelCreate, SubchannelList, SubchannelUpdate
from assaydesk.domains.settings.subchannels import (
    SYNONYMS,
    AddressTaken,
    DefaultInUse,
    InsecureTransport,
    SubchannelNotFound,
)
from assaydesk.platform.errors import PermissionDenied, ValidationFailed
from assaydesk.platform.http.encode import json_answer
from assaydesk.platform.http.query_lists import words
from assaydesk.platform.http.responses import errors
from assaydesk.platform.http.routing import Router
from assaydesk.platform.http.sessions import Context, Reads, Writes
from assaydesk.platform.paging import Paging
from assaydesk.platform.schema import Done, Id, Made
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

router = Router("settings", prefix="/subchannel")

Caller = Annotated[Actor, Depends(Require())]
Manager = Annotated[Actor, Depends(Require(Permission.MANAGE_SUBCHANNELS))]
ASKED = frozenset({"all", *SYNONYMS, *CHANNELS})


async def subchannel_to_write(
    session: Writes, actor: Caller, subchannel_id: Annotated[Id, Path(alias="id")]
) -> Subchannel:
    """The addressed row, locked, before the right to change it is judged."""
    return await subchannels.lock_subchannel(session, subchannel_id)


ToWrite = Annotated[Subchannel, Depends(subchannel_to_write)]


@router.get("", operation_id="getSubchannels", response_model=SubchannelList, responses=errors(ValidationFailed))
async def list_subchannels(
    session: Reads,
    actor: Caller,
    page: Paging,
    channels: Annotated[tuple[str, ...], Depends(words("channels", allowed=ASKED, description="Default: all."))],
    channel: Annotated[tuple[str, ...], Depends(words("channel", allowed=ASKED, description="Use channels."))],
    subchannel_id: Annotated[Id | None, Query(alias="id")] = None,
) -> Response:
    """List sub-channels. Without `manageSubchannels`, `data` holds only address, phone number and signature name."""
    rows, total = await subchannels.list_subchannels(
        session, actor, channels=channels or channel, subchannel_id=subchannel_id, page=page
    )
    answer = {"success": True, "subchannels": rows, "total": total}
    return json_answer(answer | {"limit": page.limit, "offset": page.offset})


@router.post(
    "",
    operation_id="createSubchannel",
    responses=errors(PermissionDenied, ValidationFailed, AddressTaken, InsecureTransport),
)
async def save_subchannel(session: Writes, context: Context, actor: Manager, body: SubchannelCreate) -> Made:
    """Create a sub-channel, or change the one whose `id` the body names. A default takes the mark from the old one."""
    return Made(success=True, id=(await subchannels.save_subchannel(session, actor, body, context.config)).id)


@router.patch(
    "/{id}",
    operation_id="updateSubchannel",
    responses=errors(PermissionDenied, SubchannelNotFound, ValidationFailed, AddressTaken, InsecureTransport),
)
async def update_subchannel(
    session: Writes, context: Context, row: ToWrite, actor: Manager, body: SubchannelUpdate
) -> Done:
    """Change what was sent. `data` is merged, and the mask `********` keeps a secret."""
    await subchannels.update_subchannel(session, actor, row, body, context.config)
    return Done(success=True)


@router.delete(
    "/{id}",
    operation_id="deleteSubchannel",
    responses=errors(PermissionDenied, SubchannelNotFound, DefaultInUse),
)
async def delete_subchannel(session: Writes, row: ToWrite, actor: Manager) -> Done:
    """Delete a sub-channel. Tickets keep it."""
    await subchannels.delete_subchannel(session, actor, row)
    return Done(success=True)
