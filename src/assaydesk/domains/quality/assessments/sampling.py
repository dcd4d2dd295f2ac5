"""Which assessments are reviewed blind: a share chosen by hash, the same on each machine (quality.md 4.5)."""

import hashlib
from decimal import Decimal


def blind_bucket(worklog_id: int, base_id: int) -> int:
    """0 to 9999. Another text than the one for `samplePercent`, or a sample of ten percent would be all blind."""
    digest = hashlib.sha256(f"blind:{worklog_id}:{base_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 10_000


def is_blind(worklog_id: int, base_id: int, percent: float) -> bool:
    """Whether an assessment falls into a share of `percent` (0 to 100)."""
    return blind_bucket(worklog_id, base_id) < Decimal(str(percent)) * 100
