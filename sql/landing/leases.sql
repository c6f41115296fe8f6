-- Who does what only one may do at a time, where the database has no locks for it, and who scores: one row per name and term.
-- grain: name, term
-- time: expires_at
-- why: the first row of a key stays, so of those who want the same term exactly one gets it, and reads back who it was. Whoever
--   has a name goes on to its next term before the present one ends; a process that died lets it end. On PostgreSQL only
--   scorers that share the markets are in it.
create table leases (
  name varchar, -- what is done, as tickwave job train
  term bigint, -- counts up from 1 for each name
  owner varchar, -- who has it in this term, a random name for each process and time
  expires_at timestamptz, -- when others may take the next term; at once when it was given back
  primary key (name, term)
) on conflict do nothing;
