"""Guards and row loaders of the golden-set endpoints."""

from typing import Annotated

from fastapi import Depends, Header, Path, Query

from assaydesk.domains.quality.golden import service
from assaydesk.domains.quality.golden.models import GoldenSet
from assaydesk.platform.http.sessions import Reads, Writes
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require
from assaydesk.platform.versions import HEADER

Manager = Annotated[Actor, Depends(Require(Permission.QUALITY_MANAGE_GOLDEN_SETS))]

SetId = Annotated[Id, Path(alias="id")]
ItemId = Annotated[Id, Path(alias="itemId")]
RunId = Annotated[Id, Path(alias="runId")]
BaseId = Annotated[Id | None, Query(alias="scorecardBaseId")]
UnmodifiedSince = Annotated[str | None, Header(alias=HEADER, description="The `version` that was read.")]


async def to_read(session: Reads, actor: Manager, set_id: SetId) -> GoldenSet:
    return await service.find_set(session, set_id)


async def to_change(session: Writes, actor: Manager, set_id: SetId) -> GoldenSet:
    """The locked row."""
    return await service.find_set(session, set_id, lock=True)


ToRead = Annotated[GoldenSet, Depends(to_read)]
ToChange = Annotated[GoldenSet, Depends(to_change)]
