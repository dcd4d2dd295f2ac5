"""Refusals of sampling plans and second reviews."""

from assaydesk.platform.errors import Conflict, NotFound


class SamplingPlanNotFound(NotFound):
    def __init__(self, plan_id: int) -> None:
        super().__init__(f"Sampling plan {plan_id} does not exist.", planId=plan_id)


class SecondReviewNotFound(NotFound):
    def __init__(self, assessment_id: int) -> None:
        message = f"There is no second review of assessment {assessment_id}."
        super().__init__(message, assessmentId=assessment_id)


class AlreadySubmitted(Conflict):
    default_message = "The second review was submitted; it does not change any more."
