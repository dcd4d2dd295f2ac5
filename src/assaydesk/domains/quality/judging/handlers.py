"""What judging adds to lower domains."""

from assaydesk.domains.quality.judging.rules.decide import RULE_VALIDATORS
from assaydesk.domains.quality.scorecards import events as scorecards


def register() -> None:
    """Make the rule types known, so that scorecards can check what authors write."""
    scorecards.RULE_VALIDATORS.update(RULE_VALIDATORS)
