-- Tests of a way to a person: asked for by himself, to himself, worked off by whoever sends. They are kept: who tried what,
-- when, and what came of it.

create table channel_tests (
  id uuid primary key,
  person_id uuid not null references persons,
  lane text not null,
  asked_at timestamptz not null,
  taken_at timestamptz,
  done_at timestamptz,
  ok boolean,
  reason text
);
create index on channel_tests (lane, asked_at desc);
create index channel_tests_waiting on channel_tests (asked_at) where taken_at is null;

alter table channel_tests enable row level security;
alter table channel_tests force row level security;
do $$ begin
  execute format('create policy owner_all on channel_tests to %I using (true) with check (true)', current_user);
end $$;
grant select, insert, update on channel_tests to ${app_role};
create policy reads on channel_tests for select to ${app_role} using ('system' = any ((select actor_keys())::text[]));
create policy writes_insert on channel_tests for insert to ${app_role} with check ((select actor_writing()));
create policy writes_update on channel_tests for update to ${app_role} using ((select actor_writing()))
  with check ((select actor_writing()));
