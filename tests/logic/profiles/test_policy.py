import pytest
from hypothesis import given
from hypothesis import strategies as st

from assaydesk.domains.profiles.policy import GUARDED, SKILLS, Attempt, Refusal, judge

UPDATE, SKILL, OPERATOR = "updateSpecificProfile", "updateUserProfileSkills", "enneoAdmin"
AGENT = frozenset({"readTicket"})
ADMIN = frozenset({"readTicket", "manageRoles"})
SUPERVISOR = frozenset({UPDATE, SKILL, "readTicket"})


def attempt(
    *changed: str, own: bool = False, operator: bool = False, before: frozenset[str] = AGENT,
    after: frozenset[str] | None = None,
) -> Attempt:  # fmt: skip
    return Attempt(own, operator, frozenset(changed), before, before if after is None else after)


@pytest.mark.parametrize(
    ("held", "tried", "expected"),
    [
        (SUPERVISOR, attempt("firstName"), None),
        (SUPERVISOR, attempt("firstName", before=ADMIN), None),
        (SUPERVISOR, attempt("email", before=ADMIN), Refusal.EXCEEDS_OWN_RIGHTS),
        (SUPERVISOR, attempt("password", before=ADMIN), Refusal.EXCEEDS_OWN_RIGHTS),
        (SUPERVISOR, attempt("state", before=ADMIN), Refusal.EXCEEDS_OWN_RIGHTS),
        (SUPERVISOR, attempt("isSsoOnly", before=ADMIN), Refusal.EXCEEDS_OWN_RIGHTS),
        (SUPERVISOR, attempt("settings.roleId", before=AGENT, after=ADMIN), Refusal.EXCEEDS_OWN_RIGHTS),
        (SUPERVISOR, attempt("settings.roleId", before=ADMIN, after=AGENT), Refusal.EXCEEDS_OWN_RIGHTS),
        (SUPERVISOR, attempt("settings.roleId", before=AGENT, after=SUPERVISOR), None),
        (SUPERVISOR, attempt("settings.teamIds", before=AGENT, after=ADMIN), Refusal.EXCEEDS_OWN_RIGHTS),
        (SUPERVISOR, attempt("settings.inheritTeamSettings", after=ADMIN), Refusal.EXCEEDS_OWN_RIGHTS),
        (SUPERVISOR, attempt("password"), None),
        (SUPERVISOR | ADMIN, attempt("password", before=ADMIN), None),
        (SUPERVISOR, attempt("firstName", own=True), None),
        (SUPERVISOR, attempt("email", own=True, before=SUPERVISOR), None),
        (SUPERVISOR, attempt("settings.roleId", own=True), Refusal.OWN_ACCOUNT),
        (SUPERVISOR, attempt("state", own=True), Refusal.OWN_ACCOUNT),
        (SUPERVISOR, attempt("password", own=True), Refusal.OWN_ACCOUNT),
        (SUPERVISOR, attempt("settings.teamIds", own=True, after=ADMIN), Refusal.OWN_ACCOUNT),
        ({SKILL}, attempt("settings.skills.tagIds", "settings.skills.channels"), None),
        ({SKILL}, attempt("settings.skills.tagIds", before=ADMIN), None),
        ({SKILL}, attempt("settings.skills.tagIds", "firstName"), Refusal.NEEDS_UPDATE),
        (SUPERVISOR, attempt("firstName", operator=True), Refusal.NEEDS_OPERATOR),
        (SUPERVISOR | {OPERATOR}, attempt("firstName", operator=True), None),
        (SUPERVISOR, attempt(operator=True), None),
    ],
)
def test_who_may_change_what(held: set[str], tried: Attempt, expected: Refusal | None) -> None:
    assert judge(held, tried) is expected


names = st.sampled_from(["readTicket", "manageRoles", "createProfile", UPDATE, SKILL])
rights = st.frozensets(names)


@given(held=rights, before=rights, after=rights, changed=st.frozensets(st.sampled_from([*GUARDED, *SKILLS, "phone"])))
def test_nobody_reaches_rights_they_do_not_hold(
    held: frozenset[str], before: frozenset[str], after: frozenset[str], changed: frozenset[str]
) -> None:
    allowed = judge(held, Attempt(False, False, changed, before, after)) is None
    if allowed and (before != after or changed & GUARDED):
        assert before | after <= held
