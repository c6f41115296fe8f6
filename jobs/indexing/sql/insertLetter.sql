insert into dead_letters (source, place, reason, raw_base64, received_at)
values ('index', $1, $2, $3, $4)
on conflict (source, place) do nothing
