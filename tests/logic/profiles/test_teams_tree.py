import pytest

from assaydesk.domains.teams.tree import makes_cycle

PARENTS = {1: None, 2: 1, 3: 2, 4: None, 5: 6, 6: 5}


@pytest.mark.parametrize(
    ("team", "parent", "cycle"),
    [
        (1, 1, True),
        (1, 2, True),
        (1, 3, True),
        (3, 1, False),
        (2, 4, False),
        (4, 3, False),
        (1, 5, False),
        (9, 3, False),
    ],
)
def test_a_team_below_itself(team: int, parent: int, cycle: bool) -> None:
    assert makes_cycle(PARENTS, team, parent) is cycle
