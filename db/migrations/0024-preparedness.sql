-- What comes before an incident (事前; S7.9.7.5): somebody of the centre calls for preparedness, and every body that has a
-- part in it answers step by step. Apart from any case: nothing here waits for, or is waited for by, what happens to one.

create table preparedness_calls (
  id uuid primary key,
  mode text not null check (mode in ('live', 'exercise')),
  pack_hash text not null references packs,
  -- of the procedures, when it was called
  edition int not null,
  -- the steps as they read then: [{id, owner, title, help}]
  steps jsonb not null,
  -- {kind, of?}; which bodies that came to are the parts
  audience jsonb not null,
  reason text not null,
  -- an occasion, for those who see the case
  case_id uuid references cases,
  called_at timestamptz not null,
  called_by uuid not null,
  called_post uuid not null,
  due_at timestamptz not null,
  ended_at timestamptz,
  ended_by uuid,
  ended_why text not null default '',
  seen_by text[] not null,
  check ((ended_at is null) = (ended_by is null))
);
create index on preparedness_calls (called_at desc, id desc);

-- One party's part: a body's, or a group's where the step is the group's.
create table preparedness_parts (
  id uuid primary key,
  call_id uuid not null references preparedness_calls,
  organisation_id uuid not null references organisations,
  group_code text,
  -- how many persons there were to tell
  told int not null,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  reminded_at timestamptz,
  reminders int not null default 0,
  seen_by text[] not null
);
create unique index preparedness_parts_one on preparedness_parts (call_id, organisation_id, coalesce(group_code, ''));

create table preparedness_tasks (
  part_id uuid not null references preparedness_parts,
  step text not null,
  place int not null,
  state text not null check (state in ('open', 'done', 'skipped')),
  note text not null default '',
  changed_at timestamptz,
  changed_by uuid,
  seen_by text[] not null,
  primary key (part_id, step)
);

do $$ declare t text; begin
  foreach t in array array['preparedness_calls', 'preparedness_parts', 'preparedness_tasks'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
    execute format('create policy writes_update on %I for update to ${app_role} using ((select actor_writing())) with check ((select actor_writing()))', t);
  end loop;
end $$;
create policy reads on preparedness_parts for select to ${app_role} using (seen_by && (select actor_keys()));
create policy reads on preparedness_tasks for select to ${app_role} using (seen_by && (select actor_keys()));
-- The call itself: whoever sees all of it, and whoever sees a part. Whom else it went to is in the parts alone.
create policy reads on preparedness_calls for select to ${app_role} using
  (seen_by && (select actor_keys()) or exists (select 1 from preparedness_parts p where p.call_id = preparedness_calls.id));
-- What was called for is never rewritten, only until when, and that it is over.
grant update (due_at, ended_at, ended_by, ended_why) on preparedness_calls to ${app_role};
grant update (acknowledged_at, acknowledged_by, reminded_at, reminders) on preparedness_parts to ${app_role};
grant update (state, note, changed_at, changed_by) on preparedness_tasks to ${app_role};

-- What was done with the whole call is read by whoever sees all of it; what a party did, by whoever sees its part.
create policy reads_preparedness on facts for select to ${app_role} using
  (stream = 'preparedness' and exists (select 1 from preparedness_calls c where c.id = stream_id and c.seen_by && (select actor_keys()))
   or stream = 'preparedness-part' and exists (select 1 from preparedness_parts p where p.id = stream_id));

-- Its letters go the way of the letters about duty: stored with the change, tried until taken.
alter table duty_letters drop constraint duty_letters_kind_check,
  add constraint duty_letters_kind_check check (kind in ('swap-asked', 'swap-agreed', 'swap-refused', 'swap-withdrawn', 'shift-given',
    'prepare-called', 'prepare-informed', 'prepare-reminded', 'prepare-extended', 'prepare-ended')),
  add column call_id uuid references preparedness_calls,
  -- null for an authority that is told for information
  add column part_id uuid references preparedness_parts,
  add constraint duty_letters_call_check check ((call_id is not null) = (kind like 'prepare-%'));
create index duty_letters_part on duty_letters (part_id) where part_id is not null;
-- How its letters fared is seen with the part.
create policy reads_part on duty_letters for select to ${app_role} using
  (part_id is not null and exists (select 1 from preparedness_parts p where p.id = part_id));
