"""Drawing a sample: the same seed and the same work give the same draw, and every probability is known. Pure.

Of each person's work first a share is drawn from what is risky, then the rest from everything that is left. So a risky
piece has the probability m/R + (1 - m/R) * r/(N - m) and any other one r/(N - m), with N pieces of which R are risky, m
drawn by risk and r at random. Places that risk cannot fill are drawn at random.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from assaydesk.domains.quality.sampling.types import WEEKS_BACK, Drawn, Pick, Population, Share, Stratum, Unit


def draw(work: Population) -> Drawn:
    """Draw `per_person` pieces of each person's work; `random_percent` of them at random."""
    by_person: dict[int, list[Unit]] = defaultdict(list)
    for unit in work.units:
        by_person[unit.user_id].append(unit)
    picks: list[Pick] = []
    strata: list[Stratum] = []
    for user_id in sorted(by_person):
        chosen, stratum = _draw_one(user_id, by_person[user_id], work)
        picks += chosen
        strata.append(stratum)
    return Drawn(tuple(picks), tuple(strata))


def at_random(per_person: int, random_percent: float) -> int:
    """Places that are meant for the random share; half a place counts as one."""
    return int(per_person * random_percent / 100 + 0.5)


def _draw_one(user_id: int, units: Sequence[Unit], work: Population) -> tuple[list[Pick], Stratum]:
    seed, per_person = work.seed, work.per_person
    risky = [unit for unit in units if unit.risks]
    by_risk = min(per_person - at_random(per_person, work.random_percent), len(risky))
    first = _first(risky, f"{seed}:risk", by_risk)
    taken = {unit.worklog_id for unit in first}
    left = [unit for unit in units if unit.worklog_id not in taken]
    by_chance = min(per_person - by_risk, len(left))
    second = _first(left, f"{seed}:random", by_chance)
    others = by_chance / len(left) if left else 0.0
    in_risk = by_risk / len(risky) if risky else 0.0
    of_risky = in_risk + (1 - in_risk) * others
    picks = [
        Pick(unit.worklog_id, user_id, share, of_risky if unit.risks else others, unit.risks)
        for share, part in ((Share.RISK, first), (Share.RANDOM, second))
        for unit in part
    ]
    return picks, Stratum(
        user_id,
        len(units),
        len(risky),
        by_risk,
        by_chance,
        of_risky if risky else None,
        others if len(risky) < len(units) else None,
    )


def _first(units: Iterable[Unit], seed: str, count: int) -> list[Unit]:
    """As many as asked for, in an order that the seed decides."""
    return sorted(units, key=lambda unit: (_number(seed, unit.worklog_id), unit.worklog_id))[:count]


def _number(seed: str, worklog_id: int) -> bytes:
    return hashlib.sha256(f"{seed}:{worklog_id}".encode()).digest()


def seed_of(plan_seed: str, week_start: date) -> str:
    return f"{plan_seed}:{week_start.isoformat()}"


def due_weeks(today: date, made: date) -> list[date]:
    """Mondays of the weeks that are over and can be drawn: from the one before the plan was made, four at most."""
    monday = today - timedelta(days=today.weekday())
    first = made - timedelta(days=made.weekday() + 7)
    weeks = [monday - timedelta(days=7 * back) for back in range(WEEKS_BACK, 0, -1)]
    return [week for week in weeks if week >= first]


def in_share(assessment_id: int, percent: float) -> bool:
    """Whether a finished review is in the share of second reviews, by a hash of its own."""
    number = int.from_bytes(hashlib.sha256(f"second:{assessment_id}".encode()).digest()[:4], "big")
    return number % 10_000 < percent * 100


def reviewer_of(assessment_id: int, loads: Iterable[tuple[int, int]]) -> int | None:
    """Whose turn it is, of (person, open second reviews): who has fewest, and of equal ones by hash."""
    ranked = sorted(
        (load, hashlib.sha256(f"{assessment_id}:{person}".encode()).digest(), person) for person, load in loads
    )
    return ranked[0][2] if ranked else None
