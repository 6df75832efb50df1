-- Separation down to the rows: who serves behind a wall, in which post, and under which body, is read by those behind it
-- only; what others' keys are called no longer tells that they exist; and the place in a live stream is sealed.

-- Names of people are known where their body is open to all, or to whoever may reach them. Views work from the directory
-- as the system reads it and ask these policies before they show; a query that forgets to ask shows nothing.
drop policy reads on persons;
create policy reads on persons for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[])
   or exists (select 1 from organisations o where o.id = organisation_id and o.compartment is null)
   or exists (select 1 from person_details d where d.person_id = persons.id));

-- A holding is known to whoever may know of both the post and the person.
drop policy reads on holdings;
create policy reads on holdings for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[])
   or exists (select 1 from posts p where p.id = post_id) and exists (select 1 from persons q where q.id = person_id));

-- A group is as open as the body that convenes it; the mechanism's own are all convened by bodies it names.
drop policy reads on groups;
create policy reads on groups for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[])
   or 'signed-in' = any ((select actor_keys())::text[])
      and (convening_body is null or exists (select 1 from organisations o where o.id = convening_body)));

-- A draft's id is its author's: another's draft of the same id is neither changed nor noticed (ISO-6).
alter table drafts drop constraint drafts_pkey, add primary key (person_id, id);

-- Secrets of this installation, made with its database; every process of it reads the same.
create table installation_secrets (
  name text primary key,
  secret bytea not null
);
alter table installation_secrets enable row level security;
alter table installation_secrets force row level security;
create policy owner_all on installation_secrets to ${owner_role} using (true) with check (true);
grant select on installation_secrets to ${app_role};
create policy reads on installation_secrets for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[]));
-- Two random UUIDs of the server's strong source hold 244 bits of chance; hashed they fill a key.
insert into installation_secrets (name, secret)
  values ('stream-cursor', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));

-- Whoever sees no compartment looks past its cases without touching them: what lies there costs him no time (ISO-7).
create index cases_open_newest on cases (opened_at desc, id desc) where compartment is null;
create index cases_open_gravest on cases (rank desc, opened_at desc, id desc) where compartment is null;
