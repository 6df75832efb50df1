-- Under an order of silence whoever filed sees the case while he holds a post of the body he filed for, and no longer (H28):
-- one more key, filer:<org>:<person>, in place of his own.
--
-- Keys: as in 0001-ground.sql, and admin:<org> · filer:<org>:<person>

update cases c set seen_by = (
  select array_agg(key order by key collate "C") from (
    select case when one like 'person:%'
                then 'filer:' || c.organisation_id || ':' || substr(one, length('person:') + 1)
                else one end as key
      from unnest(c.seen_by) one) keys)
 where c.held;

-- Why a notice was closed does not say afterwards that silence was ordered: the same word as for a case that has ended.
update notices set closed_why = 'no-longer-asked' where closed_why in ('case-ended', 'answered');
