-- What somebody is told of his turns of duty: a swap asked of him, agreed, refused or taken back, a turn given to him. It is
-- about no case, so it is no notice; but it is stored with the change it tells of, in one transaction, and tried until it is
-- taken (H40).

create table duty_letters (
  id uuid primary key,
  person_id uuid not null references persons,
  channel text not null check (channel in ('mail', 'push')),
  kind text not null check (kind in ('swap-asked', 'swap-agreed', 'swap-refused', 'swap-withdrawn', 'shift-given')),
  post_id uuid not null references posts,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  made_at timestamptz not null,
  -- Null once it was taken or given up.
  next_at timestamptz,
  lease_until timestamptz,
  attempts int not null default 0,
  settled_at timestamptz,
  reason text
);
create index duty_letters_due on duty_letters (next_at) where next_at is not null;

alter table duty_letters enable row level security;
alter table duty_letters force row level security;
do $$ begin
  execute format('create policy owner_all on duty_letters to %I using (true) with check (true)', current_user);
end $$;
grant select, insert, update, delete on duty_letters to ${app_role};
create policy reads on duty_letters for select to ${app_role} using ('system' = any ((select actor_keys())::text[]));
create policy writes_insert on duty_letters for insert to ${app_role} with check ((select actor_writing()));
create policy writes_update on duty_letters for update to ${app_role} using ((select actor_writing()))
  with check ((select actor_writing()));
create policy writes_delete on duty_letters for delete to ${app_role} using ((select actor_writing()));

-- Whom rungs of ladders have reached, by person: his inbox lists those notices too.
create index deliveries_reached on deliveries (person_id, made_at desc) where rung > 1;
