"""Teams (people.md 4)."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from assaydesk.domains.tags.service import existing_tag_ids
from assaydesk.domains.teams.events import TEAM_MEMBERS, TEAM_USES, TEAMS_OF_USER, TeamDeleted, TeamSettingsChosen
from assaydesk.domains.teams.models import Team
from assaydesk.domains.teams.schemas import SharedSettings, TeamCreate, TeamUpdate
from assaydesk.domains.teams.tag_lists import TAG_LISTS, named_tags, uses_of, with_other_tag
from assaydesk.domains.teams.tree import makes_cycle
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.audit import Change, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import Conflict, NotFound, UnknownReference, Unprocessable
from assaydesk.platform.events import publish
from assaydesk.platform.paging import Page
from assaydesk.platform.schema import camel
from assaydesk.platform.security.actor import SYSTEM, Actor

__all__ = ["TAG_LISTS", "named_tags", "uses_of", "with_other_tag"]

SETTING_DEFAULTS: Final[dict[str, Any]] = {
    "roleId": None,
    "limitTicketBacklogAccess": False,
    "ticketBacklogRequiredTagIds": [],
    "ticketBacklogExcludedTagIds": [],
    "tagsOnRoute": [],
    "tagsOnEdit": [],
    "ticketsFilters": None,
}


class TeamNotFound(NotFound):
    default_message = "There is no such team."


class NameTaken(Conflict):
    default_message = "Another team has this name."


class ExternalIdTaken(Conflict):
    default_message = "Another team has this external id."


class TeamInUse(Conflict):
    """409; `details.usedBy` has the ids of what names the team, by kind."""

    default_message = "The team is in use. Repeat with force=true to delete it all the same."


class Cycle(Unprocessable):
    default_message = "A team cannot stand below itself."


async def list_teams(
    session: ReadSession, actor: Actor, *, q: str, state: str, user_id: int | None, page: Page, full: bool
) -> tuple[list[dict[str, Any]], int]:
    """One page by name, and the number of all that fit."""
    query = select(Team).where(Team.deleted_at.is_(None), Team.state == state)
    if q:
        query = query.where(Team.name.icontains(q, autoescape=True))
    if user_id is not None:
        found = await TEAMS_OF_USER.load(session, actor, [user_id])
        query = query.where(Team.id.in_(found.get(user_id, ())))
    by_name = func.lower(func.unaccent(Team.name)).collate("C")
    total = await session.scalar(select(func.count()).select_from(query.subquery()))
    rows = (await session.execute(query.order_by(by_name, Team.id).limit(page.limit).offset(page.offset))).scalars()
    return await _views(session, actor, list(rows), full=full), total or 0


async def read_team(session: ReadSession, actor: Actor, team_id: int) -> dict[str, Any]:
    return (await _views(session, actor, [await find_team(session, team_id)], full=True))[0]


async def load_teams(session: ReadSession, ids: Collection[int]) -> dict[int, Team]:
    """Teams by id, deleted ones included: names stay on old work."""
    if not ids:
        return {}
    return {team.id: team for team in (await session.execute(select(Team).where(Team.id.in_(set(ids))))).scalars()}


async def find_team(session: ReadSession, team_id: int) -> Team:
    team = await session.get(Team, team_id)
    if team is None or team.deleted_at is not None:
        raise TeamNotFound(teamId=team_id)
    return team


async def lock_team(session: WriteSession, team_id: int) -> Team:
    # key_share: naming the team as a parent or in a membership needs no wait, and so cannot dead-lock with the tree.
    query = select(Team).where(Team.id == team_id, Team.deleted_at.is_(None)).with_for_update(key_share=True)
    team = (await session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if team is None:
        raise TeamNotFound(teamId=team_id)
    return team


async def create_team(session: WriteSession, actor: Actor, body: TeamCreate) -> Team:
    """Raises `UnknownReference`, `ExceedsOwnRights` (by the role it hands down), `NameTaken`, `ExternalIdTaken`."""
    team = Team(name=body.name, description="", state="active", leader_ids=[], settings={}, modified_at=utc_now())
    changes = await _put(session, actor, team, body)
    session.add(team)
    await _flush(session)
    await write_audit(session, actor, "team:create", "team", [Change(team.id, None, None, dict(_new(changes)))])
    return team


async def update_team(session: WriteSession, actor: Actor, team: Team, body: TeamUpdate) -> None:
    """Change a team that the caller has locked. Raises what `create_team` does, and `Cycle`."""
    changes = await _put(session, actor, team, body)
    if changes:
        team.modified_at = utc_now()
        await _flush(session)
    records = [Change(team.id, path, old, new) for path, (old, new) in changes.items()]
    await write_audit(session, actor, "team:change", "team", records)


async def delete_team(session: WriteSession, actor: Actor, team: Team, *, force: bool) -> None:
    """Delete softly. Its members lose what they had from it; teams below it move up."""
    role_id = (team.settings or {}).get("roleId")
    roles = () if role_id is None else (int(role_id),)
    await publish(session, TeamSettingsChosen(actor, (), roles, None))
    found = {kind: (await slot.load(session, actor, [team.id])).get(team.id) for kind, slot in TEAM_USES.items()}
    uses = {kind: ids for kind, ids in found.items() if ids}
    if uses and not force:
        raise TeamInUse(usedBy=uses)
    await _hold_tree(session)
    team.deleted_at = team.modified_at = utc_now()
    await session.execute(update(Team).where(Team.parent_id == team.id).values(parent_id=team.parent_id))
    await write_audit(session, actor, "team:delete", "team", [Change(team.id)])
    await publish(session, TeamDeleted(team.id))


async def using_tags(session: ReadSession, tag_ids: Collection[int]) -> dict[int, list[int]]:
    """By tag: the teams whose settings name it."""
    rows = await session.execute(select(Team.id, Team.settings).where(Team.deleted_at.is_(None)))
    return uses_of({row.id: row.settings for row in rows}, tag_ids)


async def replace_tag(session: WriteSession, tag_id: int, replaced_by: int) -> None:
    """Name another tag in the settings of all teams."""
    for team_id in (await using_tags(session, [tag_id]))[tag_id]:
        team = await lock_team(session, team_id)
        before, team.settings = team.settings, with_other_tag(team.settings, tag_id, replaced_by)
        change = Change(team.id, "settings", before, team.settings)
        await write_audit(session, SYSTEM, "team:change", "team", [change])


async def _put(
    session: WriteSession, actor: Actor, team: Team, body: TeamCreate | TeamUpdate
) -> dict[str, tuple[Any, Any]]:
    """Put the sent values into the row; answers what changed by wire name."""
    sent = {name: getattr(body, name) for name in type(body).model_fields if name in body.model_fields_set}
    settings = _merged(team.settings or {}, sent.pop("settings", None))
    if "leader_ids" in sent:
        sent["leader_ids"] = list(dict.fromkeys(sent["leader_ids"]))
    changes = {name: (getattr(team, name), value) for name, value in sent.items() if getattr(team, name) != value}
    before = dict(team.settings or {})
    await _check_parent(session, team, changes)
    await _check_tags(session, settings)
    # Switching a team off or on takes or gives the role like choosing another one.
    switched = "state" in changes or before.get("roleId") != settings.get("roleId")
    roles = tuple(int(role) for role in (before.get("roleId"), settings.get("roleId")) if role is not None)
    leaders = tuple(changes["leader_ids"][1]) if "leader_ids" in changes else ()
    await publish(session, TeamSettingsChosen(actor, leaders, roles if switched else (), settings.get("roleId")))
    for name, (_, value) in changes.items():
        setattr(team, name, value)
    team.settings = settings
    named = {camel(name): change for name, change in changes.items()}
    if settings != before:
        named["settings"] = (before, settings)
    return named


def _merged(stored: dict[str, Any], sent: SharedSettings | None) -> dict[str, Any]:
    if sent is None:
        return stored
    values = {name: getattr(sent, name) for name in type(sent).model_fields if name in sent.model_fields_set}
    skills = values.pop("skills", None)
    merged = stored | {camel(name): value for name, value in values.items()}
    if skills is not None:
        own = dict(stored.get("skills") or {})
        for name in skills.model_fields_set & {"tag_ids", "channels"}:
            own[camel(name)] = getattr(skills, name) or []
        merged["skills"] = own
    return merged


async def _check_parent(session: WriteSession, team: Team, changes: dict[str, tuple[Any, Any]]) -> None:
    parent_id = changes.get("parent_id", (None, None))[1]
    if parent_id is None:
        return
    await _hold_tree(session)
    rows = await session.execute(select(Team.id, Team.parent_id).where(Team.deleted_at.is_(None)))
    parents = {row.id: row.parent_id for row in rows}
    if parent_id not in parents:
        raise UnknownReference(f"There is no team {parent_id}.", field="parentId", value=parent_id)
    if team.id is not None and makes_cycle(parents, team.id, parent_id):
        raise Cycle(teamId=team.id, parentId=parent_id)


async def _hold_tree(session: WriteSession) -> None:
    """Two parallel moves, each good alone, could make a cycle together."""
    await session.execute(text("select pg_advisory_xact_lock(hashtext('assaydesk.team_tree'))"))


async def _check_tags(session: ReadSession, settings: dict[str, Any]) -> None:
    lists = named_tags(settings)
    wanted = {tag for ids in lists.values() for tag in ids}
    if not wanted:
        return
    known = await existing_tag_ids(session, wanted)
    for name, ids in lists.items():
        for tag in ids:
            if tag not in known:
                raise UnknownReference(f"There is no tag {tag}.", field=f"settings.{name}", value=tag)


async def _flush(session: WriteSession) -> None:
    try:
        await session.flush()  # The name may be taken.
    except IntegrityError as failure:
        if "uq_teams_name" in str(failure.orig):
            raise NameTaken from failure
        if "uq_teams_external_id" in str(failure.orig):
            raise ExternalIdTaken from failure
        raise


def _new(changes: dict[str, tuple[Any, Any]]) -> list[tuple[str, Any]]:
    return [(name, new) for name, (_, new) in changes.items()]


async def _views(session: ReadSession, actor: Actor, teams: Sequence[Team], *, full: bool) -> list[dict[str, Any]]:
    members = await TEAM_MEMBERS.load(session, actor, [team.id for team in teams])
    return [_view(team, members.get(team.id, ()), full=full) for team in teams]


def _view(team: Team, members: Sequence[int], *, full: bool) -> dict[str, Any]:
    short = {
        "id": team.id, "name": team.name, "color": team.color, "parentId": team.parent_id, "state": team.state,
        "memberCount": len(members),
    }  # fmt: skip
    if not full:
        return short
    stored = team.settings or {}
    skills = stored.get("skills") or {}
    settings = {name: stored.get(name, default) for name, default in SETTING_DEFAULTS.items()}
    settings["skills"] = {"tagIds": skills.get("tagIds") or [], "channels": skills.get("channels") or []}
    return short | {
        "description": team.description, "leaderIds": team.leader_ids, "memberIds": list(members),
        "settings": settings, "externalId": team.external_id, "createdAt": iso(team.created_at),
        "modifiedAt": iso(team.modified_at),
    }  # fmt: skip
