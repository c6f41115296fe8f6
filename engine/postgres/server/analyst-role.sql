-- The read-only role for people and for the API: the part that counts on the whole server. Run at each start.

alter role analyst with login nosuperuser nocreatedb nocreaterole noreplication connection limit 20;
alter role analyst set default_transaction_read_only = on;
alter role analyst set statement_timeout = '60s';
alter role analyst set idle_in_transaction_session_timeout = '60s';
