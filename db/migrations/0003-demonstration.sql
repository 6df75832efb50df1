-- The demonstration nation's own: what it has loaded, and the mails its relay took. A production installation leaves
-- both empty; its web never offers them.

create table demo_loads (
  only_one boolean primary key default true check (only_one),
  loaded_at timestamptz not null
);
create table demo_mails (
  id uuid primary key,
  recipient text not null,
  sender text not null,
  subject text not null,
  body text not null,
  headers jsonb not null,
  message_id text not null,
  at timestamptz not null
);
create index on demo_mails (at desc, id desc);
create index on demo_mails (recipient, at desc, id desc);

do $$ declare t text; begin
  foreach t in array array['demo_loads', 'demo_mails'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    execute format('grant select, insert on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
    execute format($p$create policy reads on %I for select to ${app_role} using ('system' = any ((select actor_keys())::text[]))$p$, t);
  end loop;
end $$;
