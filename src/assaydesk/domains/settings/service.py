"""Instance settings: typed, with defaults, changed by administrators (settings.md 1 to 3)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert

from assaydesk.domains.settings.catalog import DEFAULTS, NAMES, Definition, InstanceSettings, definitions
from assaydesk.domains.settings.models import Setting
from assaydesk.domains.settings.texts import CATEGORIES, GROUPS, SETTINGS
from assaydesk.kit.clock import iso, utc_now
from assaydesk.platform.audit import Change, audit_entries, write_audit
from assaydesk.platform.db.session import ReadSession, WriteSession
from assaydesk.platform.errors import FieldError, NotFound, ValidationFailed, field_error
from assaydesk.platform.schema import camel
from assaydesk.platform.security.actor import Actor
from assaydesk.platform.security.permissions import Permission

__all__ = ["InstanceSettings", "get_settings", "set_setting"]

HISTORY: Final = 50
SECRET: Final = "password"  # noqa: S105 - the name of a key
MASK: Final = "********"
FURTHER_WRITERS: Final = {
    "routing": Permission.MANAGE_ROUTING,
    "workingHours": Permission.MANAGE_ROUTING,
    "darkProcessing": Permission.MANAGE_DARK_PROCESSING,
}
"""Categories that somebody else than the holder of `updateClientSettings` may write."""

_KNOWN: Final = "assaydesk.settings"
"""Where a session keeps the settings that its transaction has read."""

_ENTRY_OF_SETTINGS: Final = 0
"""Settings have names and no ids; in the audit log the name is the field."""


class SettingNotFound(NotFound):
    default_message = "There is no such setting."


class CategoryNotFound(NotFound):
    default_message = "There is no such category."


class Stored(NamedTuple):
    """A value that differs from the default."""

    value: Any
    modified_at: datetime
    modified_by: int | None


def with_values(values: Mapping[str, Any]) -> InstanceSettings:
    """The defaults with stored values laid over them; lists become tuples."""
    known: dict[str, Any] = {NAMES[name]: value for name, value in values.items() if name in NAMES}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return replace(DEFAULTS, **(known | lists))


async def get_settings(session: ReadSession) -> InstanceSettings:
    """All settings, read once in each transaction: a request sees one state of them."""
    known: InstanceSettings | None = session.info.get(_KNOWN)
    if known is None:
        rows = (await session.execute(select(Setting.name, Setting.value))).all()
        known = session.info[_KNOWN] = with_values({row.name: row.value for row in rows})
    return known


def find_definition(name: str) -> Definition:
    """Raises `SettingNotFound`."""
    found = definitions().get(name)
    if found is None:
        raise SettingNotFound(name=name)
    return found


def may_write(actor: Actor, definition: Definition) -> bool:
    """Whether the caller may write this setting."""
    further = FURTHER_WRITERS.get(definition.category)
    return actor.has(Permission.UPDATE_CLIENT_SETTINGS) or (further is not None and actor.has(further))


async def set_setting(session: WriteSession, actor: Actor, name: str, value: object) -> None:
    """Change one setting, `qualityJudge` or `quality_judge`; None restores the default. Raises `ValidationFailed`."""
    await change_settings(session, actor, {name if name in NAMES else camel(name): value})


async def change_settings(
    session: WriteSession,
    actor: Actor,
    sent: Mapping[str, object],
    *,
    path: str = "{name}",
    seal: Callable[[str], str] | None = None,
) -> list[str]:
    """Change several settings, all or none; answers those that were sent. None restores the default.

    `path` is where the value of a name stands in the request, for the faults. `seal` closes the passwords in them.
    Raises `ValidationFailed` with all faults; an unknown name is one.
    """
    faults: list[FieldError] = []
    values: dict[str, Any] = {}
    for name, value in sent.items():
        place = path.format(name=name)
        definition = definitions().get(name)
        if definition is None:
            faults.append(FieldError(place, "unknown", "There is no such setting."))
            continue
        try:
            values[name] = definition.default if value is None else definition.read(value)
        except ValidationError as failure:
            faults += [_placed(field_error(dict(fault)), place) for fault in failure.errors()]
    if faults:
        raise ValidationFailed(faults)
    await _store(session, actor, values, seal)
    return list(sent)


def _placed(fault: FieldError, place: str) -> FieldError:
    inner = "" if fault.path == "body" else f".{fault.path}"
    return FieldError(place + inner, fault.code, fault.message)


async def _store(
    session: WriteSession, actor: Actor, values: Mapping[str, Any], seal: Callable[[str], str] | None
) -> None:
    # Parallel writers of the same name would each take the same old value into the history.
    await session.execute(text("select pg_advisory_xact_lock(hashtext('assaydesk.settings'))"))
    stored = await _stored(session, values)
    changes = []
    for name, sent in values.items():
        default = definitions()[name].default
        old = stored[name].value if name in stored else default
        value = _with_secret(sent, old, seal)
        if old == value:
            continue
        changes.append(Change(_ENTRY_OF_SETTINGS, name, masked(old), masked(value)))
        # The row of a restored default stays away: a later default then counts here too.
        if value == default:
            await session.execute(delete(Setting).where(Setting.name == name))
            continue
        row = {"name": name, "value": value, "modified_at": utc_now(), "modified_by": actor.user_id}
        upsert = insert(Setting).values(row)
        await session.execute(upsert.on_conflict_do_update(index_elements=["name"], set_=row))
    session.info.pop(_KNOWN, None)
    await write_audit(session, actor, "setting:value:change", "setting", changes)


def _with_secret(value: Any, old: Any, seal: Callable[[str], str] | None) -> Any:
    """The value with its password sealed; the mask keeps the stored one."""
    if not isinstance(value, dict) or not value.get(SECRET):
        return value
    if value[SECRET] == MASK:
        return {**value, SECRET: old.get(SECRET) if isinstance(old, dict) else None}
    return {**value, SECRET: seal(value[SECRET])} if seal is not None else value


def masked(value: Any) -> Any:
    """The value as it may be shown: a password is only said to be there."""
    return {**value, SECRET: MASK} if isinstance(value, dict) and value.get(SECRET) else value


async def _stored(session: ReadSession, names: Collection[str] | None = None) -> dict[str, Stored]:
    query = select(Setting.name, Setting.value, Setting.modified_at, Setting.modified_by)
    if names is not None:
        query = query.where(Setting.name.in_(names))
    rows = (await session.execute(query)).all()
    return {row.name: Stored(row.value, row.modified_at, row.modified_by) for row in rows}


async def list_settings(
    session: ReadSession, lang: str, *, category: str | None = None, names: Collection[str] = ()
) -> list[dict[str, Any]]:
    """Settings by category and name. Unknown names are left out."""
    wanted = [
        definition
        for definition in definitions().values()
        if category is None or definition.category.lower() == category.lower()
        if not names or definition.name in names
    ]
    order = list(CATEGORIES)
    wanted.sort(key=lambda one: (order.index(one.category), one.name))
    stored = await _stored(session)
    return [view(definition, stored.get(definition.name), lang) for definition in wanted]


async def read_setting(session: ReadSession, lang: str, name: str, *, history: bool = False) -> dict[str, Any]:
    """One setting. `history`: with its last changes, the newest first."""
    stored = await _stored(session, [name])
    shown = view(find_definition(name), stored.get(name), lang)
    return shown | {"history": await _history(session, name)} if history else shown


async def compact(session: ReadSession, *, only_public: bool) -> dict[str, Any]:
    """Name and value of all settings, or of the public ones."""
    stored = await _stored(session)
    return {
        name: masked(stored[name].value) if name in stored else definition.default
        for name, definition in sorted(definitions().items())
        if definition.public or not only_public
    }


async def read_category(session: ReadSession, lang: str, category: str) -> dict[str, Any]:
    """The settings of a category in groups. The spelling of the name does not matter. Raises `CategoryNotFound`."""
    name = next((one for one in CATEGORIES if one.lower() == category.lower()), None)
    if name is None:
        raise CategoryNotFound(category=category)
    settings = await list_settings(session, lang, category=name)
    groups = dict.fromkeys(definitions()[setting["name"]].group for setting in settings)
    return {
        "category": {"name": name, "label": _category_label(name, lang)},
        "groups": [
            {
                "name": group,
                "label": GROUPS[group].in_language(lang)[0],
                "description": GROUPS[group].in_language(lang)[1],
                "settings": [one for one in settings if definitions()[one["name"]].group == group],
            }
            for group in sorted(groups, key=list(GROUPS).index)
        ],
    }


def list_categories(lang: str) -> list[dict[str, Any]]:
    counts = [definition.category for definition in definitions().values()]
    return [
        {"name": name, "label": _category_label(name, lang), "settingCount": counts.count(name)} for name in CATEGORIES
    ]


async def search_settings(session: ReadSession, lang: str, q: str, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Settings with all words of `q` in name, label, description or options, the best first."""
    words = q.lower().split()
    found = [
        setting | {"score": score}
        for setting in await list_settings(session, lang)
        if (score := _score(setting, words)) > 0
    ]
    found.sort(key=lambda setting: (-setting["score"], setting["name"]))
    return found[:limit], len(found)


