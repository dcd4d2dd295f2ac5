from typing import Any

import httpx
import pytest
from sqlalchemy import select

from assaydesk.domains.settings.catalog import NAMES, definitions
from assaydesk.domains.settings.schemas import CategoryWithSettings, SettingList, SettingWithHistory
from assaydesk.domains.settings.service import get_settings, set_setting
from assaydesk.domains.settings.texts import CATEGORIES, GROUPS, SETTINGS
from assaydesk.platform.audit import audit_entries
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.errors import ValidationFailed
from assaydesk.platform.security.actor import SYSTEM
from tests.conftest import ClientMaker

READ, WRITE = "readClientSettings", "updateClientSettings"
SUNDAY = {"weekday": 7, "from": "00:00", "to": "24:00"}


@pytest.fixture
async def admin(as_actor: ClientMaker) -> httpx.AsyncClient:
    return await as_actor(permissions=[READ, WRITE])


def test_every_setting_has_words_in_both_languages_and_a_place() -> None:
    assert SETTINGS.keys() == NAMES.keys()
    assert all(all(part.strip() for part in words) for words in (*SETTINGS.values(), *GROUPS.values()))
    assert {one.category for one in definitions().values()} == CATEGORIES.keys()
    assert {one.group for one in definitions().values()} == GROUPS.keys()


def test_every_default_is_a_value_of_its_setting() -> None:
    for definition in definitions().values():
        assert definition.read(definition.default) == definition.default, definition.name


async def test_list_shows_every_setting_in_the_documented_shape(admin: httpx.AsyncClient) -> None:
    answer = (await admin.get("/settings")).json()
    SettingList.model_validate(answer)
    assert {setting["name"] for setting in answer["settings"]} == NAMES.keys()
    judge = next(one for one in answer["settings"] if one["name"] == "qualityJudge")
    assert judge == {
        "name": "qualityJudge",
        "category": "quality",
        "type": "enum",
        "value": "auto",
        "default": "auto",
        "isDefault": True,
        "label": "Who judges",
        "description": SETTINGS["qualityJudge"].description,
        "options": [{"value": word, "label": word} for word in ("auto", "model", "builtIn")],
        "schema": None,
        "readOnly": False,
        "requiresRestart": False,
        "modifiedAt": None,
        "modifiedBy": None,
    }


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("timezone", "string"),
        ("worklogGapSeconds", "integer"),
        ("qualityAbstainThreshold", "number"),
        ("firstResponseSlaHours", "number"),
        ("slaPauseWhilePending", "boolean"),
        ("qualityJudgeModel", "string"),
        ("workingHours", "array"),
        ("llmPrices", "object"),
    ],
)
async def test_types_are_named(admin: httpx.AsyncClient, name: str, kind: str) -> None:
    setting = (await admin.get(f"/settings/{name}")).json()
    assert setting["type"] == kind
    assert (setting["schema"] is not None) == (kind in {"array", "object"})


async def test_list_is_narrowed_by_category_and_names(admin: httpx.AsyncClient) -> None:
    found = (await admin.get("/settings?category=WORKLOG")).json()["settings"]
    assert [one["name"] for one in found] == ["worklogGapSeconds", "worklogReopenDays", "worklogTailSeconds"]
    found = (await admin.get("/settings?names[]=timezone&names[]=nothing")).json()["settings"]
    assert [one["name"] for one in found] == ["timezone"]


async def test_labels_follow_the_language_of_the_caller(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=[READ], lang="de")
    assert (await client.get("/settings/timezone")).json()["label"] == "Zeitzone"
    category = (await client.get("/settings/category/quality")).json()
    assert category["category"] == {"name": "quality", "label": "Qualität"}


async def test_put_changes_a_setting_and_keeps_the_history(admin: httpx.AsyncClient, session: WriteSession) -> None:
    first = await admin.put("/settings/timezone", json={"value": "Europe/Berlin"})
    assert first.status_code == 200, first.text
    assert first.json()["setting"].items() >= {"value": "Europe/Berlin", "isDefault": False}.items()
    assert first.json()["setting"]["modifiedBy"] == admin.actor_id  # type: ignore[attr-defined]
    await admin.put("/settings/timezone", json="Europe/Vienna")
    assert (await get_settings(session)).zone.key == "Europe/Vienna"
    restored = await admin.put("/settings/timezone", json={"value": None})
    assert restored.json()["setting"].items() >= {"value": "UTC", "isDefault": True}.items()
    shown = (await admin.get("/settings/timezone?history=true")).json()
    SettingWithHistory.model_validate(shown)
    assert [(one["old"], one["new"]) for one in shown["history"]] == [
        ("Europe/Vienna", "UTC"),
        ("Europe/Berlin", "Europe/Vienna"),
        ("UTC", "Europe/Berlin"),
    ]
    assert "history" not in (await admin.get("/settings/timezone")).json()


