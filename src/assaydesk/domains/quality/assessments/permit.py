"""Raising what `policy` decides."""

from assaydesk.domains.quality.assessments.errors import SelfAssessment
from assaydesk.domains.quality.assessments.policy import DO, Denial, Subject, assess_denial
from assaydesk.domains.quality.assessments.views import Viewer
from assaydesk.platform.errors import PermissionDenied


def require_assessor(viewer: Viewer, user_id: int, *, team_mate: bool) -> None:
    """Raises `PermissionDenied` or `SelfAssessment` unless the caller may assess this person's work."""
    allow_self = viewer.settings.quality_allow_self_assessment
    denial = assess_denial(viewer.actor, Subject(user_id, team_mate), allow_self=allow_self)
    if denial is Denial.SELF:
        raise SelfAssessment
    if denial is Denial.PERMISSION:
        raise PermissionDenied(*DO)
