-- Ways to a person besides mail: push to the installed web app, SMS, signed webhooks, fax. Each lane stands alone.

alter table deliveries drop constraint deliveries_channel_check,
  add constraint deliveries_channel_check check (channel in ('mail', 'push', 'sms', 'webhook', 'fax'));
-- Deliveries that went out as one mail; sent again they go together again, under the same Message-ID (INV-6).
alter table deliveries add column digest_id uuid;
-- The far side says that it arrived (SMS receipts); handed over is only that the next server took it.
alter table deliveries add column received_at timestamptz;
create index deliveries_digest on deliveries (digest_id) where state = 'queued' and digest_id is not null;
create index deliveries_person on deliveries (person_id) where state = 'queued';

-- A device on which a person switched on push. The endpoint is the push service's, and as good as a secret.
create table push_subscriptions (
  id uuid primary key,
  person_id uuid not null references persons,
  endpoint text not null unique,
  public_key bytea not null,
  auth_secret bytea not null,
  label text not null,
  made_at timestamptz not null,
  used_at timestamptz,
  failing_since timestamptz
);
create index on push_subscriptions (person_id);

-- Codes by which a notice is acknowledged from a telephone: bound to the number, hashed with a key of the installation.
create table sms_codes (
  delivery_id uuid primary key references deliveries,
  notice_id uuid not null references notices,
  person_id uuid not null references persons,
  number_hash bytea not null,
  code_hash bytea not null,
  salt int not null,
  expires_at timestamptz not null,
  used_at timestamptz
);
create unique index on sms_codes (number_hash, code_hash) where used_at is null;
-- Wrong codes by sender, so that guessing ends.
create table sms_guesses (
  id bigint generated always as identity primary key,
  number_hash bytea not null,
  at timestamptz not null
);
create index on sms_guesses (number_hash, at);
-- Which message of the gateway's was which part of which delivery: its receipts name nothing else.
create table sms_parts (
  lane text not null,
  message_id text not null,
  delivery_id uuid not null references deliveries,
  made_at timestamptz not null,
  primary key (lane, message_id)
);
create index on sms_parts (made_at);

-- When a person was last sent a mail that could have waited: at most one in so many seconds (LOAD-4).
create table mail_paces (
  person_id uuid primary key references persons,
  at timestamptz not null
);

-- How each lane fares: when it last took something, and since when it does not.
create table lane_health (
  lane text primary key,
  channel text not null,
  ok_at timestamptz,
  failing_since timestamptz,
  fault_at timestamptz,
  reason text
);

do $$ declare t text; begin
  foreach t in array array['push_subscriptions','sms_codes','sms_guesses','sms_parts','mail_paces','lane_health'] loop
    execute format('alter table %I enable row level security', t);
    execute format('alter table %I force row level security', t);
    execute format('create policy owner_all on %I to ${owner_role} using (true) with check (true)', t);
    execute format('grant select, insert, update, delete on %I to ${app_role}', t);
    execute format($p$create policy reads on %I for select to ${app_role} using ('system' = any ((select actor_keys())::text[]))$p$, t);
    execute format('create policy writes_insert on %I for insert to ${app_role} with check ((select actor_writing()))', t);
    execute format('create policy writes_update on %I for update to ${app_role} using ((select actor_writing())) with check ((select actor_writing()))', t);
    execute format('create policy writes_delete on %I for delete to ${app_role} using ((select actor_writing()))', t);
  end loop;
end $$;

-- The key that names this installation to push services (a P-256 private key is any number below the curve's order, and
-- all but one in four thousand million are), and the one that codes in short messages are made of.
insert into installation_secrets (name, secret) values
  ('push', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'))),
  ('sms', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')));
