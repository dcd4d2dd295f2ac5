"""Tags in their wire form."""

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from assaydesk.domains.tags.models import Tag
from assaydesk.kit.clock import zoneless

COMPACT = ("id", "name", "fullName", "parent", "color", "type")


def tag_json(tag: Tag, names: Mapping[int, str], zone: ZoneInfo) -> dict[str, Any]:
    """One tag; `names` holds the names of parents."""
    parent = names.get(tag.parent_id) if tag.parent_id is not None else None
    return {
        "id": tag.id,
        "name": tag.name,
        "fullName": tag.name if parent is None else f"{parent}: {tag.name}",
        "parent": tag.parent_id,
        "reference": tag.reference,
        "type": tag.type,
        "visibility": tag.visibility,
        "color": tag.color,
        "properties": tag.properties,
        "complexity": tag.complexity,
        "sla": tag.sla_hours,
        "priority": tag.priority,
        "channels": tag.channels,
        "subchannels": tag.subchannels,
        "detectionDetails": tag.detection_details,
        "assignment": tag.assignment,
        "testCase": tag.test_case,
        "tagRouting": tag.tag_routing,
        "modifiedBy": tag.modified_by_name,
        "modifiedAt": zoneless(tag.modified_at, zone),
    }


def tags_json(tags: Iterable[Tag], names: Mapping[int, str], zone: ZoneInfo) -> list[dict[str, Any]]:
    return [tag_json(tag, names, zone) for tag in tags]
