-- The situation room and the campaigns: what stands open, what runs out next and who has not answered, for whoever looks and
-- however much there is. As in 0008-lists.sql each question is asked by a function of the owner's that states the policy's own
-- condition with the reader's keys written out, first of what is open to all and then, by his keys only, of what lies behind
-- walls: what he may not see costs him no time (ISO-7). What is shown of single rows is read again under the policies.

-- Clocks behind walls are not walked past.
alter table clocks add column compartment text;
update clocks k set compartment = c.compartment from cases c where c.id = k.case_id and c.compartment is not null;

-- An exercise is never counted for real, not even by the centre that sees a number and a level only.
alter table case_stubs add column mode text not null default 'live';
update case_stubs s set mode = c.mode from cases c where c.id = s.case_id;

create index clocks_nearest on clocks (due_at, id) where state = 'running' and compartment is null;
create index notices_in_motion on notices (rank desc, confirm_by, id)
  where expects <> 'none' and acknowledged_at is null and closed_at is null and compartment is null;
create index cases_ended on cases (closed_at desc) where closed_at is not null and compartment is null;
create index facts_open_to_all on facts (position desc) where stream = 'case' and compartment is null;

-- Open cases by where they belong and how grave they are.
create function situation_open(in_mode text) returns table (
  subgroup text, affected text[], sectors text[], county text, level text, confirmed boolean, suspected boolean, cases int
) language plpgsql stable security definer rows 500 set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select c.subgroup, c.affected_subgroups, c.sectors, o.county, c.level, c.level_status = ''confirmed'', c.suspected, count(*)::int
       from (select * from cases c where c.compartment is null and c.open and c.mode = %2$L and c.seen_by && %1$L::text[]
             union all
             select * from cases c where c.compartment is not null and c.open and c.mode = %2$L and c.seen_by && %1$L::text[]) c
       join organisations o on o.id = c.organisation_id
      group by 1, 2, 3, 4, 5, 6, 7', actor_keys(), in_mode);
end $$;

-- The clocks that run out next, those that have run out before them.
create function situation_clocks(in_mode text, in_limit int) returns table (clock_id uuid)
language plpgsql stable security definer rows 20 set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select k.id from (
       (select k.id, k.due_at from clocks k join cases c on c.id = k.case_id
         where k.state = ''running'' and k.compartment is null and c.compartment is null and c.open and c.mode = %2$L and c.seen_by && %1$L::text[]
         order by k.due_at, k.id limit %3$s)
       union all
       (select k.id, k.due_at from cases c join clocks k on k.case_id = c.id
         where c.compartment is not null and c.open and c.mode = %2$L and c.seen_by && %1$L::text[] and k.state = ''running''
         order by k.due_at, k.id limit %3$s)) k
      order by k.due_at, k.id limit %3$s', actor_keys(), in_mode, in_limit);
end $$;

-- Notices that still ask somebody for something, of the gravest cases first, then those whose time runs out first.
create function situation_waiting(in_mode text, in_limit int) returns table (notice_id uuid)
language plpgsql stable security definer rows 60 set search_path = public, pg_temp as $$
declare
  waits constant text := 'n.expects <> ''none'' and n.acknowledged_at is null and n.closed_at is null';
begin
  return query execute format(
    'select n.id from (
       (select n.id, n.rank, n.confirm_by from notices n join cases c on c.id = n.case_id
         where n.compartment is null and %4$s and c.compartment is null and c.mode = %2$L and c.seen_by && %1$L::text[]
         order by n.rank desc, n.confirm_by, n.id limit %3$s)
       union all
       (select n.id, n.rank, n.confirm_by from cases c join notices n on n.case_id = c.id
         where c.compartment is not null and %4$s and c.mode = %2$L and c.seen_by && %1$L::text[]
         order by n.rank desc, n.confirm_by, n.id limit %3$s)) n
      order by n.rank desc, n.confirm_by, n.id limit %3$s', actor_keys(), in_mode, in_limit, waits);
end $$;

-- How many clocks have run out and how many notices wait or wait too long; counted up to `in_most` each.
create function situation_pressing(in_mode text, in_now timestamptz, in_most int) returns table (overdue int, waiting int, late int)
language plpgsql stable security definer rows 1 set search_path = public, pg_temp as $$
declare
  waits constant text := 'n.expects <> ''none'' and n.acknowledged_at is null and n.closed_at is null';
