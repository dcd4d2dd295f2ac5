"""Learning a family: read, close, compute in a thread, write once (docs/adr/0024-learned-heads.md).

It may be stopped at any moment: nothing but vectors is stored before the one transaction at the end.
"""

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import structlog

from assaydesk.domains.quality.judging.learned import Key, key_of
from assaydesk.domains.quality.judging.models import QualityLearned
from assaydesk.domains.quality.judging.service import JudgePorts
from assaydesk.domains.quality.learning import repository
from assaydesk.domains.quality.learning.labels import Verified, pair_of
from assaydesk.domains.quality.learning.readings import read_worklogs
from assaydesk.domains.quality.scorecards.service import active_contents, load_content
from assaydesk.domains.quality.scorecards.types import Content, Criterion
from assaydesk.integrations.local_ai.opening import open_embedder
from assaydesk.integrations.local_ai.port import Embedder
from assaydesk.kit.clock import milliseconds, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.jobs.job import Runtime
from assaydesk.platform.security.actor import SYSTEM

if TYPE_CHECKING:
    from assaydesk.domains.quality.judging.confidence import Pair
    from assaydesk.domains.quality.judging.features import Reading
    from assaydesk.domains.quality.learning.fit import Fitted

log = structlog.get_logger("learning")

MOST_WORKLOGS: Final = 1200
"""The newest pieces of work of a family that teach; beyond that, more teach little and take longer."""

PROSPECTIVE: Final = 3
"""Versions back whose own answers still say how sure the present one may be."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """What one training did. `version` is the one in use now, None when there is nothing to use."""

    base_id: int
    version: int | None
    changed: bool
    labels: int
    heads: int
    duration_ms: int


@dataclass(frozen=True, slots=True)
class _Material:
    own: Sequence[Verified]
    everywhere: Sequence[Verified]
    contents: Mapping[int, Content]
    active: Content | None
    forgotten_at: datetime | None
    learned_from: str | None
    """Of the version in use."""
    last_version: int


async def learn_family(runtime: Runtime, base_id: int) -> Learnt:
    """Learn what the family's verified answers teach. The same answers again change nothing."""
    started = utc_now()
    async with runtime.database.read() as session:
        material = await _material(session, base_id)
    embedder = await asyncio.to_thread(embedder_of(runtime))
    newest = list(dict.fromkeys(one.worklog_id for one in reversed(material.own)))[:MOST_WORKLOGS]
    readings = await read_worklogs(runtime.database, sorted(newest), embedder)
    fitted, digest, labels = await asyncio.to_thread(_fit, base_id, material, readings, embedder)
    async with runtime.database.write() as session:
        learnt = await _store(session, base_id, fitted, digest, labels, embedder.name, material, started)
    log.info("learned", base_id=base_id, version=learnt.version, changed=learnt.changed, labels=labels)
    return learnt


def embedder_of(runtime: Runtime) -> "Any":
    """What opens the embedder with which this process judges."""
    ports = runtime.ports.get("judge") or runtime.ports.get("judge_ports")
    if isinstance(ports, JudgePorts):
        return ports.embedder
    return lambda: open_embedder(runtime.config.embedding)


async def _material(session: ReadSession, base_id: int) -> _Material:
    everywhere = await repository.verified(session)
    own = await repository.verified(session, base_id)
    contents = await load_content(session, {one.content_id for one in (*everywhere, *own)})
    active = {one.base_id: one.content for one in await active_contents(session)}
    trust = await repository.trust_of(session, base_id)
    present = await repository.version_of(session, base_id, trust.current_version if trust else None)
    forgotten_at = trust.forgotten_at if trust else None
    learned_from = present.learned_from if present else None
    last_version = trust.last_version if trust else 0
    return _Material(own, everywhere, contents, active.get(base_id), forgotten_at, learned_from, last_version)


