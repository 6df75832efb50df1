-- What is kept for somebody who never came back is swept away: drafts nobody touched for a season, files no report took.
-- The sweep is the system's; people see their own drafts only, as before.

create index on drafts (updated_at);
create index attachments_unfiled on attachments (at) where report_id is null;

create policy sweeps on drafts for select to ${app_role} using ('system' = any ((select actor_keys())::text[]));
