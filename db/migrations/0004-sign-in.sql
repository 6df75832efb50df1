-- Sign-in fit for a government: passkeys, one-time codes, ministries' own sign-ins, links to enrol by, recovery with four
-- eyes, sessions one can see and end, and each account's own log. All of it is the system's; a person reads his own log.

-- A process of the version before may still open sessions while this one starts: hence the defaults. Such a session has
-- never been confirmed, so what needs a confirmation asks for one.
alter table sessions
  add column id uuid not null default gen_random_uuid() unique,
  add column how text not null default 'password',
  add column access text not null default 'full' check (access in ('full', 'limited')),
  add column agent text not null default '',
  add column stepped_up_at timestamptz,
  add column stepped_up_how text;

-- Once somebody has set his account up, only a recovery starts it anew: another invitation would be a way around.
alter table accounts add column enrolled_at timestamptz;
update accounts set enrolled_at = created_at where password_hash <> '';

create table passkeys (
  id uuid primary key,
  person_id uuid not null references persons,
  credential_id bytea not null unique,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  name text not null,
  -- Copied between its holder's devices by his platform, or bound to one.
  synced boolean not null,
  created_at timestamptz not null,
  used_at timestamptz
);
create index on passkeys (person_id);

-- A secret is in force from its first right code on. `last_step` is the last half minute whose code was taken.
create table totp_factors (
  person_id uuid primary key references persons,
  secret text not null,
  made_at timestamptz not null,
  confirmed_at timestamptz,
  last_step bigint not null default 0,
  failures int not null default 0,
  locked_until timestamptz
);

create table oidc_links (
  id uuid primary key,
  person_id uuid not null references persons,
  issuer text not null,
  subject text not null,
  -- What the provider calls the person, for his own list; nothing is ever matched by it.
  label text not null,
  linked_at timestamptz not null,
  used_at timestamptz,
  unique (issuer, subject)
);
create index on oidc_links (person_id);

-- A sign-in under way at a provider: bound to the browser that began it by the hash of its cookie.
create table oidc_flows (
  state_hash bytea primary key,
  browser_hash bytea not null,
  provider text not null,
  purpose text not null check (purpose in ('sign-in', 'step-up', 'link', 'enrol')),
  nonce text not null,
  verifier text not null,
  person_id uuid references persons,
  -- The session or one-time link the flow was begun with.
  bound_to bytea,
  next text not null,
  expires_at timestamptz not null
);
create index on oidc_flows (expires_at);

-- Challenges of passkeys, each good once.
create table passkey_challenges (
  hash bytea primary key,
  purpose text not null check (purpose in ('sign-in', 'step-up', 'enrol')),
  -- Who asked: a session, a one-time link, or (to sign in) nobody yet, counted by his address.
  bound_to bytea,
  subject text,
  expires_at timestamptz not null
);
create index on passkey_challenges (expires_at);
create index on passkey_challenges (subject, expires_at) where subject is not null;

-- The password was right; the code is still to come.
create table sign_in_tickets (
  token_hash bytea primary key,
  person_id uuid not null references persons,
  expires_at timestamptz not null
);
create index on sign_in_tickets (expires_at);

-- One-time links of invitation and recovery.
create table enrolment_links (
  token_hash bytea primary key,
  person_id uuid not null references persons,
  kind text not null check (kind in ('invitation', 'recovery')),
  made_by uuid references persons,
  made_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz,
  -- The secret the link's holder is setting up; his with the first right code.
  totp_secret text
);
create index on enrolment_links (person_id);

-- Asked by one administrator; where four eyes are needed, settled by another.
create table recoveries (
  id uuid primary key,
  person_id uuid not null references persons,
  asked_by uuid references persons,
  reason text not null,
  asked_at timestamptz not null,
  expires_at timestamptz not null,
  state text not null check (state in ('waiting', 'approved', 'refused')),
  settled_by uuid references persons,
  settled_at timestamptz,
  check (settled_by is null or state = 'refused' or settled_by <> asked_by)
);
create index on recoveries (person_id, asked_at);

-- What happened to an account, for its holder's own page. A name nobody has leaves a row of nobody.
create table sign_in_events (
  id bigint generated always as identity primary key,
  person_id uuid references persons,
  at timestamptz not null,
  kind text not null,
  how text,
  agent text not null,
  by_other boolean not null default false
);
create index on sign_in_events (person_id, at desc);
create index on sign_in_events (at);

do $$ declare t text; begin
  foreach t in array array[
    'passkeys', 'totp_factors', 'oidc_links', 'oidc_flows', 'passkey_challenges', 'sign_in_tickets', 'enrolment_links',
    'recoveries', 'sign_in_events'
  ] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
  end loop;
  foreach t in array array['passkeys', 'totp_factors', 'oidc_links', 'enrolment_links', 'recoveries'] loop
    execute format('grant update on %I to ${app_role}', t);
    execute format('create policy writes_update on %I for update to ${app_role} using ((select actor_writing())) with check ((select actor_writing()))', t);
  end loop;
  foreach t in array array[
    'passkeys', 'totp_factors', 'oidc_links', 'oidc_flows', 'passkey_challenges', 'sign_in_tickets', 'sign_in_events'
  ] loop
    execute format('grant delete on %I to ${app_role}', t);
    execute format('create policy writes_delete on %I for delete to ${app_role} using ((select actor_writing()))', t);
  end loop;
  foreach t in array array[
    'passkeys', 'totp_factors', 'oidc_links', 'oidc_flows', 'passkey_challenges', 'sign_in_tickets', 'enrolment_links',
    'recoveries'
  ] loop
    execute format($p$create policy reads on %I for select to ${app_role} using ('system' = any ((select actor_keys())::text[]))$p$, t);
  end loop;
end $$;
create policy reads on sign_in_events for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[]) or ('person:' || person_id) = any ((select actor_keys())::text[]));
