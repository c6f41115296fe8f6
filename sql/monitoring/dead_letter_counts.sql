-- How much input could not be used, and of which source: one row per source.
-- grain: source
-- why: a source that changes its format shows here first.
create view dead_letter_counts as
select
  source, -- who read it, as replay, import or kraken
  count(*) as letters, -- messages that could not be used
  count(*) filter (where received_at > now() - interval '1 hour') as letters_last_hour, -- those of the last hour
  max(received_at) as last_received_at -- when the last one arrived
from dead_letters
group by source;
