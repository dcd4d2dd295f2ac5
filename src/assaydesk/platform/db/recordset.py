"""Many rows in one statement: they travel as one JSON parameter and are read as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import FromClause, String, cast, column, func, literal
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine


def recordset(rows: Sequence[Mapping[str, Any]], types: Mapping[str, TypeEngine[Any]]) -> FromClause:
    """The rows as a table with the columns of `types`, in their order; a missing key is null.

    Statement and plan are the same for any number of rows. Times keep their microseconds.
    """
    text = msgspec.json.encode(rows).decode()
    shaped = func.jsonb_to_recordset(cast(literal(text, String), JSONB)).table_valued(
        *(column(name, type_) for name, type_ in types.items())
    )
    source: FromClause = shaped.render_derived(name="given", with_types=True)
    return source
