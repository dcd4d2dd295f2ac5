"""Assessments: the public face of the domain.

`create` makes them, `process` has them judged, `refresh` judges again, `review` is what people change, `show` what they
see; `verify` and `report` are for the command `assess`.
"""

from assaydesk.domains.quality.assessments.claims import recover_abandoned
from assaydesk.domains.quality.assessments.create import create_by_hand, create_due, create_missing
from assaydesk.domains.quality.assessments.permit import require_assessor
from assaydesk.domains.quality.assessments.process import ProcessReport, process_due
from assaydesk.domains.quality.assessments.queue import any_due, count_waiting, end_waits, mark_grown
from assaydesk.domains.quality.assessments.record import Outcome
from assaydesk.domains.quality.assessments.refresh import refresh_assessment
from assaydesk.domains.quality.assessments.remove import delete_assessment, delete_unprocessed, restore_assessment
from assaydesk.domains.quality.assessments.report import ReportRow, report_rows
from assaydesk.domains.quality.assessments.repository import Seen, editable, mates_among, readable
from assaydesk.domains.quality.assessments.review import (
    acknowledge_assessment,
    change_by_appeal,
    may_reopen,
    note_appeal,
    reopen_assessment,
    update_assessment,
)
from assaydesk.domains.quality.assessments.sampled import assess_drawn, family_to_sample, work_of
from assaydesk.domains.quality.assessments.show import (
    answers_of_assessment,
    assessments_of_worklogs,
    find_assessment,
    list_assessments,
    list_of_ticket,
    list_runs,
    lock_assessment,
    show_full,
    show_single,
    show_summary,
    summaries_of,
    viewer_of,
)
from assaydesk.domains.quality.assessments.verify import EvidenceReport, Fault, verify_evidence
from assaydesk.domains.quality.assessments.views import Viewer

__all__ = [
    "EvidenceReport", "Fault", "Outcome", "ProcessReport", "ReportRow", "Seen", "Viewer", "acknowledge_assessment",
    "answers_of_assessment", "any_due", "assess_drawn", "assessments_of_worklogs", "change_by_appeal", "count_waiting",
    "create_by_hand", "create_due", "create_missing", "delete_assessment", "delete_unprocessed", "editable",
    "end_waits", "family_to_sample", "find_assessment", "list_assessments", "list_of_ticket", "list_runs",
    "lock_assessment", "mark_grown", "mates_among", "may_reopen", "note_appeal", "process_due", "readable",
    "recover_abandoned", "refresh_assessment", "reopen_assessment", "report_rows", "require_assessor",
    "restore_assessment", "show_full", "show_single", "show_summary", "summaries_of", "update_assessment",
    "verify_evidence", "viewer_of", "work_of",
]  # fmt: skip
