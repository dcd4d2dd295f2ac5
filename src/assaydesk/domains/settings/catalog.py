"""Every setting of an instance: its default, the values it takes, and where it stands (settings.md 3).

A setting is one annotated field of `InstanceSettings` and its words in `texts.py`. There is none that nothing reads.
"""

from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache, cached_property
from re import compile as regex
from typing import Annotated, Any, Final, Literal, get_args, get_type_hints
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, WithJsonSchema

from assaydesk.domains.settings import customer_values
from assaydesk.kit.business_hours import HolidayRegion, is_known_region, minute_of_day
from assaydesk.platform.schema import Boolean, Integer, camel, finite


@dataclass(frozen=True, slots=True)
class In:
    """Where a setting stands. `public`: every signed-in person may read it."""

    category: str
    group: str = ""
    public: bool = False


def _zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("must be the IANA name of a time zone, such as Europe/Berlin")
    return value


def _origin(value: str) -> str:
    parts = urlsplit(value.strip().rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query or parts.fragment:
        raise ValueError("must be an origin such as https://desk.example")
    return f"{parts.scheme}://{parts.netloc}".lower()


def _day(value: str) -> str:
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError("must be a day such as 2024-05-01") from None


def _period(value: dict[str, Any]) -> dict[str, Any]:
    if set(value) != {"weekday", "from", "to"} or value["weekday"] not in range(1, 8):
        raise ValueError("must have weekday (1 = Monday to 7), from and to")
    opens, closes = minute_of_day(str(value["from"])), minute_of_day(str(value["to"]))
    if opens >= closes:
        raise ValueError("must end after it begins")
    return value


def _region(value: dict[str, Any]) -> dict[str, Any]:
    if not set(value) <= {"country", "state"} or not isinstance(value.get("country"), str):
        raise ValueError("must have country, and may have state")
    if not is_known_region(HolidayRegion(value["country"], value.get("state"))):
        raise ValueError("is no country or state whose public holidays are known")
    return value


def _price(value: dict[str, Any]) -> dict[str, Any]:
    numbers = [value.get(name) for name in ("inputPerMillion", "outputPerMillion")]
    good = all(isinstance(number, int | float) and not isinstance(number, bool) and number >= 0 for number in numbers)
    if not good or not isinstance(value.get("currency"), str) or len(value["currency"]) != 3 or len(value) != 3:
        raise ValueError("must have inputPerMillion, outputPerMillion and currency")
    return value


def _server(value: dict[str, Any]) -> dict[str, Any]:
    """A mail server; what is not named has its default, and a log-in is optional."""
    known = {"host", "port", "security", "username", "password", "from"}
    filled = {"port": 465, "security": "tls", "username": None, "password": None} | value
    port, texts = filled["port"], [filled.get(name) for name in ("host", "from")]
    if not set(filled) <= known or not all(isinstance(text, str) and text.strip() for text in texts):
        raise ValueError("must have host and from, and may have port, security, username and password")
    if isinstance(port, bool) or not isinstance(port, int) or not 1 <= port <= 65535:
        raise ValueError("must have a port from 1 to 65535")
    if filled["security"] not in ("tls", "starttls", "none"):
        raise ValueError("must have the security tls, starttls or none")
    if not all(filled[name] is None or isinstance(filled[name], str) for name in ("username", "password")):
        raise ValueError("must have texts as username and password")
    if not _MAIL_ADDRESS.fullmatch(str(filled["from"]).strip()):
        raise ValueError("must have an e-mail address as from")
    return filled


def _reporting_role(value: dict[str, Any]) -> dict[str, Any]:
    if not {"name"} <= set(value) <= {"name", "label"}:
        raise ValueError("must have name, and may have label")
    if any(not isinstance(text, str) or not 1 <= len(text) <= 100 for text in value.values()):
        raise ValueError("must have names of 1 to 100 characters")
    return value


def _object(**properties: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "object", "properties": {key: {"type": kind} for key, kind in properties.items()}})


Server = Annotated[
    dict[str, Any], AfterValidator(_server),
    _object(**{"host": "string", "port": "integer", "security": "string", "username": "string", "password": "string",
               "from": "string"}),
]  # fmt: skip
Number = Annotated[float, BeforeValidator(finite)]
Share = Annotated[Number, Field(ge=0, le=1)]
Percent = Annotated[Number, Field(ge=0, le=100)]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,4})?$")]
Period = Annotated[
    dict[str, Any], AfterValidator(_period), _object(**{"weekday": "integer", "from": "string", "to": "string"})
]
Region = Annotated[dict[str, Any], AfterValidator(_region), _object(country="string", state="string")]
Price = Annotated[
    dict[str, Any], AfterValidator(_price),
    _object(inputPerMillion="number", outputPerMillion="number", currency="string"),
]  # fmt: skip

