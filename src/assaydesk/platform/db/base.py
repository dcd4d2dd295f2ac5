"""The declarative base and the constraint names of the schema."""

from sqlalchemy import BigInteger, DateTime, MetaData, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Base(DeclarativeBase):
    """Base of all tables."""

    metadata = metadata


Timestamp = DateTime(timezone=True)
BigInt = BigInteger()
BigInts = ARRAY(BigInteger)
Texts = ARRAY(Text)
Json = JSONB(none_as_null=True)
PointsColumn = Numeric(9, 2)
