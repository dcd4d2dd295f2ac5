"""The reports on quality (quality.md 16, 17)."""

from assaydesk.domains.quality.reports import agreement_endpoints, reviewers_endpoints, scores_endpoints
from assaydesk.platform.http.routing import Router

router = Router("quality")
router.include_router(scores_endpoints.router)
router.include_router(agreement_endpoints.router)
router.include_router(reviewers_endpoints.router)
