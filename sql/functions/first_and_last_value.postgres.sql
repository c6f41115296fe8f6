-- first_value(x order by y) and last_value(x order by y) as aggregates, which RisingWave has and PostgreSQL has not.
-- why: the engine compiles them away; these are for a person who runs a view's text by hand. They stand in a schema that
--   comes before pg_catalog in the search_path, where PostgreSQL has window functions of the same names.
create function values_and(state anyarray, value anyelement) returns anyarray
language sql immutable as $$ select array_append(state, value) $$;

create function first_of(state anyarray) returns anyelement language sql immutable as $$ select state[1] $$;

create function last_of(state anyarray) returns anyelement language sql immutable as $$ select state[array_upper(state, 1)] $$;

create aggregate first_value(value anyelement) (
  sfunc = values_and, stype = anyarray, initcond = '{}', finalfunc = first_of
);

create aggregate last_value(value anyelement) (
  sfunc = values_and, stype = anyarray, initcond = '{}', finalfunc = last_of
);
