"""Instance settings: typed, with defaults, changed by administrators (conventions.md 13)."""

from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from assaydesk.domains.settings.models import Setting
from assaydesk.platform.db.session import ReadSession
from assaydesk.platform.schema import camel

_WEEK = tuple({"weekday": day, "from": "09:00", "to": "17:00"} for day in range(1, 6))


@dataclass(frozen=True)
class InstanceSettings:
    """Every setting that this version reads, with its default."""

    instance_name: str = "Assaydesk"
    default_language: str = "en"
    timezone: str = "UTC"
    allowed_origins: tuple[str, ...] = ()
    soft_delete_retention_days: int = 365
    quality_percentage_base: str = "used"
    quality_assessment_delay_minutes: int = 0
    quality_assessment_batch_size: int = 50
    quality_assessment_max_age_days: int = 14
    quality_judge: str = "auto"
    quality_judge_model: str | None = None
    quality_judge_prompt_version: str | None = None
    quality_judge_prompt_scope: str = "scorecard"
    quality_redact_personal_data: bool = True
    quality_judge_concurrency: int = 4
    quality_abstain_threshold: float = 0.6
    quality_knock_out_confidence: float = 0.8
    quality_judge_second_opinion: bool = True
    quality_refresh_timeout_seconds: float = 25
    quality_agent_sees_from: str = "reviewedBySupervisor"
    quality_require_human_decision: bool = False
    quality_allow_self_assessment: bool = False
    quality_blind_review_percent: float = 0
    quality_text_language: str = "en"
    llm_prices: dict[str, Any] = field(default_factory=dict)
    worklog_gap_seconds: int = 60
    worklog_tail_seconds: int = 0
    worklog_reopen_days: int = 14
    working_hours: tuple[dict[str, Any], ...] = _WEEK
    holidays: tuple[str, ...] = ()
    holiday_regions: tuple[dict[str, Any], ...] = ()
    sla_pause_while_pending: bool = True
    first_response_sla_hours: float | None = None
    pending_default_days: int = 7
    reopen_window_days: int = 60
    password_min_length: int = 12

    @cached_property
    def zone(self) -> ZoneInfo:
        """The instance time zone."""
        return ZoneInfo(self.timezone)


DEFAULTS = InstanceSettings()
NAMES = {camel(item.name): item.name for item in fields(InstanceSettings)}


def with_values(values: dict[str, Any]) -> InstanceSettings:
    """The defaults with stored values laid over them; lists become tuples."""
    known: dict[str, Any] = {NAMES[name]: value for name, value in values.items() if name in NAMES}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list)}
    return replace(DEFAULTS, **(known | lists))


async def get_settings(session: ReadSession) -> InstanceSettings:
    """All settings as they are now, in one query."""
    rows = (await session.execute(select(Setting.name, Setting.value))).all()
    return with_values({row.name: row.value for row in rows})
