"""GET /contract/search (ticket.md 8.1)."""

from random import Random
from typing import Any

import pytest

from assaydesk.domains.customers.schemas import ContractFound
from assaydesk.platform.db.session import WriteSession
from tests.factories.customers import make_contract

TOM = {
    "id": "V-100", "customerId": "C-1", "firstname": "Tom", "lastname": "Müller", "email": "Tom@post.example",
    "deliveryAddress": "Lindenallee 7, 04999 Grünfeld", "counterNumber": "1LND1234567", "birthday": "12.03.1980",
}  # fmt: skip


async def search(client: Any, **given: str) -> list[tuple[Any, int]]:
    answer = await client.get("/contract/search", params=given)
    assert answer.status_code == 200, answer.text
    for row in answer.json():
        ContractFound.model_validate(row)
    return [(row["id"], row["similarity"]) for row in answer.json()]


@pytest.fixture
async def client(as_actor: Any, session: WriteSession) -> Any:
    await make_contract(session, **TOM)
    await make_contract(session, id="V-200", customerId="C-2", firstname="Ann", lastname="Miller", company="Ast GmbH")
    await session.commit()
    return await as_actor(permissions=["readCustomers"])


@pytest.mark.parametrize(
    ("given", "similarity"),
    [
        ({"contractId": "v-100"}, 100), ({"customerId": "C-1"}, 100), ({"firstname": "tom"}, 100),
        ({"fullname": "tom mueller"}, 100), ({"birthday": "1980-03-12"}, 100), ({"birthday": "12.3.1980"}, 100),
        ({"email": "TOM@post.example"}, 100), ({"meterNumber": "1lnd1234567"}, 100), ({"postalCode": "04999"}, 100),
        ({"city": "Gruenfeld"}, 100), ({"address": "Lindenallee 7, 04999 Grünfeld"}, 100),
        ({"contractId": "V-100", "firstname": "Zoe"}, 50),
        ({"contractId": "V-100", "postalCode": "1", "city": "x"}, 33),
    ],
)  # fmt: skip
async def test_given_attributes_the_share_that_matches_counts(client: Any, given: Any, similarity: int) -> None:
    assert (await search(client, **given))[0] == ("V-100", similarity)


async def test_given_a_near_name_the_nearer_one_comes_first(client: Any) -> None:
    found = await search(client, lastname="Mueler")
    assert found[0][0] == "V-100"
    assert 0 < found[0][1] < 100
    assert await search(client, lastname="Xaver") == []
    assert await search(client, company="ast gmbh") == [("V-200", 100)]


async def test_given_random_attributes_the_share_lies_between_1_and_100_and_the_own_values_give_100(
    as_actor: Any, session: WriteSession
) -> None:
    random = Random(7)
    letters = "abcdefgäöüß '-%_"
    rows = []
    for number in range(20):
        names = {name: "".join(random.choice(letters) for _ in range(random.randrange(1, 12))) + str(number)
                 for name in ("firstname", "lastname", "company")}  # fmt: skip
        rows.append(await make_contract(session, id=f"R-{number}", **names))
    await session.commit()
    client = await as_actor(permissions=["readCustomers"])
    for row in rows:
        given = {"contractId": row.contract_id, "firstname": row.firstname, "lastname": row.lastname}
        found = await search(client, **{name: value for name, value in given.items() if value})
        assert found[0] == (row.contract_id, 100)
        assert all(1 <= similarity <= 100 for _, similarity in found)
        assert [similarity for _, similarity in found] == sorted((one for _, one in found), reverse=True)


async def test_given_raw_data_it_needs_its_own_right(as_actor: Any, session: WriteSession, client: Any) -> None:
    contract = (await client.get("/contract/search?contractId=V-100")).json()[0]["contract"]
    assert contract["rawData"] is None
    assert contract["additionalData"] == {"birthday": "12.03.1980"}
    refused = await client.get("/contract/search?contractId=V-100&includeRawData=true")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")


async def test_given_no_attribute_or_no_right_it_is_refused(client: Any, as_actor: Any, anonymous: Any) -> None:
    assert (await anonymous.get("/contract/search?city=a")).status_code == 401
    assert (await (await as_actor(permissions=["readTicket"])).get("/contract/search?city=a")).status_code == 403
    for query in ("", "?firstname=", "?birthday=soon", f"?contractId={'x' * 51}"):
        assert (await client.get(f"/contract/search{query}")).status_code == 422
