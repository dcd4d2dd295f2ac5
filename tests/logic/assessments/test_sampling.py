"""A share that is the same every time and independent of the sample."""

import pytest

from assaydesk.domains.quality.assessments.sampling import blind_bucket, is_blind
from assaydesk.domains.quality.scorecards.matching import in_sample


@pytest.mark.parametrize("percent", [0, 0.07, 10, 50, 100])
def test_given_many_worklogs_the_share_is_near_the_percentage(percent: float) -> None:
    chosen = sum(is_blind(number, 17, percent) for number in range(1, 10_001))
    assert abs(chosen - percent * 100) < 250


def test_given_a_sample_of_ten_percent_a_tenth_of_it_is_blind() -> None:
    sample = [number for number in range(1, 20_001) if in_sample(number, 17, 10)]
    blind = sum(is_blind(number, 17, 10) for number in sample)
    assert 0.05 < blind / len(sample) < 0.15


def test_given_the_same_work_the_bucket_is_known() -> None:
    assert (blind_bucket(551, 17), blind_bucket(552, 17)) == (4531, 2258)
