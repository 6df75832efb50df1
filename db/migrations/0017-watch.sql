-- The auditor: what it found, and when it last looked. Never deleted; an alarm is settled by a person, or by the end of what
-- it was about.

create table alarms (
  id uuid primary key,
  -- What it is about: the same thing found again is the same alarm while it is not settled.
  key text not null,
  kind text not null,
  case_id uuid references cases,
  detail jsonb not null,
  raised_at timestamptz not null,
  seen_at timestamptz not null,
  times int not null default 1,
  repaired_at timestamptz,
  settled_at timestamptz,
  settled_by uuid,
  seen_by text[] not null
);
create unique index alarms_standing on alarms (key) where settled_at is null;
create index alarms_raised on alarms (raised_at desc, id desc);

-- How far the auditor is: one row, read by the heartbeat.
create table watch_state (
  only_one boolean primary key default true check (only_one),
  pass_at timestamptz,
  swept uuid,
  swept_at timestamptz
);
insert into watch_state default values;

-- What has changed since the last pass.
create index cases_changed on cases (changed_at);

do $$ declare t text; begin
  foreach t in array array['alarms','watch_state'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert, update on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
    execute format('create policy writes_update on %I for update to ${app_role} using ((select actor_writing())) with check ((select actor_writing()))', t);
  end loop;
end $$;
create policy reads on alarms for select to ${app_role} using (seen_by && (select actor_keys()));
create policy reads on watch_state for select to ${app_role} using ('system' = any ((select actor_keys())::text[]));
