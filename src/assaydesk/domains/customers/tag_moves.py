"""One tag in the place of another at customers."""

from sqlalchemy import case, func, update

from assaydesk.domains.customers.models import Customer
from assaydesk.platform.db.session import WriteSession


async def replace_tag(session: WriteSession, tag_id: int, into: int) -> int:
    """Give every customer with a tag the other one; answers how many there were."""
    other = func.array_remove(Customer.tag_ids, tag_id)
    tag_ids = case((Customer.tag_ids.contains([into]), other), else_=func.array_append(other, into))
    changed = update(Customer).where(Customer.tag_ids.contains([tag_id])).values(tag_ids=tag_ids)
    return len((await session.execute(changed.returning(Customer.id))).all())
