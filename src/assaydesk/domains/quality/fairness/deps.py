"""Guard and row loader of the fairness endpoints."""

from typing import Annotated

from fastapi import Depends, Path

from assaydesk.domains.quality.fairness import service
from assaydesk.domains.quality.fairness.models import FairnessProbe
from assaydesk.platform.http.sessions import Reads
from assaydesk.platform.schema import Id
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission
from assaydesk.platform.security.require import Require

Tester = Annotated[Actor, Depends(Require(Permission.QUALITY_RUN_BACKTEST))]
ProbeId = Annotated[Id, Path(alias="id")]


async def to_read(session: Reads, actor: Tester, probe_id: ProbeId) -> FairnessProbe:
    return await service.find_probe(session, actor, probe_id)


ToRead = Annotated[FairnessProbe, Depends(to_read)]
