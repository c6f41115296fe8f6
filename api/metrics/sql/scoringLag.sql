select model, version, exchange, symbol, minutes_behind * 60 as value
from scoring_lag
