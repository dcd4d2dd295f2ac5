"""Saved views of the ticket list (platform.md 13.1)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from assaydesk.domains.teams.service import load_teams
from assaydesk.domains.tickets.search.service import matching, order_column
from assaydesk.domains.workbench import policy, repository
from assaydesk.domains.workbench.errors import TicketViewNotFound
from assaydesk.domains.workbench.models import TicketView
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, PermissionDenied, UnknownReference, ValidationFailed
from assaydesk.platform.filters import FilterInput
from assaydesk.platform.security.actor import Actor

MOST_COUNTED: Final = 999


async def list_views(session: ReadSession, actor: Actor, *, with_counts: bool) -> list[dict[str, Any]]:
    """The views that the caller may use, in the caller's order. Counts are exact to 999."""
    shown = []
    for place, (view, _) in enumerate(await repository.of_actor(session, actor)):
        one = view_json(view, actor, place)
        if with_counts:
            count = await repository.count_up_to(session, await _wanted(session, actor, view), MOST_COUNTED + 1)
            one |= {"count": min(count, MOST_COUNTED), "countCapped": count > MOST_COUNTED}
        shown.append(one)
    return shown


async def _wanted(session: ReadSession, actor: Actor, view: TicketView) -> Any:
    scope: Any = view.ticket_scope
    return await matching(session, actor, [FilterInput(**item) for item in view.filters], scope=scope)


async def find_view(session: ReadSession, actor: Actor, view_id: int) -> TicketView:
    """A view that the caller may use. Raises `TicketViewNotFound`."""
    view = await repository.get(session, view_id)
    if view is None or not policy.may_see(actor, view):
        raise TicketViewNotFound(view_id)
    return view


def view_json(view: TicketView, actor: Actor, position: int | None = None) -> dict[str, Any]:
    """A view in its wire form."""
    return {
        "id": view.id,
        "name": view.name,
        "filters": view.filters,
        "orderByField": view.order_by_field,
        "orderByDirection": view.order_by_direction,
        "ticketScope": view.ticket_scope,
        "columns": view.columns,
        "icon": view.icon,
        "position": position,
        "visibility": view.visibility,
        "teamIds": view.team_ids,
        "ownerId": view.owner_id,
        "canEdit": policy.may_edit(actor, view),
        "createdAt": iso(view.created_at),
        "modifiedAt": iso(view.modified_at),
    }


async def create_view(session: WriteSession, actor: Actor, values: Mapping[str, Any]) -> TicketView:
    """`values`: the fields of `TicketViewCreate`. Raises `ValidationFailed` and its kin, `PermissionDenied`."""
    view = TicketView(owner_id=actor.id, **await _checked(session, actor, values, None))
    session.add(view)
    await session.flush()  # The id is part of the answer.
    return view


async def update_view(session: WriteSession, actor: Actor, view: TicketView, values: Mapping[str, Any]) -> None:
    """Set the fields that were sent. Raises as `create_view`."""
    if not policy.may_edit(actor, view):
        raise PermissionDenied(*[policy.NEEDED[view.visibility]] if view.visibility in policy.NEEDED else [])
    for name, value in (await _checked(session, actor, values, view)).items():
        setattr(view, name, value)
    view.modified_at = utc_now()


async def delete_view(actor: Actor, view: TicketView) -> None:
    """Hide a view from everybody. Raises `PermissionDenied`."""
    if not policy.may_edit(actor, view):
        raise PermissionDenied(*[policy.NEEDED[view.visibility]] if view.visibility in policy.NEEDED else [])
    view.deleted_at = utc_now()


async def order_views(session: WriteSession, actor: Actor, ids: Sequence[int]) -> None:
    """Set the caller's own order; views that are not named come after. Raises `UnknownReference`."""
    known = {view.id for view, _ in await repository.of_actor(session, actor)}
    for index, one in enumerate(ids):
        if one not in known:
            raise UnknownReference(f"View {one} does not exist.", field=f"ids.{index}", value=one)
    await repository.set_order(session, actor.id, list(dict.fromkeys(ids)))


async def _checked(
    session: ReadSession, actor: Actor, values: Mapping[str, Any], view: TicketView | None
) -> dict[str, Any]:
    columns = dict(values)
    visibility = columns.get("visibility", "private" if view is None else view.visibility)
    missing = policy.right_to_share(actor, visibility)
    if missing is not None:
        raise PermissionDenied(missing)
    if "filters" in columns:
        # Read as a search would: what cannot be searched for is refused now and not when somebody opens the view.
        await matching(session, actor, columns["filters"], scope=columns.get("ticket_scope", "all"))
        columns["filters"] = [
            item.model_dump(by_alias=True, exclude_unset=True, mode="json") for item in columns["filters"]
        ]
    if "order_by_field" in columns:
        order_column(columns["order_by_field"])
    teams = columns.get("team_ids", [] if view is None else view.team_ids)
    if visibility == "team":
        if not teams:
            raise ValidationFailed([FieldError("teamIds", "required", "Say for which teams.")])
        known = await load_teams(session, teams)
        unknown = [one for one in teams if one not in known]
        if unknown:
            raise UnknownReference(f"Team {unknown[0]} does not exist.", field="teamIds", value=unknown[0])
    return columns
