-- By which provider a session came about, so that it ends when that provider is no longer configured. A process of the
-- version before writes none; such a session holds as long as any provider is configured, and at most its twelve hours.
alter table sessions add column issuer text;
