-- The ground: every table of the main job, with its policies and grants beside it.
--
-- The application signs in as ${app_role}, which owns nothing and cannot bypass row-level security.
-- Each transaction states who is asking (`tocsin.keys`, set once by enter()); policies compare sets of keys.
-- A transaction that has said nothing sees nothing. Writing needs a second word (`tocsin.writing`), said only by
-- the one write path, so that a query written elsewhere by mistake cannot change a row.
--
-- Keys: system · signed-in · watch · desk · command · person:<id> · post:<id> · org:<id> · group:<code>

revoke create on schema public from public;
grant usage on schema public to ${app_role};

create function actor_keys() returns text[] language sql stable parallel safe as
$$ select coalesce(string_to_array(nullif(current_setting('tocsin.keys', true), ''), ' '), '{}') $$;

create function actor_writing() returns boolean language sql stable parallel safe as
$$ select coalesce(current_setting('tocsin.writing', true), '') = 'on' $$;

-- Says who is asking for the rest of the transaction and answers the database's clock, read once.
create function enter(keys text, writing boolean) returns timestamptz language sql volatile as
$$ select set_config('tocsin.keys', keys, true), set_config('tocsin.writing', case when writing then 'on' else '' end, true);
   select date_trunc('milliseconds', clock_timestamp()) $$;

-- ── the mechanism ────────────────────────────────────────────────────────────────────────────────────────────

create table packs (
  hash text primary key,
  code text not null,
  version text not null,
  content jsonb not null,
  stored_at timestamptz not null default now()
);
create table active_pack (
  only_one boolean primary key default true check (only_one),
  hash text not null references packs,
  since timestamptz not null default now()
);

-- ── the directory ────────────────────────────────────────────────────────────────────────────────────────────

create table organisations (
  id uuid primary key,
  code text not null unique,
  name_zh text not null,
  name_en text not null,
  kind text not null,
  superior_id uuid references organisations,
  authority_id uuid references organisations,
  successor_id uuid references organisations,
  primary_sector text not null,
  sectors text[] not null,
  compartment text,
  county text,
  phone text not null default '',
  fax text not null default '',
  email text not null default '',
  address text not null default '',
  note text not null default '',
  valid_from date not null,
  valid_to date,
  seen_by text[] not null
);
create index on organisations (superior_id);
create index on organisations (authority_id);
create index on organisations (name_zh text_pattern_ops);

create table groups (
  code text primary key,
  kind text not null,
  name_zh text not null,
  name_en text not null,
  part_of text references groups,
  convening_body uuid references organisations,
  supporting_bodies uuid[] not null default '{}'
);

create table posts (
  id uuid primary key,
  code text not null unique,
  name_zh text not null,
  name_en text not null,
  role text not null,
  organisation_id uuid not null references organisations,
  group_code text references groups,
  max_holders int not null default 1,
  press boolean not null default false,
  valid_from date not null,
  valid_to date,
  seen_by text[] not null
);
create index on posts (organisation_id);

-- A person's name and the ways to reach him are apart from everything that must be kept for ever.
create table persons (
  id uuid primary key,
  code text not null unique,
  organisation_id uuid not null references organisations,
  name_zh text not null,
  name_en text not null default '',
  title text not null default '',
  language text not null default 'zh-Hant',
  erased_at timestamptz
);
create index on persons (organisation_id);
create table person_details (
  person_id uuid primary key references persons,
  email text not null default '',
  phone text not null default '',
  mobile text not null default '',
  fax text not null default '',
  seen_by text[] not null
);

create table holdings (
  id uuid primary key,
  post_id uuid not null references posts,
  person_id uuid not null references persons,
  acting boolean not null default false,
  held_from timestamptz not null,
  held_to timestamptz
);
create index on holdings (post_id);
create index on holdings (person_id);

create table contacts (
  id uuid primary key,
  organisation_id uuid not null references organisations,
  person_id uuid not null references persons,
  ordinal int not null,
  confirmed_at timestamptz,
  valid_from timestamptz not null,
  valid_to timestamptz
);
create index on contacts (organisation_id);

create table team_members (
  id uuid primary key,
  organisation_id uuid not null references organisations,
  person_id uuid not null references persons,
  function text not null check (function in ('head', 'prevention', 'crisis', 'both')),
  member_from timestamptz not null,
  member_to timestamptz
);
create index on team_members (organisation_id);

