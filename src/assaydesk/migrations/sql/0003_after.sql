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
