import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.profiles.inheritance import Values, effective, effective_role, values_from

SIZES = {1: 105, 2: 25, 3: 58, 4: 25}


@pytest.mark.parametrize(
    ("own", "of_teams", "inherit", "expected"),
    [
        (2, [1], True, 2),
        (None, [2, 3], True, 3),
        (None, [2, 3], False, None),
        (None, [], True, None),
        (None, [None, 4, 2], True, 2),
        (None, [99], True, None),
        (None, [99, 4], True, 4),
    ],
)
def test_own_role_else_the_largest_of_the_teams(
    own: int | None, of_teams: list[int | None], inherit: bool, expected: int | None
) -> None:
    assert effective_role(own, of_teams, inherit=inherit, role_sizes=SIZES) == expected


@pytest.mark.parametrize(
    ("inherit", "expected"),
    [
        (False, Values(2, (7,), ("email",), False, (), (1,), ())),
        (True, Values(2, (5, 7, 9), ("chat", "email"), True, (4,), (1,), (3,))),
    ],
)
def test_union_with_the_teams(inherit: bool, expected: Values) -> None:
    own = values_from({"skills": {"tagIds": [7], "channels": ["email"]}, "tagsOnRoute": [1]}, 2)
    teams = [
        values_from({"roleId": 1, "skills": {"tagIds": [9, 7]}, "limitTicketBacklogAccess": True, "tagsOnEdit": [3]}),
        values_from({"skills": {"tagIds": [5], "channels": ["chat"]}, "ticketBacklogRequiredTagIds": [4]}),
    ]
    assert effective(own, teams, inherit=inherit, role_sizes=SIZES) == expected


@pytest.mark.parametrize("stored", [{}, {"skills": None, "tagsOnRoute": None}, {"skills": {"tagIds": None}}])
def test_null_and_missing_mean_not_set(stored: dict[str, object]) -> None:
    assert values_from(stored) == Values()


ids = st.lists(st.integers(1, 20), max_size=5).map(tuple)
values = st.builds(
    Values,
    role_id=st.one_of(st.none(), st.sampled_from([*SIZES, 99])),
    tag_ids=ids,
    channels=st.lists(st.sampled_from(["email", "chat", "phone"]), max_size=3).map(tuple),
    limit_backlog=st.booleans(),
    required_tag_ids=ids,
    tags_on_route=ids,
    tags_on_edit=ids,
)


@given(own=values, teams=st.lists(values, max_size=4))
def test_joining_a_team_takes_nothing_away(own: Values, teams: list[Values]) -> None:
    got = effective(own, teams, inherit=True, role_sizes=SIZES)
    for one in (own, *teams):
        assert set(one.tag_ids) <= set(got.tag_ids)
        assert set(one.channels) <= set(got.channels)
        assert set(one.required_tag_ids) <= set(got.required_tag_ids)
        assert got.limit_backlog >= one.limit_backlog
    assert set(got.tag_ids) == {tag for one in (own, *teams) for tag in one.tag_ids}


@given(own=values, teams=st.lists(values, max_size=4), seed=st.integers())
def test_order_of_teams_does_not_matter(own: Values, teams: list[Values], seed: int) -> None:
    shuffled = list(teams)
    random.Random(seed).shuffle(shuffled)
    assert effective(own, teams, inherit=True, role_sizes=SIZES) == effective(
        own, shuffled, inherit=True, role_sizes=SIZES
    )


@given(own=values, teams=st.lists(values, max_size=4))
def test_without_inheritance_own_values_stand(own: Values, teams: list[Values]) -> None:
    assert effective(own, teams, inherit=False, role_sizes=SIZES) == own
