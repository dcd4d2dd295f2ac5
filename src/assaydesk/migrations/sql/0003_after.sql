-- Contracts were kept inside the row of their customer.
insert into contracts (contract_id, customer_id, data, additional_data, firstname, lastname, email, meter_number, address)
select distinct on (found.contract_id) found.contract_id, found.customer_id, found.data, '{}',
  found.data ->> 'firstname', found.data ->> 'lastname', found.data ->> 'email', found.data ->> 'counterNumber',
  found.data ->> 'deliveryAddress'
from (
  select left(c.one ->> 'id', 50) as contract_id, customers.customer_id, c.one - 'id' - 'customerId' as data
  from customers, jsonb_array_elements(customers.contracts) as c(one)
  where customers.deleted_at is null and jsonb_typeof(c.one) = 'object' and coalesce(c.one ->> 'id', '') <> ''
) as found
order by found.contract_id, found.customer_id;

-- Files are mostly packed already: packing them again costs time and saves nothing.
alter table file_chunks alter column data set storage external;
insert into file_link_keys (id) values (1);

-- Search (ADR 0012): words are kept as they are, so that checking a row unpacks nothing.
alter table ticket_search alter column words set storage external;
alter table ticket_search alter column words set statistics 1000;

create function search_learn(new_words text[]) returns void
language sql
begin atomic
  insert into search_words (word, folded, stem_de, stem_en)
  select word, search_fold(word), coalesce((ts_lexize('search_german', search_fold(word)))[1], word),
         coalesce((ts_lexize('search_english', word))[1], word)
  from (select distinct unnest(new_words) as word) as given
  where length(word) <= 100 and not exists (select 1 from search_words as known where known.word = given.word);
end;

insert into ticket_search (ticket_id, created_at, words)
select tickets.id, tickets.created_at,
       setweight(search_vector(concat_ws(' ', subject, from_name, from_address,
         case when direction <> 'in' then array_to_string(to_addresses, ' ') end, customer_id, contract_id,
         external_ticket_id)), 'A')
       || coalesce(search_vector(left(messages.texts, 400000)), '')
from tickets
left join (
  select ticket_id, string_agg(concat_ws(' ', subject, case when direction = 'in' then from_email_name end,
           case when direction = 'in' then from_email end, left(body_clean, 100000)), ' ' order by created_at, id) as texts
  from conversations where deleted_at is null group by ticket_id
) as messages on messages.ticket_id = tickets.id
where tickets.deleted_at is null;

select search_learn(array(select word from ts_stat('select words from ticket_search')));

-- Routing: the tags of a ticket stand in its row too, so that one look at the row says whom it fits.
create function tickets_carry_tags() returns trigger language plpgsql as $$
begin
  update tickets set carried_tag_ids = found.ids
  from (
    select c.ticket_id,
           coalesce((select array_agg(t.tag_id order by t.tag_id) from ticket_tags t where t.ticket_id = c.ticket_id), '{}') as ids
    from (select distinct ticket_id from changed_rows) as c
  ) as found
  where tickets.id = found.ticket_id and tickets.carried_tag_ids <> found.ids;
  return null;
end
$$;
create trigger ticket_tags_added after insert on ticket_tags
  referencing new table as changed_rows for each statement execute function tickets_carry_tags();
create trigger ticket_tags_removed after delete on ticket_tags
  referencing old table as changed_rows for each statement execute function tickets_carry_tags();
create trigger ticket_tags_exchanged after update on ticket_tags
  referencing new table as changed_rows for each statement execute function tickets_carry_tags();
update tickets set carried_tag_ids = found.ids
from (select ticket_id, array_agg(tag_id order by tag_id) as ids from ticket_tags group by ticket_id) as found
where tickets.id = found.ticket_id;
-- Pending tickets wait until their due date; one that came back without being worked on cannot be told any more.
update tickets set due_by_defers = true where status = 'pending';
