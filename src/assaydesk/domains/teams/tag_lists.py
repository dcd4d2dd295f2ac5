"""The tags that the settings of a person or team name. Both keep them under the same keys."""

from collections.abc import Collection, Mapping
from typing import Any, Final

TAG_LISTS: Final = (
    "ticketBacklogRequiredTagIds", "ticketBacklogExcludedTagIds", "tagsOnRoute", "tagsOnEdit"
)  # fmt: skip


def named_tags(settings: Mapping[str, Any]) -> dict[str, list[int]]:
    """Path below `settings` -> tags named there."""
    lists = {name: list(settings.get(name) or ()) for name in TAG_LISTS}
    return lists | {"skills.tagIds": list((settings.get("skills") or {}).get("tagIds") or ())}


def uses_of(rows: Mapping[int, Mapping[str, Any]], tag_ids: Collection[int]) -> dict[int, list[int]]:
    """By tag: the rows whose settings name it. `rows`: settings by id."""
    named = {
        number: {tag for tags in named_tags(settings).values() for tag in tags} for number, settings in rows.items()
    }
    return {tag: sorted(number for number, tags in named.items() if tag in tags) for tag in tag_ids}


def with_other_tag(settings: Mapping[str, Any], old: int, new: int) -> dict[str, Any]:
    """The settings with another tag in its place, each named once."""

    def swapped(tags: Collection[int]) -> list[int]:
        return list(dict.fromkeys(new if tag == old else tag for tag in tags))

    changed = dict(settings)
    for name in TAG_LISTS:
        if changed.get(name):
            changed[name] = swapped(changed[name])
    skills = changed.get("skills") or {}
    if skills.get("tagIds"):
        changed["skills"] = {**skills, "tagIds": swapped(skills["tagIds"])}
    return changed
