-- From which network somebody signed in, as a hash that differs from person to person: guesses from elsewhere do not lock
-- him out of a network that is his (AUTH-1).
alter table sign_in_events add column network text;
