-- A body's own list, what stands beside each case of a page, and the desk's queue: as quick at a million cases.

-- What lies behind walls is found by keys alone: a list of rows still to be sorted in would be walked by everybody (ISO-7).
alter index cases_readers_walled set (fastupdate = off);
select gin_clean_pending_list('cases_readers_walled');

create index cases_of_body on cases (organisation_id, opened_at desc, id desc) where compartment is null;

-- Ids of one page of cases the reader may see. Every argument but the order and the length may be null: no such condition.
-- `in_words` is looked for in number and summary, whatever its case; `in_bodies` are the organisations of that name.
create or replace function cases_listed(
  in_state text, in_level text, in_mode text, in_organisation uuid, in_subgroup text, in_open boolean, in_taken_by uuid,
  in_untaken boolean, in_words text, in_bodies uuid[], in_order text, in_at timestamptz, in_id uuid, in_rank int,
  in_limit int
) returns table (case_id uuid) language plpgsql stable security definer rows 50 set search_path = public, pg_temp as $$
declare
  readers text := format('c.seen_by && %L::text[]', actor_keys());
  wheres text := 'true';
  matches text := format('(strpos(lower(c.number || '' '' || c.summary), lower(%L)) > 0 or c.organisation_id = any (%L::uuid[]))',
                         in_words, in_bodies);
  grams text[];
  sort text;
  visible text;
  looked int;
  hits uuid[];
  few uuid[];
