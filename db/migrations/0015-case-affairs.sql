-- What is done for a case besides grading it: who asked for support and is still waiting, to which group a message went, and
-- what stands apart of a referral: the package as it was handed over, who received it, what was answered (S8.2.2, S8.4, S8.5).

-- Null: no support was ever asked for. True: something is still to be done about it.
alter table cases add column support_live boolean;
create index cases_support on cases (support_live, opened_at) where support_live is not null and compartment is null;

-- Cases with support that the reader sees, those that wait longest first. As in 0008-lists.sql the policy's own condition is
-- said with the reader's keys written out, first of what is open to all and then, by his keys only, of what lies behind walls
-- (ISO-7).
create function support_cases(in_live boolean, in_limit int) returns table (case_id uuid)
language plpgsql stable security definer rows 200 set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select c.id from (
       (select c.id, c.opened_at from cases c where c.support_live = %1$L and c.compartment is null and c.seen_by && %2$L::text[]
         order by c.opened_at %4$s limit %3$s)
       union all
       (select c.id, c.opened_at from cases c where c.compartment is not null and c.seen_by && %2$L::text[] and c.support_live = %1$L
         order by c.opened_at %4$s limit %3$s)) c
      order by c.opened_at %4$s limit %3$s',
    in_live, actor_keys(), in_limit, case when in_live then '' else 'desc' end);
end $$;
revoke execute on function support_cases(boolean, int) from public;
grant execute on function support_cases(boolean, int) to ${app_role};

alter table messages drop constraint messages_direction_check;
alter table messages add constraint messages_direction_check check (direction in ('to-agency', 'to-desk', 'to-group'));
-- The group a message went to, when it went to neither side (S8.2.2).
alter table messages add column to_group text;
alter table messages add constraint messages_group_check check ((direction = 'to-group') = (to_group is not null));

-- The file that was handed to prosecutors or to the disaster system, byte for byte; its hash is in the fact that says so.
create table referral_packages (
  id uuid primary key,
  case_id uuid not null references cases,
  target text not null,
  name text not null,
  sha256 bytea not null,
  size int not null,
  content bytea not null,
  person_id uuid not null,
  post_id uuid not null,
  at timestamptz not null,
  seen_by text[] not null
);
create index on referral_packages (case_id, at);

-- Who received a referral under which number, and what was answered: names of people, and what the agency need not read.
create table referral_notes (
  id uuid primary key,
  case_id uuid not null references cases,
  target text not null,
  kind text not null check (kind in ('receipt', 'reply')),
  data jsonb not null,
  person_id uuid not null,
  post_id uuid not null,
  at timestamptz not null,
  seen_by text[] not null
);
create index on referral_notes (case_id, at);

do $$ declare t text; begin
  foreach t in array array['referral_packages', 'referral_notes'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to %I using (true) with check (true)', t, current_user);
    -- What was handed over and what came back is never rewritten.
    execute format('grant select, insert on %I to ${app_role}', t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
    -- Their own readers, and of those only who sees the case: an order of silence hides both (H28).
    execute format($p$create policy reads on %I for select to ${app_role} using
      (seen_by && (select actor_keys()) and exists (select 1 from cases c where c.id = case_id))$p$, t);
  end loop;
end $$;