create table systems (
  id uuid primary key,
  organisation_id uuid not null references organisations,
  name_zh text not null,
  name_en text not null default '',
  security_grade text not null,
  make_model text not null default '',
  os_name text not null default '',
  os_version text not null default '',
  os_serial text not null default '',
  ips text[] not null default '{}',
  domains text[] not null default '{}',
  urls text[] not null default '{}',
  mechanisms text[] not null default '{}',
  seen_by text[] not null
);
create index on systems (organisation_id);

-- Moves with every change of the directory, so that a process knows when its copy for routing is old.
create table directory_version (only_one boolean primary key default true check (only_one), version bigint not null);
insert into directory_version (version) values (1);
create function directory_changed() returns trigger language plpgsql security definer set search_path = public as
$$ begin update directory_version set version = version + 1; return null; end $$;
do $$ declare t text; begin
  foreach t in array array['organisations','groups','posts','persons','person_details','holdings','contacts','team_members'] loop
    execute format('create trigger %I after insert or update or delete on %I for each statement execute function directory_changed()', t || '_changed', t);
  end loop;
end $$;

-- ── identity ─────────────────────────────────────────────────────────────────────────────────────────────────

create table accounts (
  person_id uuid primary key references persons,
  login text not null unique,
  password_hash text not null,
  created_at timestamptz not null default now(),
  disabled_at timestamptz
);
create table sessions (
  token_hash bytea primary key,
  person_id uuid not null references persons,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index on sessions (person_id);
create table sign_in_attempts (
  id bigint generated always as identity primary key,
  subject text not null,
  at timestamptz not null
);
create index on sign_in_attempts (subject, at);
create table setup_links (
  token_hash bytea primary key,
  expires_at timestamptz not null,
  used_at timestamptz
);

-- ── cases ────────────────────────────────────────────────────────────────────────────────────────────────────

-- Numbers are laid out beforehand and claimed with SKIP LOCKED: gap-free without a counter row everybody waits for.
create table case_numbers (
  series text not null,
  year int not null,
  seq int not null,
  case_id uuid,
  voided text,
  primary key (series, year, seq)
);
create index case_numbers_free on case_numbers (series, year, seq) where case_id is null and voided is null;

-- What is known of a case now. Everything in `detail` and most columns follow from its facts (`tocsin verify`).
create table cases (
  id uuid primary key,
  number text not null unique,
  series text not null,
  year int not null,
  seq int not null,
  incident_id uuid not null,
  organisation_id uuid not null references organisations,
  mode text not null check (mode in ('live', 'exercise')),
  compartment text,
  pack_hash text not null references packs,
  state text not null,
  open boolean not null,
  level text not null,
  rank smallint not null,
  level_status text not null check (level_status in ('proposed', 'confirmed')),
  suspected boolean not null,
  summary text not null,
  taken_by uuid,
  taken_post uuid,
  authority_id uuid,
  subgroup text not null,
  affected_subgroups text[] not null,
  sectors text[] not null,
  occurred_at timestamptz,
  aware_at timestamptz,
  opened_at timestamptz not null,
  registered_at timestamptz,
  graded_at timestamptz,
  recovered_at timestamptz,
  closed_at timestamptz,
  revision int not null,
  changed_at timestamptz not null,
  attention_at timestamptz,
  failed_notices int not null default 0,
  seen_by text[] not null,
  detail jsonb not null,
  unique (series, year, seq)
);
create index on cases (opened_at desc, id desc);
create index on cases (organisation_id, opened_at desc, id desc);
create index on cases (authority_id, opened_at desc, id desc);
create index on cases (subgroup, opened_at desc, id desc);
create index cases_open on cases (rank desc, opened_at) where open;
create index on cases (incident_id);

-- What the centre may see of a case in a compartment: at most what the pack says (DEC-19).
create table case_stubs (
  case_id uuid primary key,
  compartment text not null,
  number text,
  level text,
  state text,
  open boolean not null,
  registered_at timestamptz,
  phone text not null,
  seen_by text[] not null
);

create table reports (
  id uuid primary key,
  case_id uuid not null references cases deferrable initially immediate,
  ordinal int not null,
  kind text not null check (kind in ('initial', 'follow-up', 'recovery')),
  suspected boolean not null default false,
  content jsonb not null,
  content_hash bytea not null,
  channel text not null,
  told_at timestamptz not null,
  received_at timestamptz not null,
  late_reason text,
  filed_by uuid not null,
  filed_post uuid not null,
  on_behalf boolean not null,
  unique (case_id, ordinal)
);
-- Names and numbers of persons in a report: erasable without touching the report or its proof.
create table report_persons (
  report_id uuid primary key references reports,
  data jsonb not null
);

create table facts (
  position bigint generated always as identity,
  stream text not null,
  stream_id uuid not null,
  seq int not null,
  kind text not null,
  shape smallint not null default 1,
  data jsonb not null,
  person_id uuid,
  post_id uuid,
  at timestamptz not null,
  mode text not null default 'live',
  compartment text,
  xid xid8 not null default pg_current_xact_id(),
  primary key (stream_id, seq)
);
create unique index facts_position on facts (position);
-- Live screens read what has settled since they last looked, by transaction.
create index facts_xid on facts (xid);

create table clocks (
  id uuid primary key,
  case_id uuid not null references cases,
  definition text not null,
  ordinal int not null,
  state text not null check (state in ('running', 'met', 'voided')),
  force text not null,
  rank smallint not null,
  start_at timestamptz not null,
  due_at timestamptz not null,
  warn_at timestamptz,
  next_at timestamptz,
  met_at timestamptz,
  warned_at timestamptz,
  overdue_at timestamptz,
  late_by_regrading boolean not null default false,
  history jsonb not null default '[]',
  unique (case_id, definition, ordinal)
);
create index clocks_next on clocks (next_at) where next_at is not null;

create table messages (
  id uuid primary key,
  case_id uuid not null references cases,
  direction text not null check (direction in ('to-agency', 'to-desk')),
  body text not null,
  person_id uuid not null,
  post_id uuid not null,
  at timestamptz not null
);
create index on messages (case_id, at);

create table attachments (
  id uuid primary key,
  person_id uuid not null,
  case_id uuid references cases,
  report_id uuid references reports,
  name text not null,
  media_type text not null,
  size int not null,
  sha256 bytea not null,
  content bytea not null,
  at timestamptz not null
);
create index on attachments (case_id);
create index on attachments (person_id) where report_id is null;

create table drafts (
  id uuid primary key,
  person_id uuid not null,
  organisation_id uuid not null,
  case_id uuid,
  kind text not null,
  content jsonb not null,
  revision int not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index on drafts (person_id);

create table idempotency_keys (
  person_id uuid not null,
  key uuid not null,
  request_hash bytea not null,
  response jsonb not null,
  at timestamptz not null,
  primary key (person_id, key)
);

-- ── delivery ─────────────────────────────────────────────────────────────────────────────────────────────────

create table notices (
  id uuid primary key,
  case_id uuid not null references cases,
  fact_seq int not null,
  route text not null,
  post_id uuid not null,
  organisation_id uuid not null,
  capacity text not null,
  capacities text[] not null,
  expects text not null check (expects in ('acknowledgement', 'task', 'none')),
  template text not null,
  urgent boolean not null,
  rank smallint not null,
  data jsonb not null,
  made_at timestamptz not null,
  confirm_by timestamptz,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  acknowledged_how text,
  acknowledged_recorded_by uuid,
  opened_at timestamptz,
  opened_by uuid,
  closed_at timestamptz,
  closed_why text,
  mode text not null,
  compartment text
);
create index on notices (case_id);
create index on notices (post_id, made_at desc);
create index notices_waiting on notices (confirm_by) where expects <> 'none' and acknowledged_at is null and closed_at is null;

-- One attempt to reach one person by one channel. Leased for seconds; a worker whose fence is old is refused.
create table deliveries (
  id uuid primary key,
  notice_id uuid not null references notices,
  case_id uuid not null references cases,
  channel text not null check (channel in ('mail')),
  person_id uuid,
  relay text not null,
  state text not null check (state in ('queued', 'handed-over', 'failed', 'withheld')),
  urgent boolean not null,
  rank smallint not null,
  made_at timestamptz not null,
  next_at timestamptz,
  attempts int not null default 0,
  lease_until timestamptz,
  leased_by text,
  fence int not null default 0,
  handed_over_at timestamptz,
  settled_at timestamptz,
  reason text
);
create index on deliveries (notice_id);
create index deliveries_queued on deliveries (relay, urgent desc, rank desc, next_at) where state = 'queued';
create index deliveries_failed on deliveries (case_id) where state = 'failed';

create table workers (
  id text primary key,
  beat_at timestamptz not null
);

-- ── who may do what ──────────────────────────────────────────────────────────────────────────────────────────

do $$ declare t text; begin
  foreach t in array array[
    'packs','active_pack','organisations','groups','posts','persons','person_details','holdings','contacts','team_members',
    'systems','directory_version','accounts','sessions','sign_in_attempts','setup_links','case_numbers','cases','case_stubs',
    'reports','report_persons','facts','clocks','messages','attachments','drafts','idempotency_keys','notices','deliveries','workers'
  ] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    -- The owner migrates, backs up and restores: everything, by its own connection only.
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
  end loop;
  -- What is never rewritten may only be added to. The rest may be changed by the write path.
  foreach t in array array['packs','reports','facts','messages','idempotency_keys','sign_in_attempts'] loop
    execute format('grant insert on %I to ${app_role}', t);
  end loop;
  foreach t in array array[
    'active_pack','organisations','groups','posts','persons','person_details','holdings','contacts','team_members','systems',
    'accounts','sessions','setup_links','case_numbers','cases','case_stubs','report_persons','clocks','attachments','drafts',
    'notices','deliveries','workers'
  ] loop
    execute format('grant insert, update on %I to ${app_role}', t);
    execute format('create policy writes_update on %I for update to ${app_role} using ((select actor_writing())) with check ((select actor_writing()))', t);
  end loop;
  foreach t in array array['sessions','drafts','attachments','sign_in_attempts','workers','idempotency_keys'] loop
    execute format('grant delete on %I to ${app_role}', t);
    execute format('create policy writes_delete on %I for delete to ${app_role} using ((select actor_writing()))', t);
  end loop;
  -- Open to whoever has said who he is.
  foreach t in array array['packs','active_pack','groups','holdings','directory_version','persons'] loop
    execute format($p$create policy reads on %I for select to ${app_role} using ((select actor_keys()) && '{signed-in,system}')$p$, t);
  end loop;
  -- The system's own.
  foreach t in array array['accounts','sessions','sign_in_attempts','setup_links','workers'] loop
    execute format($p$create policy reads on %I for select to ${app_role} using ('system' = any ((select actor_keys())::text[]))$p$, t);
  end loop;
  -- Rows that say themselves who may see them.
  foreach t in array array['organisations','posts','person_details','systems','cases'] loop
    execute format('create policy reads on %I for select to ${app_role} using (seen_by && (select actor_keys()))', t);
  end loop;
  -- Parts of a case are seen by those who see the case.
  foreach t in array array['reports','clocks','messages','deliveries'] loop
    execute format($p$create policy reads on %I for select to ${app_role} using
      ('system' = any ((select actor_keys())::text[]) or exists (select 1 from cases c where c.id = case_id))$p$, t);
  end loop;
  -- Parts of an organisation are seen by those who see its details.
  foreach t in array array['contacts','team_members'] loop
    execute format($p$create policy reads on %I for select to ${app_role} using
      ('system' = any ((select actor_keys())::text[]) or exists (select 1 from person_details d where d.person_id = %I.person_id))$p$, t, t);
  end loop;
end $$;

-- Stubs are kept true by whoever acts on the case, who need not be one of their readers.
create policy reads on case_stubs for select to ${app_role} using
  (seen_by && (select actor_keys()) or (select actor_writing()));
-- Free and claimed numbers say how many cases there are, so only the write path looks at them.
create policy reads on case_numbers for select to ${app_role} using ((select actor_writing()));
create policy reads on report_persons for select to ${app_role} using
  (exists (select 1 from reports r where r.id = report_id));
create policy reads on facts for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[]) or (stream = 'case' and exists (select 1 from cases c where c.id = stream_id)));
-- A notice is also seen by the post it was made for, even when the case is not (DEC-19).
create policy reads on notices for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[]) or ('post:' || post_id) = any ((select actor_keys())::text[])
   or exists (select 1 from cases c where c.id = case_id));
create policy reads on attachments for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[]) or ('person:' || person_id) = any ((select actor_keys())::text[]) and report_id is null
   or exists (select 1 from cases c where c.id = case_id));
create policy reads on drafts for select to ${app_role} using
  (('person:' || person_id) = any ((select actor_keys())::text[]));
create policy reads on idempotency_keys for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[]) or ('person:' || person_id) = any ((select actor_keys())::text[]));
