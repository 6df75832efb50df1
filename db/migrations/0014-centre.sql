-- The response centre while it is formed up, its emergency meetings, and what is written down there (S7.10.1c, S7.10.4).
-- Facts of both stand in `facts`, in streams of their own. Everything free is written apart from the facts, with the cases it
-- names: it is read by whoever sees all of them, so that a case under an order of silence is named to nobody (H28, DEC-19).

create table activations (
  id uuid primary key,
  mode text not null check (mode in ('live', 'exercise')),
  compartment text,
  pack_hash text not null references packs,
  active boolean not null,
  coordination text not null check (coordination in ('normal', 'emergency')),
  level text not null,
  opened_at timestamptz not null,
  closed_at timestamptz,
  revision int not null,
  changed_at timestamptz not null,
  seen_by text[] not null,
  detail jsonb not null
);
-- One at a time; what comes later joins it.
create unique index activations_one on activations (mode, coalesce(compartment, '')) where active;
create index on activations (opened_at desc, id desc);

create table activation_cases (
  activation_id uuid not null references activations,
  case_id uuid not null references cases,
  joined_at timestamptz not null,
  primary key (activation_id, case_id)
);
create index on activation_cases (case_id);

create table meetings (
  id uuid primary key,
  activation_id uuid references activations,
  case_id uuid not null references cases,
  mode text not null check (mode in ('live', 'exercise')),
  compartment text,
  pack_hash text not null references packs,
  state text not null check (state in ('called', 'ended', 'cancelled')),
  starts_at timestamptz not null,
  revision int not null,
  changed_at timestamptz not null,
  seen_by text[] not null,
  detail jsonb not null
);
create index on meetings (starts_at desc, id desc);
create index on meetings (case_id);
create index on meetings (activation_id);

create table centre_texts (
  id uuid primary key,
  -- an activation or a meeting
  owner_id uuid not null,
  kind text not null,
  -- the cases it names, by number or because it is about them
  case_ids uuid[] not null,
  body text not null,
  at timestamptz not null
);
create index on centre_texts (owner_id, at);

do $$ declare t text; begin
  foreach t in array array['activations', 'activation_cases', 'meetings', 'centre_texts'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
  end loop;
  foreach t in array array['activations', 'meetings'] loop
    execute format('grant update on %I to ${app_role}', t);
    execute format('create policy writes_update on %I for update to ${app_role} using ((select actor_writing())) with check ((select actor_writing()))', t);
    execute format('create policy reads on %I for select to ${app_role} using (seen_by && (select actor_keys()))', t);
  end loop;
end $$;

-- Which cases called the centre out is seen by whoever sees the centre and the case.
create policy reads on activation_cases for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[])
   or exists (select 1 from activations a where a.id = activation_id) and exists (select 1 from cases c where c.id = case_id));
create policy reads on centre_texts for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[])
   or (exists (select 1 from activations a where a.id = owner_id) or exists (select 1 from meetings m where m.id = owner_id))
      and not exists (select 1 from unnest(case_ids) named where not exists (select 1 from cases c where c.id = named)));
create policy reads_centre on facts for select to ${app_role} using
  (stream = 'activation' and exists (select 1 from activations a where a.id = stream_id)
   or stream = 'meeting' and exists (select 1 from meetings m where m.id = stream_id));