def _score(setting: Mapping[str, Any], words: Collection[str]) -> float:
    """The mean over the words: 1 in the name, 0.8 in the label, 0.5 in the rest; 0 when one stands nowhere."""
    options = " ".join(str(option["label"]) for option in setting["options"] or ())
    fields = (
        (1.0, setting["name"].lower()),
        (0.8, setting["label"].lower()),
        (0.5, f"{setting['description']} {options}".lower()),
    )
    scores = [max((weight for weight, content in fields if word in content), default=0.0) for word in words]
    return round(sum(scores) / len(scores), 3) if scores and all(scores) else 0.0


def view(definition: Definition, stored: Stored | None, lang: str) -> dict[str, Any]:
    """One setting as the API shows it (settings.md 1)."""
    label, description = SETTINGS[definition.name].in_language(lang)
    return {
        "name": definition.name,
        "category": definition.category,
        "type": definition.type,
        "value": definition.default if stored is None else masked(stored.value),
        "default": definition.default,
        "isDefault": stored is None,
        "label": label,
        "description": description,
        "options": [{"value": word, "label": word} for word in definition.options] or None,
        "schema": definition.schema,
        "readOnly": False,
        "requiresRestart": False,
        "modifiedAt": None if stored is None else iso(stored.modified_at),
        "modifiedBy": None if stored is None else stored.modified_by,
    }


def _category_label(name: str, lang: str) -> str:
    return CATEGORIES[name][1 if lang.lower().startswith("de") else 0]


async def _history(session: ReadSession, name: str) -> list[dict[str, Any]]:
    query = (
        select(audit_entries.c.at, audit_entries.c.user_id, audit_entries.c.old_value, audit_entries.c.new_value)
        .where(audit_entries.c.object_type == "setting", audit_entries.c.object_id == _ENTRY_OF_SETTINGS)
        .where(audit_entries.c.field == name)
        .order_by(audit_entries.c.id.desc())
        .limit(HISTORY)
    )
    return [
        {"at": iso(row.at), "userId": row.user_id, "old": row.old_value, "new": row.new_value}
        for row in await session.execute(query)
    ]
