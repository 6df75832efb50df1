-- Lists and searches that stay quick at a million cases, for whoever looks, and learn nothing from what he may not see.
--
-- Under a policy PostgreSQL cannot know how few rows a reader may see, and may not use an index for a condition that could
-- betray a row it must hide (`&&`, `like`). So the ids of one page are found by one function of the owner's that states the
-- policy's own condition with the reader's keys written out; the page is then read again under the policy. What lies
-- behind walls is looked for only by the keys of whoever looks: a wall costs nobody outside it any time (ISO-7).

-- Every two letters that stand side by side, and every letter that is not of the keyboard: Chinese has no blanks between words.
create function case_grams(words text) returns text[] language sql immutable strict parallel safe as
$$ select string_to_array(regexp_replace(lower(words), '(..)', E'\\1\x01', 'g') || E'\x01'
                          || regexp_replace(substr(lower(words), 2), '(..)', E'\\1\x01', 'g'), E'\x01')
          || string_to_array(regexp_replace(lower(words), '[ -~]+', '', 'g'), null) $$;

create index cases_readers on cases using gin (seen_by) with (gin_pending_list_limit = 256) where compartment is null;
create index cases_readers_walled on cases using gin (seen_by) where compartment is not null;
create index cases_words on cases using gin (case_grams(number || ' ' || summary)) with (gin_pending_list_limit = 256)
  where compartment is null;
create index cases_gravest_now on cases (rank desc, opened_at desc, id desc) where open and compartment is null;
-- What is asked for by name and may be rare, or not there at all.
create index cases_state on cases (state, opened_at desc, id desc) where compartment is null;
create index cases_level on cases (level, opened_at desc, id desc) where compartment is null;
create index cases_taken on cases (taken_by, opened_at desc, id desc) where taken_by is not null and compartment is null;
create index cases_exercises on cases (opened_at desc, id desc) where mode = 'exercise' and compartment is null;

-- Ids of one page of cases the reader may see. Every argument but the order and the length may be null: no such condition.
-- `in_words` is looked for in number and summary, whatever its case; `in_bodies` are the organisations of that name.
create function cases_listed(
  in_state text, in_level text, in_mode text, in_organisation uuid, in_subgroup text, in_open boolean, in_taken_by uuid,
  in_untaken boolean, in_words text, in_bodies uuid[], in_order text, in_at timestamptz, in_id uuid, in_rank int,
  in_limit int
) returns table (case_id uuid) language plpgsql stable security definer rows 50 set search_path = public, pg_temp as $$
declare
  wheres text := format('c.seen_by && %L::text[]', actor_keys());
  matches text := format('(strpos(lower(c.number || '' '' || c.summary), lower(%L)) > 0 or c.organisation_id = any (%L::uuid[]))',
                         in_words, in_bodies);
  grams text[];
  sort text;
  visible text;
  looked int;
  hits uuid[];
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
  -- What is open to all and what lies behind walls, each by its own indexes. The text is formatted once more for its
  -- length: a `%` somebody asks for must then still be a letter of his.
  visible := format(
    '(select * from cases c where c.compartment is null and %1$s order by %2$s limit %%1$s)
       union all
     (select * from cases c where c.compartment is not null and %1$s order by %2$s limit %%1$s)', replace(wheres, '%', '%%'), sort);
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
       union select c.id from cases c where c.compartment is not null and %3$s and %4$s)
     select c.id from pieces p join cases c on c.id = p.id where %3$s and %4$s order by %5$s limit %6$s',
    grams, in_bodies, wheres, matches, sort, in_limit);
end $$;
