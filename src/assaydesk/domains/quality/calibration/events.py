"""What calibration sessions tell others."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CalibrationAiWanted:
    """Pieces of work of a session wait for the judge."""

    calibration_id: int
