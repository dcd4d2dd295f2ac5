"""Proof of evidence over the whole database, and the rows of the command's table."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text, update

from assaydesk.domains.conversations.models import Conversation, ConversationText
from assaydesk.domains.quality.assessments.models import Assessment, JudgeRun
from assaydesk.domains.quality.assessments.service import process_due, report_rows, verify_evidence
from assaydesk.domains.quality.assessments.types import Quotation, State
from assaydesk.kit.clock import utc_now
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.jobs.job import Runtime
from tests.factories.assessments import (
    ScriptedJudge,
    ai_answer,
    judged,
    make_agent,
    make_assessment,
    make_work,
    small_content,
)
from tests.factories.scorecards import category, content, make_scorecard

pytestmark = pytest.mark.usefixtures("app")
UNICODE = "Grüße 👩‍👩‍👧 an Sie, 4.711 kWh – alles klar."


async def judge_some(session: WriteSession, runtime: Runtime, count: int, body: str) -> None:
    agent, card = await make_agent(session), await make_scorecard(session, small_content())
    for number in range(count):
        work = await make_work(session, agent, phase=number, text=body)
        await make_assessment(session, work, card, state=State.UNPROCESSED)
    await session.commit()
    assert (await process_due(runtime)).done == count


async def test_given_good_quotes_nothing_is_found(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    await judge_some(session, runtime, 3, UNICODE)
    heard: list[tuple[int, int]] = []
    report = await verify_evidence(runtime.database, lambda done, total: heard.append((done, total)))
    assert (report.assessments, report.quotes, report.faults) == (3, 12, [])
    assert heard[-1] == (9, 9)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda q: {**q, "quote": q["quote"] + "!"}, "do not stand"),
        (lambda q: {**q, "start": 1}, "do not stand"),
        (lambda q: {**q, "start": 5, "end": 5, "quote": ""}, "no characters"),
        (lambda q: {**q, "start": -3, "end": 2}, "no characters"),
        (lambda q: {**q, "conversationId": 999_999}, "no such message"),
    ],
)
async def test_given_a_false_quote_it_is_named(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge, change: Any, problem: str
) -> None:
    await judge_some(session, runtime, 2, UNICODE)
    row = (await session.execute(text("select assessment_id, evidence from assessment_criteria limit 1"))).one()
    import json

    await session.execute(
        text(
            "update assessment_criteria set evidence = cast(:new as jsonb) "
            "where assessment_id = :id and criterion_id = 10"
        ),
        {"new": json.dumps([change(row.evidence[0])]), "id": row.assessment_id},
    )
    await session.commit()
    [fault] = (await verify_evidence(runtime.database)).faults
    assert (fault.assessment_id, fault.criterion_id, fault.run_id) == (row.assessment_id, 10, None)
    assert problem in str(fault)


async def test_given_a_false_quote_in_a_run_it_is_named_as_well(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    await judge_some(session, runtime, 1, UNICODE)
    run = (await session.execute(text("select id, criteria from judge_runs"))).one()
    run.criteria[0]["evidence"][0]["end"] += 1
    await session.execute(update(JudgeRun).values(criteria=run.criteria))
    await session.commit()
    [fault] = (await verify_evidence(runtime.database)).faults
    assert fault.run_id == run.id


async def test_given_a_note_that_was_edited_its_earlier_text_counts(
    session: WriteSession, runtime: Runtime, judge: ScriptedJudge
) -> None:
    await judge_some(session, runtime, 1, "<b>Grüße</b> an Sie")
    await session.execute(
        update(Conversation)
        .where(Conversation.direction == "out")
        .values(body_plain="Something else.", edited_at=utc_now(), type="text")
    )
    number = (await session.execute(text("select id from conversations where direction = 'out'"))).scalar_one()
    session.add(ConversationText(conversation_id=number, body="<b>Grüße</b> an Sie", until=utc_now()))
    await session.commit()
    assert (await verify_evidence(runtime.database)).faults == []


async def test_report_rows(session: WriteSession) -> None:
    said = content([category(1, [judged(10, make_or_break_for_category=True)]), category(2, [judged(11, 10)])])
    first, second = await make_scorecard(session, said), await make_scorecard(session, small_content(name="Other"))
    zoe = await make_agent(session, first_name="Zoe", last_name="Abel")
    bot = await make_agent(session, first_name="Bot", last_name="", type="aiAgent")
    now = utc_now()
    works = [await make_work(session, user, at=now - timedelta(days=days)) for user, days in ((zoe, 1), (bot, 9))]
    answers = [ai_answer(10, 0), replace(ai_answer(11, None, 2), evidence=(Quotation(1, "x", 0, 1),))]
    knocked = await make_assessment(session, works[0], first, answers=answers)
    failed = await make_assessment(
        session, works[1], second, state=State.ERROR, error={"code": "x", "message": "The AI is down."}
    )
    await make_assessment(session, works[0], second, state=State.DELETED)
    rows = {row.assessment_id: row for row in await report_rows(session)}
    assert set(rows) == {knocked.id, failed.id}
    shown = rows[knocked.id]
    assert (shown.agent, shown.scorecard, shown.percentage) == ("Zoe Abel", "E-mail quality", Decimal("0.0"))
    assert (shown.knocked_out, shown.knocked_out_categories, shown.needs_human) == (False, ("Category 1",), 1)
    assert (rows[failed.id].agent, rows[failed.id].error, rows[failed.id].percentage) == (
        "Bot",
        "The AI is down.",
        None,
    )
    assert {row.assessment_id for row in await report_rows(session, scorecard_id=first.id)} == {knocked.id}
    assert {row.assessment_id for row in await report_rows(session, since=now - timedelta(days=2))} == {knocked.id}
    assert isinstance(knocked, Assessment)
