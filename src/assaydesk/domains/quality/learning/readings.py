"""Past work read for learning: its texts now, its vectors from the table where they still fit."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from assaydesk.domains.quality.assessments.collect import collect
from assaydesk.domains.quality.judging.types import WorklogCase
from assaydesk.domains.quality.learning import repository
from assaydesk.integrations.local_ai.port import Embedder
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.engine import Database

if TYPE_CHECKING:
    from assaydesk.domains.quality.judging.features import Reading

AT_ONCE: Final = 50


async def read_worklogs(
    database: Database, worklog_ids: Sequence[int], embedder: Embedder
) -> dict[int, "tuple[Reading, str]"]:
    """By worklog: its reading, and a hash of what was read. Work without any assessed text is left out.

    New vectors are stored in small transactions, so that a job that is stopped has not worked in vain.
    """
    found: dict[int, tuple[Reading, str]] = {}
    for start in range(0, len(worklog_ids), AT_ONCE):
        ids = worklog_ids[start : start + AT_ONCE]
        async with database.read() as session:
            cases = [snapshot.case for snapshot in (await collect(session, ids, now=utc_now())).values()]
            stored = {
                number: (row.texts_hash, row.size, row.passages, row.vectors)
                for number, row in (await repository.vectors_of(session, ids)).items()
            }
        read, fresh = await asyncio.to_thread(_read, cases, stored, embedder)
        found |= read
        if fresh:
            async with database.write() as session:
                await repository.save_vectors(session, fresh)
    return found


def _read(
    cases: Sequence[WorklogCase], stored: dict[int, tuple[str, int, int, bytes]], embedder: Embedder
) -> "tuple[dict[int, tuple[Reading, str]], list[dict[str, Any]]]":
    import numpy as np

    from assaydesk.domains.quality.judging.features import reading_of, texts_of

    found: dict[int, tuple[Reading, str]] = {}
    fresh: list[dict[str, Any]] = []
    for case in cases:
        texts = texts_of(case)
        if not texts.replies:
            continue
        both, count = [*texts.replies, *texts.asked], len(texts.replies)
        hashed = _hash(embedder.name, both)
        known = stored.get(case.worklog_id)
        if known is not None and known[0] == hashed:
            vectors = np.frombuffer(known[3], dtype="<f2").reshape(-1, known[1]).astype(np.float32)
        else:
            vectors = embedder.passages(both)
            fresh.append(
                {
                    "worklog_id": case.worklog_id,
                    "texts_hash": hashed,
                    "size": vectors.shape[1],
                    "passages": count,
                    "vectors": vectors.astype("<f2").tobytes(),
                }
            )
        found[case.worklog_id] = (reading_of(case, texts, vectors[:count], vectors[count:]), hashed)
    return found, fresh


def _hash(embedder: str, texts: Sequence[str]) -> str:
    text = "\x00".join((embedder, *texts))
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
