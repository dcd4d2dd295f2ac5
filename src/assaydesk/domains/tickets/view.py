"""Tickets in their wire form (ticket.md 1.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from assaydesk.domains.profiles.models import Profile
from assaydesk.domains.tickets.events import ThreadFacts
from assaydesk.kit.clock import iso, zoneless
from assaydesk.platform.schema import camel

_AS_STORED: Final = (
    "id", "direction", "from_name", "cc_emails", "bcc_emails", "reply_cc_emails", "subchannel_id", "external_ticket_id",
    "sentiment", "language", "language_code", "ai_support_level", "spam_status", "is_customer_active", "priority",
    "channel", "channel_id", "status", "summary", "subject", "is_escalated", "due_by_was_set_manually", "customer_id",
    "contract_id", "partner_id", "customer_legitimation", "responder_id", "agent_id", "assigned_agent_ids",
    "additional_data", "merged_into_ticket_id", "previous_ticket_id", "version",
)  # fmt: skip
_WIRE: Final = {name: camel(name) for name in _AS_STORED}
_DATES: Final = {
    name: camel(name) for name in ("created_at", "modified_at", "closed_at", "first_response_due_by", "due_by")
}
_EMPTY: Final = ThreadFacts()
_NO_CUSTOMER: Final[dict[str, Any]] = {"tagIds": [], "tags": []}


@dataclass(frozen=True, slots=True)
class Skills:
    """Effective skill tags of the caller. `is_routed` False: they do not narrow anything."""

    tag_ids: frozenset[int] = frozenset()
    is_routed: bool = False
    needs_all: bool = True


@dataclass(frozen=True, slots=True)
class Beside:
    """What a ticket shows of other rows, by ticket id unless said otherwise. `tags`, `users`: wire forms by id."""

    zone: ZoneInfo
    tag_ids: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    tags: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    users: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    customers: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    customer_names: Mapping[int, str | None] = field(default_factory=dict)
    threads: Mapping[int, ThreadFacts] = field(default_factory=dict)
    presence: Mapping[int, list[int]] = field(default_factory=dict)
    skills: Skills = Skills()


def user_json(profile: Profile, zone: ZoneInfo) -> dict[str, Any]:
    """A user as tickets show it, never with password or settings."""
    return {
        "id": profile.id,
        "firstName": profile.first_name,
        "lastName": profile.last_name,
        "email": profile.email,
        "phone": profile.phone,
        "lastSeen": _shown(profile.last_seen, zone),
        "type": profile.type,
        "isSsoOnly": profile.is_sso_only,
        "lang": profile.lang,
        "nameAlias": profile.name_alias,
        "externalId": profile.external_id,
    }


def ticket_json(row: Mapping[str, Any], beside: Beside) -> dict[str, Any]:
    """The full ticket; `rawData` only when the row has it."""
    thread = beside.threads.get(row["id"], _EMPTY)
    shown = _common(row, beside) | {
        "body": thread.body,
        "bodyPlain": thread.body_plain,
        "bodyClean": thread.body_clean,
        "customer": beside.customers.get(row["id"]),
        "attachments": thread.attachments,
        "template": row["template"],
        "workitem": None,
    }
    if "raw_data" in row:
        shown["rawData"] = row["raw_data"]
    return shown


def compact_json(row: Mapping[str, Any], beside: Beside) -> dict[str, Any]:
    """The ticket as lists show it (ticket.md 2.1): of a linked customer only the tags."""
    return _common(row, beside) | {"customer": beside.customers.get(row["id"], _NO_CUSTOMER)}


def _common(row: Mapping[str, Any], beside: Beside) -> dict[str, Any]:
    ticket_id = row["id"]
    thread = beside.threads.get(ticket_id, _EMPTY)
    present = beside.presence.get(ticket_id, [])
    tags = [beside.tags[tag] for tag in beside.tag_ids.get(ticket_id, ()) if tag in beside.tags]
    shown = {wire: row[name] for name, wire in _WIRE.items()}
    shown |= {wire: _shown(row[name], beside.zone) for name, wire in _DATES.items()}
    shown |= {
        "from": row["from_address"],
        "to": row["to_addresses"],
        "replyRecipients": _recipients(row, thread),
        "autoExecuteAt": None if row["auto_execute_at"] is None else iso(row["auto_execute_at"]),
        "interface": "internal",
        "agent": beside.users.get(row["agent_id"]),
        "assignedAgents": _users(row["assigned_agent_ids"], beside),
        "workedOnByIds": present,
        "workedOnBy": _users(present, beside),
        "tags": tags,
        "tagIds": [tag["id"] for tag in tags],
        "agentSkillsMatch": skills_match(tags, beside.skills),
        "sender": _sender(row, thread, beside),
        "customerName": beside.customer_names.get(ticket_id) or row["from_name"],
    }
    return shown


def _shown(moment: datetime | None, zone: ZoneInfo) -> str | None:
    return None if moment is None else zoneless(moment, zone)


def _users(ids: Iterable[int], beside: Beside) -> list[dict[str, Any]]:
    return [beside.users[one] for one in ids if one in beside.users]


def _recipients(row: Mapping[str, Any], thread: ThreadFacts) -> dict[str, list[str]] | None:
    if row["channel"] == "system":
        return None
    return {"to": list(thread.reply_to), "cc": list(thread.reply_cc), "bcc": []}


def skills_match(tags: Iterable[Mapping[str, Any]], skills: Skills) -> bool:
    """Whether the skill tags of a ticket fit; one without any fits everybody (ticket.md 6.1, 6.2)."""
    needed = {tag["id"] for tag in tags if tag["type"] == "skill" and tag["tagRouting"]}
    if not skills.is_routed or not needed:
        return True
    return needed <= skills.tag_ids if skills.needs_all else not needed.isdisjoint(skills.tag_ids)


def _sender(row: Mapping[str, Any], thread: ThreadFacts, beside: Beside) -> dict[str, Any]:
    user = beside.users.get(thread.author_id) if thread.author_id is not None else None
    if user is not None and row["direction"] != "in":
        name = f"{user['firstName']} {user['lastName']}".strip()
        return {"id": user["id"], "name": name, "email": user["email"]}
    return {"id": None, "name": row["from_name"], "email": row["from_address"]}
