"""Refusals of the golden-set endpoints (quality.md 18 and 19)."""

from assaydesk.platform.errors import Conflict, NotFound, Unprocessable


class GoldenSetNotFound(NotFound):
    def __init__(self, set_id: int) -> None:
        super().__init__(f"Golden set {set_id} does not exist.", goldenSetId=set_id)


class ItemNotFound(NotFound):
    def __init__(self, item_id: int) -> None:
        super().__init__(f"Item {item_id} is not part of this golden set.", itemId=item_id)


class RunNotFound(NotFound):
    def __init__(self, run_id: int) -> None:
        super().__init__(f"Run {run_id} is not one of this golden set.", runId=run_id)


class ItemExists(Conflict):
    """409: the piece of work is in the set already; `details.itemId`."""

    def __init__(self, item_id: int) -> None:
        super().__init__("This piece of work is in the golden set already.", itemId=item_id)


class GoldenSetEmpty(Conflict):
    default_message = "The golden set has nothing that could be judged."


class ScorecardNotActive(Conflict):
    default_message = "The scorecard has no active revision. Name the revision to run."


class ScorecardFamilyMismatch(Unprocessable):
    default_message = "The scorecard is no revision of the one that this golden set is for."
