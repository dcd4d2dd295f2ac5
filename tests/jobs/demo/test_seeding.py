"""Founding the demonstration company in a database."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from assaydesk import registry
from assaydesk.domains.demo.content import load_content
from assaydesk.domains.demo.service import InstanceInUse, Way, seed_company
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.embedded import EmbeddedPostgres
from assaydesk.platform.db.engine import Database
from assaydesk.platform.security.passwords import password_matches
from tests.conftest import _copy, _prepare

TODAY = utc_now()
NOW = (TODAY - timedelta(days=(TODAY.weekday() - 2) % 7 or 7)).replace(hour=14, minute=0, second=0, microsecond=0)
"""Last Wednesday: the plan depends on weekday and hour alone, and the time to appeal is not over."""
TABLES = (
    "tickets", "conversations", "attachments", "ticket_tags", "worklogs", "work_segments", "work_signals", "tool_calls",
    "profiles", "profile_teams", "teams", "tags", "customers", "subchannels", "scorecards", "assessments",
    "assessment_criteria", "assessment_edits", "judge_runs", "settings",
)  # fmt: skip


class Killed(Exception):
    """Stands for the end of the process."""


@dataclass
class Founded:
    """A company, and what its founding said and answered."""

    database: Database
    ways: list[Way] = field(default_factory=list)
    kept: list[list[Way]] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def rows(self, statement: str) -> list[Any]:
        async with self.database.read() as session:
            return list((await session.execute(text(statement))).all())

    async def one(self, statement: str) -> Any:
        return (await self.rows(statement))[0][0]

    async def counts(self) -> dict[str, int]:
        return {table: await self.one(f"select count(*) from {table}") for table in TABLES}


async def _database(server: EmbeddedPostgres, name: str) -> Database:
    database = Database(_copy(server, name))
    await _prepare(database)
    return database


@pytest.fixture(scope="module")
async def company(server: EmbeddedPostgres) -> AsyncIterator[Founded]:
    """Founded once for this file, in a database of its own; its tests only look."""
    registry.register_handlers()
    founded = Founded(await _database(server, "company_" + os.environ.get("PYTEST_XDIST_WORKER", "main")))
    try:
        founded.ways = await seed_company(
            founded.database, keep=founded.kept.append, progress=founded.said.append, now=NOW
        )
        yield founded
    finally:
        await founded.database.close()


async def test_company_has_its_parts(company: Founded) -> None:
    counts = await company.counts()
    assert counts["tickets"] == 200
    assert counts["teams"] == 4
    assert counts["profiles"] == 14 + 2
    assert counts["scorecards"] == 4
    assert counts["subchannels"] == 8
    assert counts["customers"] == 40
    assert counts["tags"] > 15
    assert counts["worklogs"] > 170
    assert counts["tool_calls"] > 120
    roles = await company.rows("select distinct r.name from profiles p join roles r on r.id = p.role_id")
    assert {row.name for row in roles} == {"Admin", "Agent", "Supervisor", "QualityManager", "ReadOnly"}


async def test_people_can_sign_in_with_what_was_handed_out(company: Founded) -> None:
    assert company.kept == [company.ways]
    assert company.ways[0].email == "admin@lindenau-energie.example"
    assert company.ways[0].role == "Admin"
    assert len({way.password for way in company.ways}) == 14
    stored = {row.email: row.password_hash for row in await company.rows("select email, password_hash from profiles")}
    for way in company.ways[:2]:
        assert await password_matches(stored[way.email], way.password)
    assert all(stored[way.email] for way in company.ways)


async def test_work_took_time_and_lies_in_the_past(company: Founded) -> None:
    assert await company.one("select count(*) from worklogs where duration_ms <= 0") == 0
    assert await company.one("select max(duration_ms) from worklogs") < 3_600_000
    for column in ("worklogs.latest_interaction", "conversations.created_at", "work_segments.until", "tool_calls.at"):
        table = column.split(".")[0]
        assert await company.one(f"select max({column}) from {table}") < NOW
    assert await company.one("select count(*) from tool_calls where worklog_id is null") == 0


async def test_all_kinds_of_work_and_tickets_are_there(company: Founded) -> None:
    contexts = {row.context for row in await company.rows("select distinct context from worklogs")}
    assert contexts == {"automated", "reply", "closeWithoutReply", "status"}
    levels = {row.automation_level for row in await company.rows("select distinct automation_level from worklogs")}
    assert {0, 1, 2, 5} <= levels
    assert {row.status for row in await company.rows("select distinct status from tickets")} == {
        "open", "pending", "closed",
    }  # fmt: skip
    channels = {row.channel for row in await company.rows("select distinct channel from tickets")}
    assert channels == {"email", "portal", "phone", "letter", "system", "chat", "walkIn"}
    assert await company.one("select count(*) from tickets where subchannel_id is null") == 0
    assert await company.one("select count(*) from tickets where sla_due_at is null") == 0
    assert await company.one("select count(*) from worklogs where re_opened") > 0


async def test_sixty_assessments_are_reviewed_and_the_rest_waits_for_the_worker(company: Founded) -> None:
    found = await company.rows("select state, count(*) as number from assessments group by state")
    states = {row.state: row.number for row in found}
    assert set(states) == {"reviewedBySupervisor", "discussedWithAssessee", "unprocessed"}
    assert states["reviewedBySupervisor"] + states["discussedWithAssessee"] == 60
    assert states["discussedWithAssessee"] >= 8
    assert states["unprocessed"] > 100
    waiting = await company.rows("select task_name from procrastinate_jobs where status = 'todo'")
    assert "quality.assessments.process" in {row.task_name for row in waiting}


async def test_reviewed_scores_spread_and_some_knock_out(company: Founded) -> None:
    shares = await company.rows(
        "select scored_points / used_max_points as share, knocked_out, knocked_out_categories from assessments "
        "where assessment_date is not null"
    )
    assert sum(row.share < 0.4 for row in shares) >= 6
    assert sum(0.4 <= row.share < 0.9 for row in shares) >= 10
    assert sum(row.share >= 0.9 for row in shares) >= 15
    assert any(row.knocked_out_categories for row in shares)
    assert any(row.knocked_out for row in shares)


async def test_reviewers_decided_what_no_rule_decides(company: Founded) -> None:
    open_criteria = await company.one(
        "select count(*) from assessment_criteria c join assessments a on a.id = c.assessment_id "
        "where a.assessment_date is not null and c.state in ('needsHuman', 'unscored')"
    )
    assert open_criteria == 0
    origins = await company.rows("select origin, count(*) as number from assessment_criteria group by origin")
    assert {row.origin for row in origins} >= {"rule", "human"}
    corrected = await company.one("select count(*) from assessment_criteria where override_reason = 'scoreWrong'")
    assert corrected >= 3
    assert await company.one("select count(*) from assessments where supervisor_assessment <> ''") == 60
    own = await company.one("select count(*) from assessments where assessed_by_user = assessed_user")
    assert own == 0


async def test_reviews_happened_in_their_time(company: Founded) -> None:
    wrong = await company.one(
        "select count(*) from assessments a join worklogs w on w.id = a.worklog_id where a.assessment_date is not null "
        "and not (w.worked_at < a.created_at and a.created_at < a.assessment_date and a.assessment_date < :now "
        "and (a.discussion_date is null or a.discussion_date > a.assessment_date))".replace(":now", f"'{NOW}'")
    )
    assert wrong == 0
    untouched = "select id from assessments where appeal_state is null and acknowledged_at is null"
    assert await company.one(f"select max(at) from assessment_edits where assessment_id in ({untouched})") < NOW
    assert await company.one("select max(finished_at) from judge_runs") < NOW


async def test_people_answer_their_reviews_and_reviewers_calibrate(company: Founded) -> None:
    appeals = await company.rows("select state, criterion_ids, decided_by from appeals order by state")
    assert {"open", "partiallyAccepted"} <= {row.state for row in appeals}, (
        "of different people, as far as there are any"
    )
    assert all(
        row.criterion_ids and (row.decided_by is None) == (row.state in ("open", "underReview")) for row in appeals
    )
    assert await company.one("select count(*) from assessments where acknowledged_at is not null") > 20
    sessions = await company.rows("select state, result from calibrations order by id")
    assert [row.state for row in sessions] == ["closed", "open"]
    people = {one["userId"]: one["meanDifference"] for one in sessions[0].result["reviewers"]}
    ids = {row.first_name: row.id for row in await company.rows("select id, first_name from profiles")}
    assert people[ids["Tobias"]] < people[ids["Leyla"]], "one is stricter than the other"
    assert await company.one("select count(*) from golden_items") == 8
    assert await company.one("select count(*) from sampling_plans") == 1


async def test_quotes_stand_in_their_messages(company: Founded) -> None:
    quotes = await company.rows(
        "select e ->> 'quote' as quote, substr(m.body_plain, (e ->> 'start')::int + 1, length(e ->> 'quote')) as found "
        "from assessment_criteria c cross join jsonb_array_elements(c.evidence) e "
        "join conversations m on m.id = (e ->> 'conversationId')::bigint"
    )
    assert len(quotes) > 50
    assert all(row.quote == row.found for row in quotes)


async def test_scorecards_are_active_since_before_the_first_work(company: Founded) -> None:
    latest = await company.one("select max(activated_at) from scorecard_families")
    assert latest < await company.one("select min(started_at) from worklogs")
    assert await company.one("select value from settings where name = 'qualityAssessmentMaxAgeDays'") == 60


async def test_founding_again_changes_nothing(company: Founded) -> None:
    before = await company.counts()
    again = await seed_company(company.database, keep=company.kept.append, now=NOW)
    assert again == []
    assert len(company.kept) == 1
    assert await company.counts() == before


async def test_progress_is_told(company: Founded) -> None:
    assert len(company.said) >= 6
    assert company.said[0].startswith("Hiring people")


async def test_founding_that_is_killed_again_and_again_ends_the_same(committed: Database, company: Founded) -> None:
    founded = Founded(committed)
    kept: list[list[Way]] = []
    for deadly in ("Working on tickets: 50", "Supervisors read", "Supervisors review: 20"):

        def die(said: str, deadly: str = deadly) -> None:
            if said.startswith(deadly):
                raise Killed

        with pytest.raises(Killed):
            await seed_company(committed, keep=kept.append, progress=die, now=NOW)
    async with committed.write() as session:
        # As a process leaves it that dies while it judges.
        await session.execute(
            text(
                "update assessments set state = 'aiInProgress', state_before = 'unprocessed', claim = 'dead', "
                "heartbeat_at = now() - interval '5 seconds' where id in "
                "(select id from assessments where state = 'aiReady' order by id limit 5)"
            )
        )
    known = {way.email: way.password for way in kept[0]}
    assert await seed_company(committed, known=known, keep=kept.append) == []
    assert len(kept) == 1, "people were hired once"
    counts = await company.counts()
    ended = await founded.counts()
    assert ended.pop("judge_runs") >= counts.pop("judge_runs") - 5
    assert ended == counts


async def test_passwords_that_are_known_are_used_again(committed: Database) -> None:
    email = load_content().people[0].email

    class Enough(Exception):
        pass

    def stop(ways: list[Way]) -> None:
        assert ways[0] == Way(email, "correct horse battery", "Admin")
        raise Enough

    with pytest.raises(Enough):
        await seed_company(committed, known={email: "correct horse battery"}, keep=stop)
    assert await Founded(committed).one("select count(*) from profiles") == 0


async def test_instance_with_tickets_of_its_own_is_refused(committed: Database) -> None:
    async with committed.write() as session:
        await session.execute(
            text("insert into tickets (channel, sla_started_at, created_at) values ('email', now(), now())")
        )
    with pytest.raises(InstanceInUse, match="--data-dir"):
        await seed_company(committed)
    assert await Founded(committed).one("select count(*) from profiles") == 0
