"""What a tag says about when it applies, checked (tags.md 1, 2). Unknown keys are kept as they are."""

from collections.abc import Mapping
from typing import Any, Final

from assaydesk.kit.conditions import check_condition
from assaydesk.platform.errors import FieldError

MOST_EXAMPLES: Final = 50
LONGEST_EXAMPLE: Final = 2000


def check_details(details: Mapping[str, Any]) -> list[FieldError]:
    """Every fault of `detectionDetails`."""
    faults = []
    threshold = details.get("threshold")
    if threshold is not None:
        is_number = isinstance(threshold, int | float) and not isinstance(threshold, bool)
        if not is_number or not 0 <= threshold <= 1:
            faults.append(FieldError("detectionDetails.threshold", "out_of_range", "Send a number from 0 to 1."))
    if details.get("combine") not in (None, "or", "and"):
        faults.append(FieldError("detectionDetails.combine", "not_allowed", "Send or, or and."))
    for name in ("examples", "negativeExamples"):
        faults += _check_texts(f"detectionDetails.{name}", details.get(name))
    faults += _check_ids("detectionDetails.exampleTicketIds", details.get("exampleTicketIds"))
    condition = details.get("conditions")
    if condition:
        faults += [
            FieldError(f"detectionDetails.conditions.{one.path}".rstrip("."), "bad_format", one.message)
            for one in check_condition(condition)
        ]
    return faults


def check_test_case(case: Mapping[str, Any]) -> list[FieldError]:
    """Every fault of `testCase`."""
    return [
        fault for name in ("ticketIds", "negativeTicketIds") for fault in _check_ids(f"testCase.{name}", case.get(name))
    ]


def _check_texts(path: str, value: object) -> list[FieldError]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return [FieldError(path, "wrong_type", "Send a list of texts.")]
    if len(value) > MOST_EXAMPLES or any(len(one) > LONGEST_EXAMPLE for one in value):
        message = f"At most {MOST_EXAMPLES} texts of {LONGEST_EXAMPLE} characters."
        return [FieldError(path, "too_long", message)]
    return []


def _check_ids(path: str, value: object) -> list[FieldError]:
    if value is None:
        return []
    good = isinstance(value, list) and all(
        isinstance(one, int) and not isinstance(one, bool) and 0 < one < 2**63 for one in value
    )
    if not good:
        return [FieldError(path, "wrong_type", "Send a list of ticket ids.")]
    return []