_MAIL_ADDRESS: Final = regex(r"[^\s@<>,;:\"()]{1,64}@[^\s@<>,;:\"()]{1,255}")
Executor = Annotated[
    Annotated[dict[str, Any], BeforeValidator(customer_values.executor)] | None,
    BeforeValidator(customer_values.executor),
]
LegitimationRule = Annotated[dict[str, Any], AfterValidator(customer_values.legitimation_rule), _object(groups="array")]
DeterministicSearch = Annotated[
    dict[str, Any], AfterValidator(customer_values.deterministic_search),
    _object(
        enabled="boolean", contractPatterns="array", customerPatterns="array", senderLookup="boolean",
        bodyAddressLookup="boolean", internalDomains="array",
    ),
]  # fmt: skip
SearchParameter = Annotated[
    dict[str, Any], AfterValidator(customer_values.search_parameter),
    _object(name="string", label="string", description="string"),
]  # fmt: skip

ReportingRole = Annotated[dict[str, Any], AfterValidator(_reporting_role), _object(name="string", label="string")]

_WEEK: Final = tuple({"weekday": day, "from": "09:00", "to": "17:00"} for day in range(1, 6))
_CUSTOMER_SEARCH: Final = In("customer", "customerSearch")
_LOOKUPS: Final = In("customer", "lookups")
_LEGITIMATION: Final = In("customer", "legitimation")
_JUDGE: Final = In("quality", "judge")
_PIPELINE: Final = In("quality", "pipeline")
_PEOPLE: Final = In("quality", "people")
_MAIL_IN: Final = In("email", "mailIn")
_AUTORESPONDER: Final = In("email", "autoresponder")
_ROUTING: Final = In("routing")