def _fit(
    base_id: int, material: _Material, readings: "Mapping[int, tuple[Reading, str]]", embedder: Embedder
) -> "tuple[Fitted | None, str, int]":
    """What was learned (None: what is known already), a hash of what from, and the number of labels."""
    from assaydesk.domains.quality.judging.features import VERSION
    from assaydesk.domains.quality.judging.heads import Example
    from assaydesk.domains.quality.learning.fit import Taught, fit_family

    criteria = _criteria(material)
    examples: defaultdict[Key, list[Taught]] = defaultdict(list)
    grounds: list[Any] = [base_id, VERSION, embedder.name, [repr(criteria[key]) for key in sorted(criteria)]]
    for one in material.own:
        criterion = _judged(material.contents, one)
        if criterion is None or one.worklog_id not in readings or key_of(criterion) not in criteria:
            continue
        reading, hashed = readings[one.worklog_id]
        example = Example(reading, one.score, one.score is not None, one.weight, f"ticket:{one.ticket_id}")
        said = pair_of(one, criterion) if one.said_since(material.last_version - PROSPECTIVE) else None
        examples[key_of(criterion)].append(Taught(example, one.reviewer, said))
        grounds.append([key_of(criterion), hashed, str(one.score), one.weight, one.ticket_id, one.reviewer])
    pairs: defaultdict[str, list[Pair]] = defaultdict(list)
    for one in material.everywhere:
        criterion, judge = _judged(material.contents, one), one.judge
        pair = pair_of(one, criterion) if criterion is not None and judge is not None else None
        if pair is not None and judge is not None:
            pairs[judge].append(pair)
            grounds.append([judge, pair.criterion_id, pair.scorecard, pair.confidence, pair.agrees, pair.weight])
    text = json.dumps(grounds, default=str).encode("utf-8", "surrogatepass")
    digest, labels = f"sha256:{hashlib.sha256(text).hexdigest()}", sum(map(len, examples.values()))
    if digest == material.learned_from or (not labels and not pairs and material.learned_from is None):
        return None, digest, labels
    return fit_family(base_id, criteria, examples, pairs, embedder), digest, labels


def _criteria(material: _Material) -> dict[Key, Criterion]:
    """The criteria that heads are learned for, each as the newest revision says it."""
    contents = [material.contents[number] for number in sorted({one.content_id for one in material.own})]
    if material.active is not None:
        contents.append(material.active)
    return {
        key_of(criterion): criterion
        for content in contents
        for _, criterion in content.criteria
        if criterion.auto_generate_by_ai and criterion.rule is None
    }


def _judged(contents: Mapping[int, Content], one: Verified) -> Criterion | None:
    """The criterion that was answered, unless a rule decides it or nobody asked a judge."""
    content = contents.get(one.content_id)
    for _, criterion in content.criteria if content is not None else ():
        if criterion.id == one.criterion_id:
            return criterion if criterion.auto_generate_by_ai and criterion.rule is None else None
    return None


async def _store(
    session: WriteSession,
    base_id: int,
    fitted: "Fitted | None",
    digest: str,
    labels: int,
    embedder: str,
    material: _Material,
    started: datetime,
) -> Learnt:
    now = utc_now()
    spent = milliseconds(now - started)
    trust = await repository.lock_trust(session, base_id)
    if trust.forgotten_at != material.forgotten_at:
        # Somebody had it forgotten while this was computed from what was to be forgotten.
        return Learnt(base_id, trust.current_version, False, 0, 0, spent)
    present = await repository.version_of(session, base_id, trust.current_version)
    if fitted is None or (present is not None and present.learned_from == digest):
        trust.trained_at = now
        heads = len(present.facts["heads"]) if present is not None else 0
        return Learnt(base_id, trust.current_version, False, labels, heads, spent)
    version = trust.last_version + 1
    session.add(
        QualityLearned(
            base_id=base_id,
            version=version,
            embedder=embedder,
            learned_from=digest,
            body_hash="sha256:" + hashlib.sha256(fitted.body).hexdigest(),
            body=fitted.body,
            facts=dict(fitted.facts),
            labels=labels,
            duration_ms=spent,
            trained_at=now,
        )
    )
    before = trust.current_version
    trust.last_version = trust.current_version = version
    trust.trained_at = trust.modified_at = now
    await session.flush()
    await repository.prune(session, base_id, version)
    change = Change(base_id, "learnedVersion", before, version)
    await write_audit(session, SYSTEM, "scorecard:trust:learn", "scorecard", [change])
    return Learnt(base_id, version, True, labels, fitted.heads, spent)
