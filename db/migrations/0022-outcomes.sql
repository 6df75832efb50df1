-- How released cases came out (S8.2.3), counted by subgroup in the times between `in_starts`, by when they ended. As in
-- 0008-lists.sql: the policy's own condition with the reader's keys written out (ISO-7).
create function outcome_counts(in_mode text, in_starts timestamptz[]) returns table (period int, subgroup text, outcome text, cases int)
language plpgsql stable security definer rows 200 set search_path = public, pg_temp as $$
begin
  return query execute format(
    'select width_bucket(c.closed_at, %3$L::timestamptz[]), c.subgroup, c.outcome, count(*)::int
       from (select closed_at, subgroup, detail ->> ''outcome'' as outcome from cases c where c.compartment is null
                and c.closed_at >= %4$L and c.closed_at < %5$L and not c.open and c.mode = %2$L and c.seen_by && %1$L::text[]
             union all
             select closed_at, subgroup, detail ->> ''outcome'' from cases c where c.compartment is not null
                and c.closed_at >= %4$L and c.closed_at < %5$L and not c.open and c.mode = %2$L and c.seen_by && %1$L::text[]) c
      where c.outcome is not null
      group by 1, 2, 3', actor_keys(), in_mode, in_starts, in_starts[1], in_starts[cardinality(in_starts)]);
end $$;
revoke execute on function outcome_counts(text, timestamptz[]) from public;
grant execute on function outcome_counts(text, timestamptz[]) to ${app_role};