@dataclass(frozen=True)
class InstanceSettings:
    """Every setting that this version reads, with its default."""

    instance_name: Annotated[str, In("general", public=True), Field(min_length=1, max_length=100)] = "Assaydesk"
    default_language: Annotated[Language, In("general", public=True)] = "en"
    timezone: Annotated[str, In("general", public=True), AfterValidator(_zone)] = "UTC"
    allowed_origins: Annotated[tuple[Annotated[str, AfterValidator(_origin)], ...], In("general")] = ()
    max_attachment_mb: Annotated[Integer, In("general", public=True), Field(ge=1, le=50)] = 25
    soft_delete_retention_days: Annotated[Integer, In("general"), Field(ge=1, le=36500)] = 365
    event_retention_days: Annotated[Integer, In("privacy"), Field(ge=1, le=36500)] = 90
    quality_percentage_base: Annotated[Literal["used", "total"], In("quality", "scoring")] = "used"
    quality_assessment_delay_minutes: Annotated[Integer, _PIPELINE, Field(ge=0, le=10080)] = 0
    quality_assessment_batch_size: Annotated[Integer, _PIPELINE, Field(ge=1, le=1000)] = 50
    quality_assessment_max_age_days: Annotated[Integer, _PIPELINE, Field(ge=1, le=3650)] = 14
    quality_judge: Annotated[Literal["auto", "model", "builtIn"], _JUDGE] = "auto"
    quality_judge_model: Annotated[Annotated[str, Field(min_length=1, max_length=200)] | None, _JUDGE] = None
    quality_judge_prompt_version: Annotated[Annotated[str, Field(min_length=1, max_length=50)] | None, _JUDGE] = None
    quality_judge_prompt_scope: Annotated[Literal["scorecard", "criterion"], _JUDGE] = "scorecard"
    quality_redact_personal_data: Annotated[Boolean, _JUDGE] = True
    quality_judge_concurrency: Annotated[Integer, _JUDGE, Field(ge=1, le=100)] = 4
    quality_abstain_threshold: Annotated[Share, _JUDGE] = 0.6
    quality_knock_out_confidence: Annotated[Share, _JUDGE] = 0.8
    quality_judge_second_opinion: Annotated[Boolean, _JUDGE] = True
    quality_target_agreement: Annotated[Annotated[Number, Field(ge=0.5, le=0.99)], _JUDGE] = 0.85
    quality_learn_after_corrections: Annotated[Integer, _JUDGE, Field(ge=1, le=1000)] = 20
    quality_refresh_timeout_seconds: Annotated[Number, _JUDGE, Field(gt=0, le=300)] = 25
    quality_live_check_timeout_seconds: Annotated[Number, _JUDGE, Field(gt=0, le=300)] = 30
    quality_agent_sees_from: Annotated[Literal["reviewedBySupervisor", "aiReady", "discussedWithAssessee"], _PEOPLE] = (
        "reviewedBySupervisor"
    )
    quality_require_human_decision: Annotated[Boolean, _PEOPLE] = False
    quality_allow_self_assessment: Annotated[Boolean, _PEOPLE] = False
    quality_blind_review_percent: Annotated[Percent, _PEOPLE] = 0
    quality_review_sample_percent: Annotated[Percent, _PEOPLE] = 5
    quality_review_weekly_target: Annotated[Annotated[Integer, Field(ge=1, le=1000)] | None, _PEOPLE] = None
    quality_appeal_window_days: Annotated[Integer, _PEOPLE, Field(ge=1, le=3650)] = 14
    quality_appeal_max_per_assessment: Annotated[Integer, _PEOPLE, Field(ge=0, le=100)] = 2
    quality_appeal_independent_decider: Annotated[Boolean, _PEOPLE] = True
    quality_second_review_percent: Annotated[Percent, _PEOPLE] = 0
    quality_text_language: Annotated[Language, _JUDGE] = "en"
    quality_golden_gate: Annotated[Literal["off", "warn", "block"], _JUDGE] = "warn"
    quality_golden_min_kappa: Annotated[Annotated[Number, Field(ge=-1, le=1)], _JUDGE] = 0.6
    quality_report_min_n: Annotated[Integer, _PEOPLE, Field(ge=1, le=10_000)] = 20
    offline_ai_enabled: Annotated[Boolean, In("ai")] = True
    llm_prices: Annotated[dict[str, Price], In("ai")] = field(default_factory=dict)
    worklog_gap_seconds: Annotated[Integer, In("worklog"), Field(ge=1, le=3600)] = 60
    worklog_tail_seconds: Annotated[Integer, In("worklog"), Field(ge=0, le=3600)] = 0
    worklog_reopen_days: Annotated[Integer, In("worklog"), Field(ge=0, le=3650)] = 14
    working_hours: Annotated[tuple[Period, ...], In("workingHours")] = _WEEK
    holidays: Annotated[tuple[Annotated[str, AfterValidator(_day)], ...], In("workingHours")] = ()
    holiday_regions: Annotated[tuple[Region, ...], In("workingHours")] = ()
    sla_pause_while_pending: Annotated[Boolean, In("workingHours", "sla")] = True
    first_response_sla_hours: Annotated[Annotated[Number, Field(gt=0, le=10000)] | None, In("workingHours", "sla")] = (
        None
    )
    pending_default_days: Annotated[Integer, In("ticket"), Field(ge=1, le=3650)] = 7
    reopen_window_days: Annotated[Integer, In("ticket"), Field(ge=0, le=3650)] = 60
    autoresponder_enabled: Annotated[Boolean, _AUTORESPONDER] = False
    autoresponder_template_id: Annotated[Annotated[Integer, Field(ge=1)] | None, _AUTORESPONDER] = None
    autoresponder_min_hours: Annotated[Integer, _AUTORESPONDER, Field(ge=0, le=8760)] = 24
    max_mail_mb: Annotated[Integer, _MAIL_IN, Field(ge=1, le=200)] = 60
    max_mail_parts: Annotated[Integer, _MAIL_IN, Field(ge=1, le=10_000)] = 200
    max_mail_depth: Annotated[Integer, _MAIL_IN, Field(ge=1, le=100)] = 20
    mail_flood_limit: Annotated[Integer, _MAIL_IN, Field(ge=0, le=100_000)] = 20
    letter_scan_sender: Annotated[Annotated[str, Field(max_length=320)] | None, In("letter")] = None
    letter_scan_subject: Annotated[str, In("letter"), Field(min_length=1, max_length=200)] = "LETTER"
    smtp_fallback: Annotated[Server | None, In("email")] = None
    customer_search_parameters: Annotated[
        Annotated[tuple[SearchParameter, ...], Field(max_length=50)], _CUSTOMER_SEARCH
    ] = customer_values.DEFAULT_PARAMETERS
    customer_deterministic_search: Annotated[DeterministicSearch, _CUSTOMER_SEARCH] = field(
        default_factory=lambda: dict(customer_values.DEFAULT_SEARCH)
    )
    search_contract_by_fields_executor: Annotated[Executor, _LOOKUPS] = None
    search_contract_by_id_executor: Annotated[Executor, _LOOKUPS] = None
    search_customer_by_id_executor: Annotated[Executor, _LOOKUPS] = None
    search_customer_by_text_executor: Annotated[Executor, _LOOKUPS] = None
    contract_cache_seconds: Annotated[Integer, _LOOKUPS, Field(ge=0, le=2_592_000)] = 900
    sandbox_allowed_private_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(customer_values.private_host)], ...], In("code")
    ] = ()
    customer_legitimation_rule_async_channels: Annotated[LegitimationRule, _LEGITIMATION] = field(
        default_factory=lambda: dict(customer_values.DEFAULT_RULE)
    )
    customer_legitimation_rule_sync_channels: Annotated[LegitimationRule, _LEGITIMATION] = field(
        default_factory=lambda: dict(customer_values.DEFAULT_RULE)
    )
    survey_scale: Annotated[Integer, In("surveys"), Field(ge=2, le=10)] = 5
    survey_answer_edit_days: Annotated[Integer, In("surveys"), Field(ge=0, le=365)] = 7
    survey_request_on_reply: Annotated[Boolean, In("surveys")] = False
    email_template_default_id: Annotated[Annotated[Integer, Field(ge=1)] | None, In("templates")] = None
    auto_close_inactive_days: Annotated[Integer, In("ticket"), Field(ge=0, le=3650)] = 0
    escalate_on_sla_breach: Annotated[Boolean, In("workingHours", "sla")] = True
    routing_mode: Annotated[Integer, _ROUTING, Field(ge=1, le=4)] = 1
    routing_tag_matching: Annotated[Literal["all", "atLeastOne"], _ROUTING] = "all"
    routing_wait_for_ai_seconds: Annotated[Integer, _ROUTING, Field(ge=0, le=86400)] = 120
    routing_last_agent: Annotated[Boolean, _ROUTING] = False
    routing_last_team: Annotated[Boolean, _ROUTING] = False
    routing_last_agent_days: Annotated[Integer, _ROUTING, Field(ge=1, le=3650)] = 30
    backlog_restriction_enabled: Annotated[Boolean, _ROUTING] = True
    reporting_roles: Annotated[tuple[ReportingRole, ...], In("auth", "reporting")] = field(
        default_factory=lambda: ({"name": "Viewer"},)
    )
    default_date_export_format: Annotated[Literal["xlsx", "csv", "json"], In("exports")] = "xlsx"
    export_csv_delimiter: Annotated[Literal[",", ";", "\t", "|"], In("exports")] = ","
    export_sync_rows_xlsx: Annotated[Integer, In("exports"), Field(ge=1, le=100_000)] = 1000
    export_sync_rows_text: Annotated[Integer, In("exports"), Field(ge=1, le=1_000_000)] = 300_000
    reporting_privacy_level: Annotated[Literal["full", "pseudonym", "anonymous"], In("privacy")] = "full"
    password_min_length: Annotated[Integer, In("auth"), Field(ge=12, le=64)] = 12

    @cached_property
    def zone(self) -> ZoneInfo:
        """The instance time zone."""
        return ZoneInfo(self.timezone)


