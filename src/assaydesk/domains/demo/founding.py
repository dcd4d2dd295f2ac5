"""The company itself in the database: teams, people, tags, sub-channels, customers, scorecards, settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select, update

from assaydesk.domains.customers.service import store_customers
from assaydesk.domains.demo.plan import CompanyPlan
from assaydesk.domains.demo.types import Customer, Person
from assaydesk.domains.profiles.models import Profile, StatusChange
from assaydesk.domains.profiles.service import (
    ADMIN_ROLE,
    AGENT_ROLE,
    QUALITY_MANAGER_ROLE,
    READ_ONLY_ROLE,
    SUPERVISOR_ROLE,
    create_ai_agent_profile,
    create_profile,
)
from assaydesk.domains.profiles.types import NewProfile
from assaydesk.domains.quality.scorecards.models import Scorecard, ScorecardFamily
from assaydesk.domains.quality.scorecards.service import create_scorecard
from assaydesk.domains.settings.models import Setting, Subchannel
from assaydesk.domains.tags.service import create_tag
from assaydesk.domains.teams.models import Team
from assaydesk.domains.teams.schemas import TeamCreate, TeamUpdate
from assaydesk.domains.teams.service import create_team, update_team
from assaydesk.platform.db.session import WriteSession
from assaydesk.platform.security import shipped_roles as shipped
from assaydesk.platform.security.actor import SYSTEM, Actor, ActorKind

ROLES: Final = {
    "Admin": (ADMIN_ROLE, shipped.ADMIN),
    "Agent": (AGENT_ROLE, shipped.AGENT),
    "Supervisor": (SUPERVISOR_ROLE, shipped.SUPERVISOR),
    "QualityManager": (QUALITY_MANAGER_ROLE, shipped.QUALITY_MANAGER),
    "ReadOnly": (READ_ONLY_ROLE, shipped.READ_ONLY),
}
_FOUNDED_BEFORE: Final = timedelta(days=7)
"""How long before its first ticket the company has been there."""


@dataclass(frozen=True, slots=True)
class Company:
    """Ids in the database, by the keys of the content. `scorecards`: base ids. `subchannels`: in their order."""

    people: Mapping[str, int]
    ai_agents: Mapping[str, int]
    teams: Mapping[str, int]
    scorecards: Mapping[str, int]
    subchannels: Sequence[int]

    def profile_id(self, key: str) -> int:
        """Of a person or an AI agent."""
        return self.people[key] if key in self.people else self.ai_agents[key]

    def actor(self, person: Person) -> Actor:
        """The person as a caller."""
        _role, held = ROLES[person.role]
        teams = frozenset(self.teams[key] for key in person.teams)
        return Actor(self.people[person.key], ActorKind.PERSON, frozenset(held), teams, person.language, person.name)


async def found_company(session: WriteSession, plan: CompanyPlan, hashes: Mapping[str, str]) -> Company:
    """Make everything but tickets and reviews. `hashes`: stored forms of the passwords by e-mail address."""
    content = plan.content
    session.add_all(Setting(name=name, value=value, modified_at=plan.begin) for name, value in content.settings.items())
    subchannels = await _subchannels(session, plan)
    tags = await _tags(session, plan)
    teams = {
        team.key: await create_team(
            session, SYSTEM, TeamCreate(name=team.name, description=team.description, color=team.color)
        )
        for team in content.teams
    }
    people = {
        person.key: await create_profile(
            session, SYSTEM, _profile(person, tuple(teams[key].id for key in person.teams), hashes[person.email])
        )
        for person in content.people
    }
    for team in content.teams:
        leaders = [people[key].id for key in team.leaders]
        await update_team(session, SYSTEM, teams[team.key], TeamUpdate(leader_ids=leaders))
    agents = {
        agent.key: await create_ai_agent_profile(session, name=agent.name, external_id=agent.external_id)
        for agent in content.ai_agents
    }
    await store_customers(session, [_customer(one) for one in plan.customers])
    company = Company(
        people={key: row.id for key, row in people.items()},
        ai_agents={key: row.id for key, row in agents.items()},
        teams={key: row.id for key, row in teams.items()},
        scorecards={},
        subchannels=subchannels,
    )
    author = company.actor(next(person for person in content.people if person.role == "QualityManager"))
    scorecards = {
        card.key: (await create_scorecard(session, author, _with_tag_ids(card.body, tags))).base_id
        for card in content.scorecards
    }
    company = replace(company, scorecards=scorecards)
    await session.flush()  # What is dated back has to be there.
    await _date_back(session, company, plan.begin - _FOUNDED_BEFORE)
    return company


async def _subchannels(session: WriteSession, plan: CompanyPlan) -> list[int]:
    """The first one of each channel is the default, where the instance has none yet."""
    taken = set(await session.scalars(select(Subchannel.channel).where(Subchannel.is_default)))
    rows = []
    for channel in plan.content.subchannels:
        data = {"address": channel.address} if channel.address else {}
        default = channel.channel not in taken
        taken.add(channel.channel)
        rows.append(Subchannel(channel=channel.channel, name=channel.name, is_default=default, data=data))
    session.add_all(rows)
    await session.flush()  # Their ids are needed.
    return [row.id for row in rows]


async def _tags(session: WriteSession, plan: CompanyPlan) -> dict[str, int]:
    """Ids by name; names are unique in the whole tree."""
    ids: dict[str, int] = {}
    for tag in plan.content.tags:
        values = {
            "name": tag.name,
            "reference": "ticket",
            "type": tag.type,
            "color": tag.color,
            "parent": ids[tag.parent] if tag.parent else None,
            "sla": tag.sla_hours,
        }
        ids[tag.name] = (await create_tag(session, SYSTEM, values)).id
    return ids


def _profile(person: Person, team_ids: tuple[int, ...], password_hash: str) -> NewProfile:
    return NewProfile(
        first_name=person.first_name,
        last_name=person.last_name,
        email=person.email,
        role_id=ROLES[person.role][0],
        team_ids=team_ids,
        password_hash=password_hash,
        lang=person.language,
    )


def _customer(customer: Customer) -> dict[str, Any]:
    """The copy of the master data, with one contract."""
    address = f"{customer.street}, 04999 {customer.city}"
    preview = {"label": "Tarif", "value": "Linde Basis", "tooltip": "29.90 ct/kWh", "url": None}
    contract = {
        "id": customer.contract_id,
        "customerId": customer.customer_id,
        "status": "active",
        "statusCodeTitle": "active",
        "energy": "electricity",
        "firstname": customer.first_name,
        "lastname": customer.last_name,
        "email": customer.email,
        "phone": customer.phone,
        "deliveryAddress": address,
        "billingAddress": address,
        "counterNumber": customer.meter,
        "productName": "Linde Basis",
        "productCode": "LB-1",
        "business": customer.company is not None,
        "company": customer.company,
        "birthday": date(*customer.birth).isoformat(),
        "agentPreview": [preview],
        "tabPreview": {"color": "green", "icon": "electricity"},
    }
    return {
        "customer_id": customer.customer_id,
        "business": customer.company is not None,
        "company": customer.company,
        "firstname": customer.first_name,
        "lastname": customer.last_name,
        "address": address,
        "phone": customer.phone,
        "email": customer.email,
        "contracts": [contract],
    }


def _with_tag_ids(body: Mapping[str, Any], tags: Mapping[str, int]) -> dict[str, Any]:
    assignment = dict(body["assignment"])
    assignment["ticketTags"] = [tags[name] for name in assignment.get("ticketTags", ())]
    return {**body, "assignment": assignment}


async def _date_back(session: WriteSession, company: Company, begin: datetime) -> None:
    """The company is older than its tickets: work is assessed from a scorecard's first activation on."""
    profiles = [*company.people.values(), *company.ai_agents.values()]
    families = list(company.scorecards.values())
    await session.execute(update(Profile).where(Profile.id.in_(profiles)).values(created_at=begin))
    await session.execute(update(Team).where(Team.id.in_(company.teams.values())).values(created_at=begin))
    await session.execute(
        update(ScorecardFamily).where(ScorecardFamily.base_id.in_(families)).values(activated_at=begin)
    )
    await session.execute(
        update(Scorecard).where(Scorecard.base_id.in_(families)).values(created_at=begin, modified_at=begin)
    )
    await session.execute(update(StatusChange).where(StatusChange.profile_id.in_(profiles)).values(at=begin))