begin
  if in_state is not null then wheres := wheres || format(' and c.state = %L', in_state); end if;
  if in_level is not null then wheres := wheres || format(' and c.level = %L', in_level); end if;
  if in_mode is not null then wheres := wheres || format(' and c.mode = %L', in_mode); end if;
  if in_organisation is not null then wheres := wheres || format(' and c.organisation_id = %L', in_organisation); end if;
  if in_subgroup is not null then wheres := wheres || format(' and c.subgroup = %L', in_subgroup); end if;
  if in_open then wheres := wheres || ' and c.open'; end if;
  if not in_open then wheres := wheres || ' and not c.open'; end if;
  if in_taken_by is not null then wheres := wheres || format(' and c.taken_by = %L', in_taken_by); end if;
  if in_untaken then wheres := wheres || ' and c.taken_by is null'; end if;
  case in_order
    when 'newest' then
      sort := 'c.opened_at desc, c.id desc';
      if in_at is not null then wheres := wheres || format(' and (c.opened_at, c.id) < (%L::timestamptz, %L::uuid)', in_at, in_id); end if;
    when 'oldest' then
      sort := 'c.opened_at, c.id';
      if in_at is not null then wheres := wheres || format(' and (c.opened_at, c.id) > (%L::timestamptz, %L::uuid)', in_at, in_id); end if;
    when 'gravest' then
      sort := 'c.rank desc, c.opened_at desc, c.id desc';
      if in_at is not null then
        wheres := wheres || format(' and c.rank <= %s and (c.rank < %s or (c.opened_at, c.id) < (%L::timestamptz, %L::uuid))',
                                   in_rank, in_rank, in_at, in_id);
      end if;
  end case;
  -- What is open to all and what lies behind walls, each by its own indexes; behind walls first by the reader's keys, whatever
  -- else is asked (`offset 0`), for in any other order what he may not see would take time (ISO-7). The text is formatted once more for its
  -- length: a `%` somebody asks for must then still be a letter of his. Cases of one body come in order from that body's
  -- own index, whoever looks; said as `is true` the condition on readers cannot lead to collecting and sorting them all.
  visible := format(
    '(select * from cases c where c.compartment is null and %4$s and %1$s order by %2$s limit %%1$s)
       union all
     (select * from (select * from cases c where c.compartment is not null and %3$s offset 0) c
       where %1$s order by %2$s limit %%1$s)',
    replace(wheres, '%', '%%'), sort, replace(readers, '%', '%%'),
    case when in_organisation is null then replace(readers, '%', '%%') else format('(%s) is true', replace(readers, '%', '%%')) end);
  -- Most readers see few of all cases: theirs are gathered by their keys, whatever else is asked. Walking the newest of
  -- everybody's until a page of theirs is full would take them through all that is not theirs. Whoever sees many finds a
  -- page among the first that come.
  if in_organisation is null and not actor_keys() && '{desk,watch,command,system}' then
    if in_words is null then
      execute format(
        'select array_agg(c.id order by %2$s), count(*) filter (where c.compartment is null) from (
           select * from (select * from cases c where c.compartment is null and %1$s order by %2$s limit 500) c where %3$s
           union all (select * from (select * from cases c where c.compartment is not null and %3$s offset 0) c
                       where %1$s order by %2$s limit %4$s)) c',
        wheres, sort, readers, in_limit) into few, looked;
      -- Enough of what is open to all; what lies behind walls is whole: no page can hold anything later.
      if looked >= in_limit then
        return query select unnest(few[:in_limit]);
        return;
      end if;
    end if;
    execute format('select array(select c.id from cases c where c.compartment is null and %s limit 3001)', readers) into few;
    if cardinality(few) <= 3000 then
      return query execute format(
        'select c.id from (select * from cases c where c.id = any ($1)
                             union all select * from cases c where c.compartment is not null and %1$s) c
          where %2$s and %3$s order by %4$s limit %5$s',
        readers, wheres, case when in_words is null then 'true' else matches end, sort, in_limit) using few;
      return;
    end if;
  end if;
  if in_words is null then
    return query execute format('select c.id from (%s) c order by %s limit %s', format(visible, in_limit), sort, in_limit);
    return;
  end if;
  -- A word that is common stands in the first that come; so do all words of a reader who sees few cases.
  execute format(
    'select count(*), (array_agg(c.id order by %2$s) filter (where %3$s))[:%4$s] from (%1$s) c',
    format('select * from (%s) c order by %s limit %s', format(visible, 2000), sort, 2000), sort, matches, in_limit)
    into looked, hits;
  grams := array(select g from unnest(case_grams(in_words)) g where length(g) = least(2, length(in_words)));
  if looked < 2000 or cardinality(hits) = in_limit or grams = '{}' then
    return query select unnest(hits);
    return;
  end if;
  -- A rare one is found by its pieces. They are asked of the index alone: to cut a text to pieces is dear.
  return query execute format(
    'with pieces as materialized (
       select c.id from cases c where c.compartment is null and case_grams(c.number || '' '' || c.summary) @> %1$L::text[]
       union select c.id from cases c where c.compartment is null and c.organisation_id = any (%2$L::uuid[])
       union select c.id from cases c where c.compartment is not null and %7$s and %3$s and %4$s)
     select c.id from pieces p join cases c on c.id = p.id where %7$s and %3$s and %4$s order by %5$s limit %6$s',
    grams, in_bodies, wheres, matches, sort, in_limit, readers);
end $$;

-- What stands beside the cases of a page: the nearest clock, and how the notices stand. Whoever sees a case sees its clocks
-- and notices; so the question is asked once a case here, not once a notice.
create function cases_beside(in_cases uuid[], in_now timestamptz) returns table (
  case_id uuid, clock_definition text, clock_due timestamptz, told int, acknowledged int, waiting int, late int
) language sql stable security definer rows 50 set search_path = public, pg_temp as $$
  select c.id, k.definition, k.due_at, n.told, n.acknowledged, n.waiting, n.late
    from cases c
    left join lateral (select definition, due_at from clocks where case_id = c.id and state = 'running'
                        order by due_at, definition limit 1) k on true
    cross join lateral (
      select count(*)::int as told,
             count(*) filter (where acknowledged_at is not null)::int as acknowledged,
             count(*) filter (where expects <> 'none' and acknowledged_at is null and closed_at is null)::int as waiting,
             count(*) filter (where expects <> 'none' and acknowledged_at is null and closed_at is null
                                and confirm_by <= in_now)::int as late
        from notices where case_id = c.id) n
   where c.id = any (in_cases) and c.seen_by && (select actor_keys());
$$;

