-- The ledger: facts sealed into Merkle trees (RFC 6962), one log per compartment and one for everything open, so that a
-- fact changed, removed, inserted between or reordered later is found, and a compartment's log tells outsiders nothing.
--
-- Sealed after the commit, never inside it: a lock on a tree's head in the intake would cost most of its throughput.

-- Which fact is the n-th of which log. Index is gap-free from 0; the keys make a second sealer's work impossible to keep.
create table ledger_leaves (
  log text not null,
  index bigint not null check (index >= 0),
  position bigint not null unique,
  hash bytea not null check (octet_length(hash) = 32),
  primary key (log, index)
);

-- A published size and root; peaks are the roots of the perfect subtrees, largest first, from which the next head grows.
create table ledger_heads (
  log text not null,
  size bigint not null check (size > 0),
  root bytea not null check (octet_length(root) = 32),
  peaks bytea[] not null,
  at timestamptz not null,
  primary key (log, size)
);

do $$ declare t text; begin
  foreach t in array array['ledger_leaves','ledger_heads'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    -- Only ever added to.
    execute format('grant select, insert on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
  end loop;
end $$;
create policy reads on ledger_leaves for select to ${app_role} using ('system' = any ((select actor_keys())::text[]));
-- The open log's heads may be seen, copied and kept elsewhere by everybody: that is what makes them worth something.
create policy reads on ledger_heads for select to ${app_role} using
  ('system' = any ((select actor_keys())::text[]) or log = 'open' and (select actor_keys()) && '{signed-in}');
