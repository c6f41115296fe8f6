-- How far the models in service are, in which markets; without a market where they have looked at none.
select models.name as model, models.version, progress.exchange, progress.symbol,
  (extract(epoch from progress.scored_through) * 1000)::double precision as scored,
  (extract(epoch from progress.starts_after) * 1000)::double precision as starts
from models
left join scoring_progress as progress on progress.model = models.name and progress.version = models.version
where models.alias is not null
