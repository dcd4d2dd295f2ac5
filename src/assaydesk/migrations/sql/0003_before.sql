-- Words for searching: case, accents and umlauts make no difference (ü = ue = u, ß = ss).
-- unaccent() is only stable, because its dictionary could be changed; ours is not.
create function search_key(text) returns text language sql immutable strict parallel safe as $$
  select replace(replace(replace(lower(public.unaccent('public.unaccent'::regdictionary, $1)), 'ae', 'a'), 'oe', 'o'), 'ue', 'u')
$$;
create function search_key(text, text, text, text) returns text language sql immutable parallel safe as $$
  select nullif(public.search_key(
    trim(regexp_replace(coalesce($1, '') || ' ' || coalesce($2, '') || ' ' || coalesce($3, '') || ' ' || coalesce($4, ''), '\s+', ' ', 'g'))
  ), '')
$$;
-- The digits of a phone number without the ways of writing its country; null when there are too few to tell people apart.
create function phone_key(text) returns text language sql immutable strict parallel safe as $$
  select case when length(k) >= 6 then k end from (
    select regexp_replace(regexp_replace($1, '[^0-9+]', '', 'g'),
      '^(?:(?:\+|00)(?:49|43|41|44|1)0?|(?:49|43|41)(?=\d{8,})|\+|0+)', '') as k
  ) as found
$$;
-- What two spellings of one address have in common: its numbers, else its words.
create function address_block(text) returns text language sql immutable strict parallel safe as $$
  select coalesce(
    (select string_agg(n[1], ' ' order by n[1]) from regexp_matches($1, '\d+', 'g') as n), nullif(public.search_key($1), '')
  )
$$;

-- Words of the search (ADR 0012).
create text search dictionary search_german (template = snowball, language = german);
create text search dictionary search_english (template = snowball, language = english);

-- A text as its bare words: lower case, no accents, nothing but letters, digits and single blanks.
create function search_text(value text) returns text
language sql immutable strict parallel safe
return regexp_replace(lower(unaccent('unaccent'::regdictionary, normalize(value, NFKC))), '[^[:alnum:]]+', ' ', 'g');

-- One spelling of a word: ae, oe and ue are what umlauts are without their dots. Not in "neue", "bauen", "Quelle".
create function search_fold(word text) returns text
language sql immutable strict parallel safe
return regexp_replace(regexp_replace(word, '(?<![aeoq])ue', 'u', 'g'), '([ao])e', '\1', 'g');

create function search_vector(value text) returns tsvector
language sql immutable strict parallel safe
return to_tsvector('pg_catalog.simple'::regconfig, search_text(value));
