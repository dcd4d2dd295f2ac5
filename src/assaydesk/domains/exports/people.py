"""The exports of users and of survey answers (ticket.md 10)."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, Text, case, literal, true

from assaydesk.domains.exports.columns import (
    Asked,
    Column,
    Lookup,
    Plan,
    instant,
    iso_instant,
    person_email,
    person_id,
    person_name,
)
from assaydesk.domains.exports.lookups import person
from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.surveys.models import Survey
from assaydesk.platform.filters import Kind
from assaydesk.platform.security.permissions import Permission

_ROLE = Lookup("select (select name from roles where id = {r}.role_id) as name", {"name": Text()})
_TEAMS = Lookup(
    """
    select coalesce(string_agg(t.name, ', ' order by t.id), '') as names
    from profile_teams m join teams t on t.id = m.team_id and t.deleted_at is null where m.profile_id = {r}.id
    """,
    {"names": Text()},
)


def user_plan(asked: Asked) -> Plan:
    """People, service workers and AI agents that are not deleted. When others were last seen is for those who may."""
    sees = asked.actor.has(Permission.READ_USER_LAST_SEEN_DATE, Permission.READ_ANY_USER_PROFILE)

    def columns(p: Any, beside: Mapping[str, Any]) -> list[Column]:
        seen = p.last_seen if sees else case((p.id == asked.actor.id, p.last_seen))
        return [
            person_id("id", p.id, asked),
            person_name("name", p, asked),
            person_email("email", p, asked),
            Column("type", p.type, Kind.TEXT),
            Column("role", beside["role"].name, Kind.TEXT, ("role",), free=True),
            Column("teams", beside["team"].names, Kind.TEXT, ("team",), free=True),
            instant("lastSeen", seen, asked),
            instant("createdAt", p.created_at, asked),
        ]

    return Plan(
        table=cast(Table, Profile.__table__),
        lookups={"role": _ROLE, "team": _TEAMS},
        columns=columns,
        where=(Profile.state != "deleted",),
        order="createdAt",
        unused=("image", "password_hash", "raw_data", "settings", "open_tickets", "allowed_ips"),
    )


def survey_plan(asked: Asked) -> Plan:
    """Survey answers: everybody's with `readSurveys`, otherwise those to the caller's own replies."""
    mine = true() if asked.actor.has(Permission.READ_SURVEYS) else Survey.user_id == literal(asked.actor.id)

    def columns(s: Any, beside: Mapping[str, Any]) -> list[Column]:
        return [
            Column("id", s.id, Kind.ID),
            Column("ticketId", s.ticket_id, Kind.ID),
            Column("conversationId", s.conversation_id, Kind.ID),
            Column("userWorklogId", s.worklog_id, Kind.ID),
            person_name("name", beside["user"], asked, "user"),
            Column("scale", s.scale, Kind.NUMBER),
            Column("answerStars", s.answer_stars, Kind.NUMBER),
            Column("answerText", s.answer_text, Kind.TEXT, free=True),
            iso_instant("createdAt", s.answered_at),
        ]

    return Plan(
        table=cast(Table, Survey.__table__),
        lookups={"user": person("user_id")},
        columns=columns,
        where=(Survey.answered_at.is_not(None), mine),
        order="createdAt",
    )
