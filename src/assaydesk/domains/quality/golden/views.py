"""Golden sets and runs in their wire form."""

from collections.abc import Collection, Sequence
from typing import Any

from assaydesk.domains.quality.golden.models import GoldenItem, GoldenRun, GoldenSet
from assaydesk.kit.clock import iso, iso_or_none
from assaydesk.kit.numbers import plain


def set_json(row: GoldenSet, item_count: int, last_run: GoldenRun | None) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "scorecardBaseId": row.scorecard_base_id,
        "description": row.description,
        "enabled": row.enabled,
        "minKappa": None if row.min_kappa is None else plain(row.min_kappa),
        "createdBy": row.created_by,
        "createdAt": iso(row.created_at),
        "modifiedAt": iso(row.modified_at),
        "version": row.version,
        "itemCount": item_count,
        "lastRun": None
        if last_run is None
        else {
            "id": last_run.id,
            "state": last_run.state,
            "passed": last_run.passed,
            "finishedAt": iso_or_none(last_run.finished_at),
        },
    }


def set_with_items(row: GoldenSet, items: Sequence[GoldenItem], last_run: GoldenRun | None) -> dict[str, Any]:
    counting = sum(item.case is not None for item in items)
    return {**set_json(row, counting, last_run), "items": [item_json(item) for item in items]}


def item_json(item: GoldenItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "worklogId": item.worklog_id,
        "textHash": item.text_hash,
        "erased": item.case is None,
        "labels": [{key: one[key] for key in ("criterionId", "score", "applicable")} for one in item.labels],
        "createdAt": iso(item.created_at),
        "createdBy": item.created_by,
    }


def run_json(run: GoldenRun, items: int) -> dict[str, Any]:
    """A run without its figures. Until the judge has answered, model and prompt are those that were asked for."""
    return {
        "id": run.id,
        "goldenSetId": run.golden_set_id,
        "state": run.state,
        "trigger": run.trigger,
        "scorecardId": run.scorecard_id,
        "provider": run.provider,
        "model": run.model or run.requested_model,
        "promptVersion": run.prompt_version or run.requested_prompt_version,
        "contentHash": run.content_hash,
        "createdBy": run.created_by,
        "createdAt": iso(run.created_at),
        "startedAt": iso_or_none(run.started_at),
        "finishedAt": iso_or_none(run.finished_at),
        "inputTokens": run.input_tokens,
        "outputTokens": run.output_tokens,
        "cost": None if run.cost is None else plain(run.cost),
        "currency": run.currency,
        "minKappa": None if run.min_kappa is None else plain(run.min_kappa),
        "items": items,
        "passed": run.passed,
        "previousRunId": run.previous_run_id,
        "error": run.error,
    }


def run_with_figures(run: GoldenRun, items: int, hidden: Collection[int]) -> dict[str, Any]:
    """`hidden`: items of which the AI's answers are shown to nobody at present."""
    flips = [flip for flip in run.flips or [] if flip["itemId"] not in hidden]
    return {**run_json(run, items), "criteria": run.figures or [], "flips": flips}
