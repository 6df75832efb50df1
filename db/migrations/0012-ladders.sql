-- Ladders: where a notice that nobody answers stands, and when the next ones are told (H40, H41).

-- `rung` is the one reached, 1 the notice itself; null for a notice without a ladder. `rung_of` are the notices that nobody
-- answered and of which this one tells; its own `rung` is the one of theirs that made it.
alter table notices
  add column ladder text,
  add column rung smallint,
  add column next_rung_at timestamptz,
  add column ladder_stopped_at timestamptz,
  add column rung_of uuid[];
create index notices_rungs on notices (next_rung_at) where next_rung_at is not null;

-- The rung that made it. Above the first, a person is told who need not hold the post; when sending it is asked again
-- whether the ladder may still reach him.
alter table deliveries add column rung smallint;
