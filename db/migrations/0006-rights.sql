-- Rights by post: acts that wait for a second person (ISO-15), orders of silence (H28), and what watchers looked at (ISO-12).

-- While an order of silence stands, nothing of the case may be forgotten by age.
alter table cases add column held boolean not null default false;

-- What has become part of the state of every case, as it follows from the facts already stored (`tocsin verify`).
update cases c set detail = c.detail || jsonb_build_object(
  'pending', '[]'::jsonb, 'hold', null, 'wasHeld', false,
  'filers', coalesce((
    select jsonb_agg(one.person order by one.first) from (
      select f.person_id::text as person, min(f.seq) as first from facts f
       where f.stream_id = c.id and f.kind = 'filed' and f.person_id is not null and f.data ->> 'onBehalf' = 'false'
       group by f.person_id) one), '[]'::jsonb))
 where not c.detail ? 'pending';

-- Every look of a read-only post at a case: kept for ever, never changed. What it was looked at is kept beside the id, so
-- that an administrator can read the looks without seeing the case.
create table looks (
  id uuid primary key,
  -- null: the record of looks itself was read.
  case_id uuid,
  number text not null,
  person_id uuid not null,
  post_id uuid not null,
  what text not null check (what in ('opened', 'exported', 'printed', 'attachment', 'looks')),
  detail text not null default '',
  at timestamptz not null,
  compartment text,
  seen_by text[] not null
);
create index on looks (case_id, at desc, id desc);
create index on looks (at desc, id desc);

alter table looks enable row level security;
alter table looks force row level security;
do $$ begin
  execute format('create policy owner_all on looks to %I using (true) with check (true)', current_user);
end $$;
grant select, insert on looks to ${app_role};
create policy writes_insert on looks for insert to ${app_role} with check ((select actor_writing()));
create policy reads on looks for select to ${app_role} using (seen_by && (select actor_keys()));