-- The desk's queue by its own order: what presses (a notice that failed, or a time that has come), then the gravest, then
-- what comes due next. One range of the index for each level, so that nothing is sorted that is not shown.
-- `in_all`: the reader works the centre's desk; `in_groups`: compartments' desks he works.
create index cases_queue on cases (rank, attention_at, opened_at) where open and compartment is null;
create index cases_failed on cases (rank, attention_at, opened_at) where open and compartment is null and failed_notices > 0;

create function cases_queued(in_all boolean, in_groups text[], in_now timestamptz, in_limit int) returns table (case_id uuid)
language plpgsql stable security definer rows 200 set search_path = public, pg_temp as $$
declare
  keys text[] := actor_keys();
  found int := 0;
  added int;
  level_rank int;
begin
  for pressing in 1..2 loop
    select max(rank) into level_rank from cases where open and compartment is null and in_all;
    -- A compartment's own desk reads its queue by its keys (DEC-19); there is no other way behind the wall.
    return query
      select c.id from cases c
       where c.open and c.compartment is not null and c.seen_by && keys and c.detail -> 'routing' ->> 'desk' = any (in_groups)
         and (c.failed_notices > 0 or coalesce(c.attention_at <= in_now, false)) = (pressing = 1)
       order by c.rank desc, c.attention_at, c.opened_at limit in_limit;
    while level_rank is not null and found < in_limit loop
      if pressing = 1 then
        return query
          select u.id from (
            (select c.id, c.attention_at, c.opened_at from cases c
              where c.open and c.compartment is null and c.rank = level_rank and c.attention_at <= in_now and c.seen_by && keys is true
              order by c.attention_at, c.opened_at limit in_limit - found)
            union all
            (select c.id, c.attention_at, c.opened_at from cases c
              where c.open and c.compartment is null and c.rank = level_rank and c.failed_notices > 0
                and (c.attention_at <= in_now) is not true and c.seen_by && keys is true
              order by c.attention_at, c.opened_at limit in_limit - found)) u
           order by u.attention_at, u.opened_at limit in_limit - found;
      else
        return query
          select c.id from cases c
           where c.open and c.compartment is null and c.rank = level_rank and (c.attention_at > in_now) and c.failed_notices = 0
             and c.seen_by && keys is true
           order by c.attention_at, c.opened_at limit in_limit - found;
        get diagnostics added = row_count;
        found := found + added;
        return query
          select c.id from cases c
           where c.open and c.compartment is null and c.rank = level_rank and c.attention_at is null and c.failed_notices = 0
             and c.seen_by && keys is true
           order by c.opened_at limit in_limit - found;
      end if;
      get diagnostics added = row_count;
      found := found + added;
      select max(rank) into level_rank from cases where open and compartment is null and rank < level_rank;
    end loop;
  end loop;
end $$;

-- How much waits, without a look at the rows themselves: every case outside compartments is open to the centre's desk.
create index cases_queue_counts on cases (open) include (taken_by, level_status, suspected, failed_notices, attention_at, state)
  where open and compartment is null;

create function cases_queue_counts(in_all boolean, in_groups text[], in_now timestamptz) returns table (
  "all" int, unacknowledged int, unconfirmed int, late int, recovered int
) language sql stable security definer set search_path = public, pg_temp as $$
  with waiting as (
    select c.taken_by, c.level_status, c.suspected, c.failed_notices, c.attention_at, c.state from cases c
     where in_all and 'desk' = any ((select actor_keys())::text[]) and c.open and c.compartment is null
    union all
    select c.taken_by, c.level_status, c.suspected, c.failed_notices, c.attention_at, c.state from cases c
     where in_all and 'desk' <> all ((select actor_keys())::text[]) and c.open and c.compartment is null
       and c.seen_by && (select actor_keys())
    union all
    select c.taken_by, c.level_status, c.suspected, c.failed_notices, c.attention_at, c.state from cases c
     where c.open and c.compartment is not null and c.seen_by && (select actor_keys())
       and c.detail -> 'routing' ->> 'desk' = any (in_groups))
  select count(*)::int,
         count(*) filter (where taken_by is null)::int,
         count(*) filter (where level_status = 'proposed' and not suspected)::int,
         count(*) filter (where failed_notices > 0 or attention_at <= in_now)::int,
         count(*) filter (where state = 'recovered')::int
    from waiting;
$$;
