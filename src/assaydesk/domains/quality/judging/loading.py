"""What was learned, read for judging: one small statement for any number of families, bodies once a version."""

import asyncio
from collections.abc import Collection
from typing import Any

from sqlalchemy import select, tuple_

from assaydesk.domains.quality.judging.learned import Learned
from assaydesk.domains.quality.judging.models import QualityLearned, QualityTrust
from assaydesk.domains.settings.service import get_settings
from assaydesk.platform.db.session import ReadSession

_PORT = "learned"


async def learned_of(session: ReadSession, ports: dict[str, Any], base_ids: Collection[int]) -> dict[int, Learned]:
    """By family: the version in use with its target; families of which nothing was learned are left out.

    `ports` keeps what was read for the life of the process.
    """
    known: dict[int, tuple[tuple[int, float], Learned]] = ports.setdefault(_PORT, {})
    query = select(QualityTrust.base_id, QualityTrust.current_version, QualityTrust.target_agreement).where(
        QualityTrust.base_id.in_(set(base_ids)), QualityTrust.current_version.is_not(None)
    )
    rows = (await session.execute(query)).all()
    if not rows:
        return {}
    usual = (await get_settings(session)).quality_target_agreement
    wanted = {row.base_id: (row.current_version, row.target_agreement or usual) for row in rows}
    missing = {base: state for base, state in wanted.items() if base not in known or known[base][0] != state}
    if missing:
        bodies = await session.execute(
            select(QualityLearned.base_id, QualityLearned.version, QualityLearned.body).where(
                tuple_(QualityLearned.base_id, QualityLearned.version).in_(
                    [(base, version) for base, (version, _) in missing.items()]
                )
            )
        )
        for base_id, version, body in bodies.all():
            target = missing[base_id][1]
            known[base_id] = (missing[base_id], await asyncio.to_thread(_unpack, body, base_id, version, target))
    return {base: known[base][1] for base, state in wanted.items() if base in known and known[base][0] == state}


def _unpack(body: bytes, base_id: int, version: int, target: float) -> Learned:
    from assaydesk.domains.quality.judging.packing import unpack

    return unpack(body, base_id=base_id, version=version, target=target)
