"""What fairness probes tell others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FairnessProbeQueued:
    probe_id: int
