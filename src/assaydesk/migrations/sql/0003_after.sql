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

-- Routing: the tags of a ticket stand in its row too, so that one look at the row says whom it fits. A statement that
-- has written the column itself says so, because writing a thousand rows three times is slow.
create function tickets_carry_tags() returns trigger language plpgsql as $$
begin
  if current_setting('assaydesk.tags_are_carried', true) = 'on' then
    return null;
  end if;
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

-- Live updates (ADR 0021): each statement that changes what somebody may be looking at tells the servers which rows,
-- with its commit. Only ids travel, a hundred at most; more are told as "something".
create function live_tell(topic text, kind text, ids bigint[]) returns void language plpgsql as $$
begin
  if cardinality(ids) > 100 then
    perform pg_notify('assaydesk_live', json_build_object('topic', topic)::text);
  elsif cardinality(ids) > 0 then
    perform pg_notify('assaydesk_live', json_build_object('topic', topic, 'kind', kind, 'ids', ids)::text);
  end if;
end
$$;

create function live_rows() returns trigger language plpgsql as $$
declare
  ids bigint[];
begin
  execute format('select array(select distinct %I from changed_rows limit 101)', tg_argv[2]) into ids;
  perform live_tell(tg_argv[0], tg_argv[1], ids);
  return null;
end
$$;

create function live_ticket_updates() returns trigger language plpgsql as $$
declare
  ids bigint[] := array(select id from changed_rows limit 101);
  closed bigint[];
begin
  if cardinality(ids) > 100 then
    perform live_tell('tickets', 'changed', ids);
  elsif cardinality(ids) > 0 then
    closed := array(
      select n.id from changed_rows n join old_rows o on o.id = n.id where n.status = 'closed' and o.status <> 'closed'
    );
    perform live_tell('tickets', 'closed', closed);
    perform live_tell('tickets', 'changed', array(select unnest(ids) except select unnest(closed)));
  end if;
  return null;
end
$$;

create function live_read_marks() returns trigger language plpgsql as $$
begin
  perform live_tell('notifications', 'read', array(select max(id) from changed_rows group by user_id limit 101));
  return null;
end
$$;

create function live_rights() returns trigger language plpgsql as $$
declare
  found text := to_jsonb(case when tg_op = 'DELETE' then old else new end) ->> tg_argv[0];
begin
  perform pg_notify(
    'assaydesk_live', json_build_object('topic', 'rights', 'kind', 'changed', 'ids', json_build_array(found::bigint))::text
  );
  return null;
end
$$;

create function live_all_rights() returns trigger language plpgsql as $$
begin
  perform pg_notify('assaydesk_live', json_build_object('topic', 'rights')::text);
  return null;
end
$$;

create trigger live_insert after insert on tickets referencing new table as changed_rows
  for each statement execute function live_rows('tickets', 'created', 'id');
create trigger live_update after update on tickets referencing old table as old_rows new table as changed_rows
  for each statement execute function live_ticket_updates();
create trigger live_insert after insert on conversations referencing new table as changed_rows
  for each statement execute function live_rows('tickets', 'conversation', 'ticket_id');
create trigger live_update after update on conversations referencing new table as changed_rows
  for each statement execute function live_rows('tickets', 'conversation', 'ticket_id');
create trigger live_insert after insert on ticket_presence referencing new table as changed_rows
  for each statement execute function live_rows('presence', 'changed', 'ticket_id');
create trigger live_update after update on ticket_presence referencing new table as changed_rows
  for each statement execute function live_rows('presence', 'changed', 'ticket_id');
create trigger live_delete after delete on ticket_presence referencing old table as changed_rows
  for each statement execute function live_rows('presence', 'changed', 'ticket_id');
create trigger live_insert after insert on notifications referencing new table as changed_rows
  for each statement execute function live_rows('notifications', 'new', 'id');
create trigger live_update after update on notifications referencing new table as changed_rows
  for each statement execute function live_read_marks();
create trigger live_insert after insert on assessments referencing new table as changed_rows
  for each statement execute function live_rows('quality', 'changed', 'id');
create trigger live_update after update on assessments referencing new table as changed_rows
  for each statement execute function live_rows('quality', 'changed', 'id');
create trigger live_insert after insert on exports referencing new table as changed_rows
  for each statement execute function live_rows('exports', 'changed', 'id');
create trigger live_update after update on exports referencing new table as changed_rows
  for each statement execute function live_rows('exports', 'changed', 'id');
create trigger live_insert after insert on cron_runs referencing new table as changed_rows
  for each statement execute function live_rows('jobs', 'changed', 'id');
create trigger live_update after update on cron_runs referencing new table as changed_rows
  for each statement execute function live_rows('jobs', 'changed', 'id');

create trigger live_rights after update on sessions for each row
  when (old.revoked_at is distinct from new.revoked_at or old.expires_at is distinct from new.expires_at)
  execute function live_rights('user_id');
create trigger live_rights_gone after delete on sessions for each row execute function live_rights('user_id');
create trigger live_rights after update on api_keys for each row
  when (old.revoked_at is distinct from new.revoked_at or old.expires_at is distinct from new.expires_at)
  execute function live_rights('user_id');
create trigger live_rights_gone after delete on api_keys for each row execute function live_rights('user_id');
create trigger live_rights after update on profiles for each row
  when (old.role_id is distinct from new.role_id or old.state is distinct from new.state
    or old.settings is distinct from new.settings or old.allowed_ips is distinct from new.allowed_ips)
  execute function live_rights('id');
create trigger live_rights after insert or delete on profile_teams for each row execute function live_rights('profile_id');
create trigger live_rights after update on roles for each row
  when (old.permissions is distinct from new.permissions) execute function live_all_rights();
create trigger live_rights after update on teams for each row
  when (old.state is distinct from new.state or old.settings is distinct from new.settings
    or old.deleted_at is distinct from new.deleted_at)
  execute function live_all_rights();
