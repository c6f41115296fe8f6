select accuracy_rolling.model, accuracy_rolling.version, models.alias, accuracy_rolling.horizon_minutes, accuracy_rolling.period, accuracy_rolling.skill as value
from accuracy_rolling
join models on models.name = accuracy_rolling.model and models.version = accuracy_rolling.version
where models.alias is not null
