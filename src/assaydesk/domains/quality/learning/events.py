"""What happens to what was learned."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LearningWanted:
    """A family is to be learned soon: a person asked for it, or enough was corrected."""

    base_id: int
