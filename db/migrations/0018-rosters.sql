-- Rosters of posts with several holders: who is on duty when, swaps between holders, absences, and the hand-over at the end
-- of a shift (H40, H41).
--
-- A roster is as closed as its post's body: a compartment's is read inside it only. What is handed over is read by those who
-- hold the post and its group's officers, and by nobody else.

create table rosters (
  id uuid primary key,
  post_id uuid not null unique references posts,
  -- Before this nobody promised to be on duty, and after `kept_to` nobody does: no gaps are shown there.
  kept_from timestamptz not null,
  kept_to timestamptz,
  -- What the next weeks were last planned with, to begin the next plan from.
  pattern jsonb,
  seen_by text[] not null,
  notes_seen_by text[] not null
);

create table shifts (
  id uuid primary key,
  post_id uuid not null references rosters (post_id),
  person_id uuid not null references persons,
  -- Who is told first, and who is told with or after him.
  place text not null check (place in ('first', 'second')),
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  note text not null default '',
  made_at timestamptz not null,
  made_by uuid,
  cancelled_at timestamptz,
  cancelled_why text check (cancelled_why in ('removed', 'replaced', 'left-post'))
);
create index shifts_running on shifts (post_id, ends_at) where cancelled_at is null;
create index shifts_person on shifts (person_id, ends_at) where cancelled_at is null;
create index shifts_left on shifts (post_id, ends_at) where cancelled_why = 'left-post';

-- One holder's wish to give a shift away, for another's or for nothing; or the group's officer's order that it be so.
create table shift_swaps (
  id uuid primary key,
  post_id uuid not null references rosters (post_id),
  shift_id uuid not null references shifts,
  person_id uuid not null references persons,
  other_person_id uuid not null references persons,
  other_shift_id uuid references shifts,
  state text not null check (state in ('asked', 'agreed', 'refused', 'withdrawn', 'ordered', 'lapsed')),
  note text not null default '',
  asked_at timestamptz not null,
  asked_by uuid not null,
  answered_at timestamptz,
  answered_by uuid
);
create index on shift_swaps (post_id, asked_at desc);
create index shift_swaps_asked on shift_swaps (shift_id) where state = 'asked';

-- When somebody cannot serve, whatever the roster says. Why is nobody's business here.
create table absences (
  id uuid primary key,
  post_id uuid not null references rosters (post_id),
  person_id uuid not null references persons,
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  made_at timestamptz not null,
  made_by uuid,
  cancelled_at timestamptz
);
create index absences_running on absences (post_id, ends_at) where cancelled_at is null;

-- What whoever leaves tells whoever comes. Of the cases only the ids are kept: each reader sees what he may see of them.
create table handovers (
  id uuid primary key,
  post_id uuid not null references rosters (post_id),
  person_id uuid not null references persons,
  shift_id uuid references shifts,
  text text not null,
  case_ids uuid[] not null,
  written_at timestamptz not null,
  confirmed_at timestamptz,
  confirmed_by uuid references persons
);
create index on handovers (post_id, written_at desc);

do $$ declare t text; begin
  foreach t in array array['rosters','shifts','shift_swaps','absences','handovers'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert, update on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
    execute format('create policy writes_update on %I for update to ${app_role} using ((select actor_writing())) with check ((select actor_writing()))', t);
  end loop;
  foreach t in array array['shifts','shift_swaps','absences'] loop
    execute format($p$create policy reads on %I for select to ${app_role} using
      (exists (select 1 from rosters r where r.post_id = %I.post_id))$p$, t, t);
  end loop;
end $$;
create policy reads on rosters for select to ${app_role} using (seen_by && (select actor_keys()));
create policy reads on handovers for select to ${app_role} using
  (exists (select 1 from rosters r where r.post_id = handovers.post_id and r.notes_seen_by && (select actor_keys())));

-- Moves with every change of who is on duty, apart from the directory's own version: a swap must not make every process
-- read the whole directory again.
alter table directory_version add column roster bigint not null default 1;
create function roster_changed() returns trigger language plpgsql security definer set search_path = public as
$$ begin update directory_version set roster = roster + 1; return null; end $$;
do $$ declare t text; begin
  foreach t in array array['rosters','shifts','absences'] loop
    execute format('create trigger %I after insert or update or delete on %I for each statement execute function roster_changed()', t || '_changed', t);
  end loop;
end $$;