async def test_writing_the_present_value_leaves_no_history(admin: httpx.AsyncClient, session: WriteSession) -> None:
    await admin.put("/settings/timezone", json={"value": "UTC"})
    rows = await session.execute(select(audit_entries).where(audit_entries.c.object_type == "setting"))
    assert rows.first() is None


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("worklogGapSeconds", "90", 90),
        ("slaPauseWhilePending", 0, False),
        ("slaPauseWhilePending", "no", False),
        ("qualityAbstainThreshold", "0.75", 0.75),
        ("firstResponseSlaHours", 4, 4),
        ("allowedOrigins", ["https://Desk.example/"], ["https://desk.example"]),
        ("allowedOrigins", ["http://localhost:5173"], ["http://localhost:5173"]),
        ("workingHours", [], []),
        ("workingHours", [SUNDAY], [SUNDAY]),
        ("holidays", ["2024-05-01"], ["2024-05-01"]),
        ("holidayRegions", [{"country": "DE", "state": "BY"}], [{"country": "DE", "state": "BY"}]),
        (
            "llmPrices",
            {"small": {"inputPerMillion": 0.5, "outputPerMillion": 2, "currency": "EUR"}},
            {"small": {"inputPerMillion": 0.5, "outputPerMillion": 2, "currency": "EUR"}},
        ),
    ],
)  # fmt: skip
async def test_good_values_are_stored(admin: httpx.AsyncClient, name: str, value: Any, stored: Any) -> None:
    answer = await admin.put(f"/settings/{name}", json={"value": value})
    assert answer.status_code == 200, answer.text
    assert (await admin.get(f"/settings/{name}")).json()["value"] == stored


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("timezone", "Mars/Olympus", "bad_format"),
        ("timezone", 5, "wrong_type"),
        ("worklogGapSeconds", 0, "out_of_range"),
        ("worklogGapSeconds", True, "wrong_type"),
        ("worklogGapSeconds", 1.5, "wrong_type"),
        ("qualityAbstainThreshold", 1.1, "out_of_range"),
        ("qualityJudge", "oracle", "not_allowed"),
        ("slaPauseWhilePending", "perhaps", "wrong_type"),
        ("allowedOrigins", ["https://desk.example/path"], "bad_format"),
        ("allowedOrigins", "https://desk.example", "wrong_type"),
        ("workingHours", [{"weekday": 8, "from": "09:00", "to": "17:00"}], "bad_format"),
        ("workingHours", [{"weekday": 1, "from": "17:00", "to": "09:00"}], "bad_format"),
        ("workingHours", [{"weekday": 1, "from": "9", "to": "17:00"}], "bad_format"),
        ("holidays", ["2024-02-30"], "bad_format"),
        ("holidayRegions", [{"country": "XX"}], "bad_format"),
        ("llmPrices", {"small": {"inputPerMillion": -1, "outputPerMillion": 2, "currency": "EUR"}}, "bad_format"),
        ("passwordMinLength", 11, "out_of_range"),
        ("instanceName", "", "too_short"),
    ],
)
async def test_bad_values_are_422_with_a_path(admin: httpx.AsyncClient, name: str, value: Any, code: str) -> None:
    answer = await admin.put(f"/settings/{name}", json={"value": value})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "validation_failed"), answer.text
    [fault] = answer.json()["error"]["details"]["fields"]
    assert fault["path"].split(".")[0] == "value"
    assert fault["code"] == code
    assert (await admin.get(f"/settings/{name}")).json()["isDefault"] is True


@pytest.mark.parametrize(("content", "code"), [(b"", "validation_failed"), (b"{", "malformed_json")])
async def test_no_value_is_422(admin: httpx.AsyncClient, content: bytes, code: str) -> None:
    answer = await admin.put("/settings/timezone", content=content)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


@pytest.mark.parametrize(
    "body",
    [
        {"settings": [{"name": "timezone", "value": "Europe/Rome"}, {"name": "worklogGapSeconds", "value": 30}]},
        {"timezone": "Europe/Rome", "worklogGapSeconds": 30},
    ],
)
async def test_several_at_once(admin: httpx.AsyncClient, session: WriteSession, body: Any) -> None:
    answer = await admin.post("/settings", json=body)
    assert answer.json() == {"success": True, "updated": ["timezone", "worklogGapSeconds"]}
    assert "X-Ignored-Fields" not in answer.headers
    settings = await get_settings(session)
    assert (settings.timezone, settings.worklog_gap_seconds) == ("Europe/Rome", 30)


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ({"timezone": "Europe/Rome", "worklogGapSeconds": 0, "colour": 1}, {"worklogGapSeconds", "colour"}),
        ({"settings": [{"name": "timezone", "value": "Europe/Rome"}, {"name": "nothing", "value": 1}]}, {"nothing"}),
        ({"settings": [{"name": "timezone", "value": "UTC"}] * 2}, {"timezone"}),
        ({"settings": [{"value": 1}]}, {"settings.0.name"}),
    ],
)
async def test_one_fault_refuses_all(
    admin: httpx.AsyncClient, session: WriteSession, body: Any, paths: set[str]
) -> None:
    answer = await admin.post("/settings", json=body)
    assert answer.status_code == 422
    assert {fault["path"] for fault in answer.json()["error"]["details"]["fields"]} == paths
    assert (await get_settings(session)).timezone == "UTC"


