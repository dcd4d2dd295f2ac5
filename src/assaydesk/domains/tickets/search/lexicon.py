"""From words that were typed to words that stand in tickets: parts, spellings and inflections (ADR 0012)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from sqlalchemy import bindparam, text

from assaydesk.domains.tickets.search.words import Sought, Term, Token, sought
from assaydesk.platform.db.base import Json
from assaydesk.platform.db.session import ReadSession

MOST_WORDS: Final = 5000
"""Words that one part may stand for, the shortest first: those that are nearest to it."""

MANY: Final = 15_000
"""Words that so many tickets may have are worth a look at how many really have them (pages.py)."""

# How many tickets have a frequent word stands in the planner's own statistics, as a share; rare words are not in there.
# A word that stands alone is found as a part of others, from three characters on. Of several that belong together, such
# as an e-mail address, only the ends may be parts. In a phrase every word is whole.
_LOOK_UP: Final = text(f"""
with tokens as materialized (
  select term, is_phrase, lexeme as word, search_fold(lexeme) as folded,
         row_number() over (partition by term order by position) as number,
         count(*) over (partition by term) as tokens
  from jsonb_to_recordset(cast(:terms as jsonb)) as given (term int, is_phrase boolean, text text),
       unnest(search_vector(text)) as vector (lexeme, positions, weights), unnest(positions) as position
), patterns as materialized (
  select *,
    case when is_phrase then null
         when tokens = 1 and length(folded) >= 3 then '%' || folded || '%'
         when tokens > 1 and number = 1 and length(folded) >= 2 then '%' || folded
         when tokens > 1 and number = tokens then folded || '%' end as part,
    case when not is_phrase and tokens = 1 and word <> folded and length(word) >= 3
         then '%' || word || '%' end as part_as_typed,
    case when not is_phrase and tokens = 1 then (ts_lexize('search_english', word))[1] end as stem_en,
    case when not is_phrase and tokens = 1 then (ts_lexize('search_german', folded))[1] end as stem_de
  from tokens
), size as materialized (
  select greatest(reltuples, 0) as tickets from pg_class where oid = 'ticket_search'::regclass
), common as materialized (
  select found.word, found.share from pg_stats,
    unnest(most_common_elems::text::text[], most_common_elem_freqs) as found (word, share)
  where schemaname = current_schema() and tablename = 'ticket_search' and attname = 'words'
    and (select tickets from size) > :many
), looked_up as materialized (
select term, number, array(
  select word from (
    select word from search_words as known where known.folded = patterns.folded
    union select word from search_words as known where known.folded like patterns.part
    union select word from search_words as known where known.folded like patterns.part_as_typed
    union select word from search_words as known where known.stem_en = patterns.stem_en
    union select word from search_words as known
      where known.stem_de like case when length(patterns.stem_de) >= 5 then '%' else '' end || patterns.stem_de
  ) as found
  order by length(word), word limit {MOST_WORDS}
) as words
from patterns
)
select looked_up.*, (select tickets from size) as tickets, coalesce(frequent.words, '{{}}') as common, frequent.shares
from looked_up cross join lateral (
  select array_agg(word order by share desc) as words, array_agg(share order by share desc) as shares
  from unnest(looked_up.words) as one (word) join common using (word)
) as frequent
order by term, number
""").bindparams(bindparam("terms", type_=Json))  # noqa: S608  # fmt: skip


async def look_up(session: ReadSession, terms: Sequence[Term]) -> Sought | None:
    """The terms as a query of the search table, one statement. None: nothing can match; empty: everything does."""
    given = [{"term": number, "is_phrase": term.is_phrase, "text": term.text} for number, term in enumerate(terms)]
    tokens: dict[int, list[Token]] = defaultdict(list)
    tickets = 0.0
    for row in await session.execute(_LOOK_UP, {"terms": given, "many": MANY}):
        tickets = row.tickets
        # Frequent words first: a row that is looked at mostly has one of them, and the others need not be tried.
        rest = [word for word in row.words if word not in set(row.common)] if row.common else row.words
        share = min(1.0, sum(row.shares)) if row.common else 0.0
        tokens[row.term].append(Token(row.term, (*row.common, *rest), tuple(row.common), share))
    return sought(terms, tokens, least=MANY / tickets if tickets > MANY else None)
