-- What the crisis subgroup keeps apart from any one case: the response procedures as they were changed after the mechanism
-- was written (S7.11.0d), and the analysis reports the subgroups send it (S7.11.0e). What was done stands as facts in
-- `facts`, in streams of their own.

-- One proposal to change a step of the procedures. Approved, it is the next edition; what was approved is never rewritten.
create table procedure_versions (
  id uuid primary key,
  -- of the mechanism's own steps, or of one that was added
  step text not null,
  -- as the mechanism's steps are written; null = as the mechanism has it
  content jsonb,
  -- the version of the step it takes up again; 0 = the mechanism's own
  restores int,
  reason text not null,
  -- the mechanism in force when it was proposed
  pack_hash text not null references packs,
  state text not null check (state in ('proposed', 'approved', 'declined', 'withdrawn')),
  -- counts the approved changes; a case keeps the edition its procedure was opened under
  edition int unique check (edition > 0),
  -- counts the versions of one step
  version int check (version > 0),
  proposed_at timestamptz not null,
  proposed_by uuid not null,
  proposed_post uuid not null,
  decided_at timestamptz,
  decided_by uuid,
  decided_post uuid,
  decided_why text not null default '',
  seen_by text[] not null,
  check ((state = 'approved') = (edition is not null) and (edition is null) = (version is null)),
  check ((state = 'proposed') = (decided_at is null)),
  unique (step, version)
);
-- One at a time of each step: whoever agrees knows what it changes.
create unique index procedure_versions_waiting on procedure_versions (step) where state = 'proposed';

-- What a group found out about cases it sees, or about a time. Sent once, never rewritten: a correction is another report.
create table analysis_reports (
  id uuid primary key,
  group_code text not null,
  kind text not null check (kind in ('cases', 'period')),
  mode text not null check (mode in ('live', 'exercise')),
  compartment text,
  period_from date not null,
  period_to date not null check (period_to >= period_from),
  case_ids uuid[] not null,
  title text not null,
  findings text not null,
  indicators text not null,
  recommendations text not null,
  replaces uuid references analysis_reports,
  sent_at timestamptz not null,
  person_id uuid not null,
  post_id uuid not null,
  seen_by text[] not null,
  check ((kind = 'cases') = (cardinality(case_ids) > 0))
);
create index on analysis_reports (period_from, group_code);
create index on analysis_reports (sent_at desc, id desc);

do $$ declare t text; begin
  foreach t in array array['procedure_versions', 'analysis_reports'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
  end loop;
end $$;

-- What is in force is read by everybody, as the mechanism is; what waits or was refused, by those who keep the procedures.
create policy reads on procedure_versions for select to ${app_role} using
  (seen_by && (select actor_keys())
   or state = 'approved' and (select actor_keys()) && '{signed-in,system}');
-- A proposal is decided once; what it says is never changed.
grant update (state, edition, version, decided_at, decided_by, decided_post, decided_why) on procedure_versions to ${app_role};
create policy writes_update on procedure_versions for update to ${app_role}
  using ((select actor_writing()) and state = 'proposed') with check ((select actor_writing()));

-- Its own readers, and of those only who sees every case it is about: behind a wall, or under an order of silence, neither
-- the report nor that there is one is known outside (ISO-7, H28).
create policy reads on analysis_reports for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[])
   or seen_by && (select actor_keys())
      and not exists (select 1 from unnest(case_ids) about where not exists (select 1 from cases c where c.id = about)));

create policy reads_groups on facts for select to ${app_role} using
  (stream = 'procedure' and exists (select 1 from procedure_versions v where v.id = stream_id and v.seen_by && (select actor_keys()))
   or stream = 'analysis' and exists (select 1 from analysis_reports a where a.id = stream_id));

-- Notifications by subgroup and present level, counted in the times between `in_starts` (the last is where the last time
-- ends). As in 0008-lists.sql: the policy's own condition with the reader's keys written out (ISO-7).
create function analysis_counts(in_mode text, in_starts timestamptz[]) returns table (period int, subgroup text, level text, cases int)
language plpgsql stable security definer rows 200 set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select width_bucket(c.opened_at, %3$L::timestamptz[]), c.subgroup, c.level, count(*)::int
       from (select opened_at, subgroup, level from cases c where c.compartment is null and c.opened_at >= %4$L and c.opened_at < %5$L
                and c.mode = %2$L and not c.suspected and c.seen_by && %1$L::text[]
             union all
             select opened_at, subgroup, level from cases c where c.compartment is not null and c.opened_at >= %4$L and c.opened_at < %5$L
                and c.mode = %2$L and not c.suspected and c.seen_by && %1$L::text[]) c
      group by 1, 2, 3', actor_keys(), in_mode, in_starts, in_starts[1], in_starts[cardinality(in_starts)]);
end $$;
revoke execute on function analysis_counts(text, timestamptz[]) from public;
grant execute on function analysis_counts(text, timestamptz[]) to ${app_role};