async def test_compact_shows_the_public_ones_without_the_right(as_actor: ClientMaker) -> None:
    everything = (await (await as_actor(permissions=[READ])).get("/settings/compact")).json()["settings"]
    assert everything.keys() == NAMES.keys()
    public = (await (await as_actor(permissions=[])).get("/settings/compact")).json()
    assert public == {
        "success": True,
        "settings": {"instanceName": "Assaydesk", "defaultLanguage": "en", "timezone": "UTC", "maxAttachmentMb": 25},
    }  # fmt: skip


async def test_categories_and_groups(admin: httpx.AsyncClient) -> None:
    listed = (await admin.get("/settings/category")).json()
    assert {one["name"] for one in listed["categories"]} == CATEGORIES.keys()
    assert sum(one["settingCount"] for one in listed["categories"]) == len(NAMES)
    answer = (await admin.get("/settings/category/QUALITY")).json()
    CategoryWithSettings.model_validate(answer)
    assert [group["name"] for group in answer["groups"]] == ["scoring", "pipeline", "judge", "people"]
    unknown = await admin.get("/settings/category/weather")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "category_not_found")


async def test_search_finds_the_best_first(admin: httpx.AsyncClient) -> None:
    found = (await admin.get("/settings/search", params={"q": "time zone"})).json()["settings"]
    assert "timezone" in {one["name"] for one in found}
    scores = [one["score"] for one in (await admin.get("/settings/search?q=model")).json()["settings"]]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > scores[-1]
    options = (await admin.get("/settings/search", params={"q": "builtIn"})).json()["settings"]
    assert [one["name"] for one in options] == ["qualityJudge"]
    assert (await admin.get("/settings/search?q=nowhere")).json()["settings"] == []
    assert len((await admin.get("/settings/search?q=quality&limit=2")).json()["settings"]) == 2


async def test_public_settings_need_only_a_login(as_actor: ClientMaker) -> None:
    client = await as_actor(permissions=[])
    assert (await client.get("/settings/timezone")).status_code == 200
    denied = await client.get("/settings/worklogGapSeconds")
    assert (denied.status_code, denied.json()["error"]["details"]["permission"]) == (403, READ)
    assert (await client.get("/settings/nothing")).status_code == 404


@pytest.mark.parametrize(
    ("held", "name", "status"),
    [
        ([WRITE], "timezone", 200),
        ([WRITE], "holidays", 200),
        (["manageRouting"], "holidays", 200),
        (["manageRouting"], "timezone", 403),
        (["manageDarkProcessing"], "holidays", 403),
        ([READ], "timezone", 403),
        ([WRITE], "nothing", 404),
        ([], "nothing", 404),
    ],
)
async def test_who_may_write(as_actor: ClientMaker, held: list[str], name: str, status: int) -> None:
    client = await as_actor(permissions=held)
    body = {"value": ["2024-05-01"] if name == "holidays" else "UTC"}
    answer = await client.put(f"/settings/{name}", json=body)
    assert answer.status_code == status, answer.text


@pytest.mark.parametrize(
    ("method", "path", "permission"),
    [
        ("GET", "/settings", READ),
        ("POST", "/settings", WRITE),
        ("GET", "/settings/category", READ),
        ("GET", "/settings/category/quality", READ),
        ("GET", "/settings/search", READ),
    ],
)
async def test_missing_right_is_403_before_the_body(
    as_actor: ClientMaker, anonymous: httpx.AsyncClient, method: str, path: str, permission: str
) -> None:
    denied = await (await as_actor(permissions=["manageRouting"])).request(method, path, content=b"{")
    assert (denied.status_code, denied.json()["error"]["details"]["permission"]) == (403, permission)
    assert (await anonymous.request(method, path)).status_code == 401


async def test_set_setting_takes_both_spellings(session: WriteSession) -> None:
    await set_setting(session, SYSTEM, "quality_judge", "builtIn")
    assert (await get_settings(session)).quality_judge == "builtIn"
    await set_setting(session, SYSTEM, "qualityJudge", None)
    assert (await get_settings(session)).quality_judge == "auto"
    with pytest.raises(ValidationFailed):
        await set_setting(session, SYSTEM, "quality_judge", "oracle")
