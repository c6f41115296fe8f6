insert into news_scores (news_id, asset, model, score, confidence, reason, scored_at)
select * from unnest($1::text[], $2::text[], $3::text[], $4::double precision[], $5::double precision[], $6::text[], $7::timestamptz[])
on conflict (news_id, asset, model) do nothing