DEFAULTS: Final = InstanceSettings()
NAMES: Final = {camel(item.name): item.name for item in fields(InstanceSettings)}


@dataclass(frozen=True, slots=True)
class Definition:
    """One setting as the settings pages need it. `schema` is JSON Schema, `options` the words of an enum."""

    name: str
    category: str
    group: str
    public: bool
    type: str
    default: Any
    options: tuple[str, ...]
    schema: dict[str, Any] | None
    adapter: TypeAdapter[Any]

    def read(self, value: object) -> Any:
        """The value as it is stored. Raises pydantic's `ValidationError`."""
        return self.adapter.dump_python(self.adapter.validate_python(value), mode="json")


@cache
def definitions() -> dict[str, Definition]:
    """All settings by their wire names."""
    hints = get_type_hints(InstanceSettings, include_extras=True)
    return {wire: _define(wire, name, hints[name]) for wire, name in NAMES.items()}


def _define(wire: str, name: str, annotation: Any) -> Definition:
    place = next(part for part in get_args(annotation) if isinstance(part, In))
    adapter: TypeAdapter[Any] = TypeAdapter(annotation)
    schema = adapter.json_schema()
    plain = next((part for part in schema.get("anyOf", ()) if part.get("type") != "null"), schema)
    kind = "enum" if "enum" in plain else str(plain["type"])
    return Definition(
        name=wire, category=place.category, group=place.group or place.category, public=place.public, type=kind,
        default=adapter.dump_python(getattr(DEFAULTS, name), mode="json"), options=tuple(plain.get("enum", ())),
        schema=schema if kind in {"array", "object"} else None, adapter=adapter,
    )  # fmt: skip