begin
  return query execute format(
    'with walled as materialized (select c.id from cases c where c.compartment is not null and c.mode = %2$L and c.seen_by && %1$L::text[])
     select
       (select count(*)::int from (
          select from clocks k join cases c on c.id = k.case_id
           where k.state = ''running'' and k.compartment is null and k.due_at <= %4$L and c.compartment is null and c.open and c.mode = %2$L and c.seen_by && %1$L::text[]
          union all select from walled w join clocks k on k.case_id = w.id where k.state = ''running'' and k.due_at <= %4$L
          limit %3$s) x),
       (select count(*)::int from (
          select from notices n join cases c on c.id = n.case_id
           where n.compartment is null and %5$s and c.compartment is null and c.mode = %2$L and c.seen_by && %1$L::text[]
          union all select from walled w join notices n on n.case_id = w.id where %5$s
          limit %3$s) x),
       (select count(*)::int from (
          select from notices n join cases c on c.id = n.case_id
           where n.compartment is null and %5$s and n.confirm_by <= %4$L and c.compartment is null and c.mode = %2$L and c.seen_by && %1$L::text[]
          union all select from walled w join notices n on n.case_id = w.id where %5$s and n.confirm_by <= %4$L
          limit %3$s) x)', actor_keys(), in_mode, in_most, in_now, waits);
end $$;

-- How many cases were opened and how many ended, hour by hour and by their present level.
create function situation_flow(in_mode text, in_since timestamptz) returns table (hour timestamptz, level text, opened int, ended int)
language plpgsql stable security definer rows 1000 set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select x.hour, x.level, sum(x.opened)::int, sum(x.ended)::int from (
       select date_trunc(''hour'', c.opened_at) as hour, c.level, count(*) as opened, 0 as ended from cases c
        where c.compartment is null and c.opened_at >= %3$L and c.mode = %2$L and not c.suspected and c.seen_by && %1$L::text[] group by 1, 2
       union all
       select date_trunc(''hour'', c.closed_at), c.level, 0, count(*) from cases c
        where c.compartment is null and c.closed_at >= %3$L and c.mode = %2$L and not c.suspected and c.seen_by && %1$L::text[] group by 1, 2
       union all
       select date_trunc(''hour'', e.at), c.level, count(*) filter (where e.opens), count(*) filter (where not e.opens)
         from cases c cross join lateral (values (c.opened_at, true), (c.closed_at, false)) e (at, opens)
        where c.compartment is not null and e.at >= %3$L and c.mode = %2$L and not c.suspected and c.seen_by && %1$L::text[] group by 1, 2) x
      group by 1, 2 order by 1', actor_keys(), in_mode, in_since);
end $$;

-- What happened last, of these kinds.
create function situation_feed(in_mode text, in_kinds text[], in_since timestamptz, in_limit int) returns table (case_id uuid, fact_seq int)
language plpgsql stable security definer rows 20 set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select f.stream_id, f.seq from (
       (select f.stream_id, f.seq, f.position from facts f join cases c on c.id = f.stream_id
         where f.stream = ''case'' and f.compartment is null and f.kind = any (%3$L::text[]) and f.at >= %4$L and f.mode = %2$L
           and c.compartment is null and c.seen_by && %1$L::text[]
         order by f.position desc limit %5$s)
       union all
       (select f.stream_id, f.seq, f.position from cases c join facts f on f.stream_id = c.id
         where c.compartment is not null and c.seen_by && %1$L::text[] and f.kind = any (%3$L::text[]) and f.at >= %4$L and f.mode = %2$L
         order by f.position desc limit %5$s)) f
      order by f.position desc limit %5$s', actor_keys(), in_mode, in_kinds, in_since, in_limit);
end $$;

-- Cases of a time, newest first: what a campaign is looked for among.
create function cases_since(in_mode text, in_since timestamptz, in_limit int) returns table (case_id uuid)
language plpgsql stable security definer rows 1000 set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select c.id from (
       (select c.id, c.opened_at from cases c
         where c.compartment is null and c.opened_at >= %3$L and c.mode = %2$L and c.seen_by && %1$L::text[]
         order by c.opened_at desc, c.id desc limit %4$s)
       union all
       (select c.id, c.opened_at from cases c
         where c.compartment is not null and c.opened_at >= %3$L and c.mode = %2$L and c.seen_by && %1$L::text[]
         order by c.opened_at desc, c.id desc limit %4$s)) c
      order by c.opened_at desc, c.id desc limit %4$s', actor_keys(), in_mode, in_since, in_limit);
end $$;
