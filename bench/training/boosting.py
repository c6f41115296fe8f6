"""XGBoost for benchmarks: reads tasks as JSON lines, answers each with the seconds that it took."""

import json
import sys
import time

import numpy
import xgboost

booster = None
rows = None


def read_rows(task):
    return numpy.fromfile(task["rows"], "<f4").reshape(-1, len(task["features"]))


def train(task):
    """From arrays in memory to a model in memory, as Tickwave's training does it."""
    values = read_rows(task)
    labels = numpy.fromfile(task["labels"], "<f4")
    began = time.perf_counter()
    matrix = xgboost.DMatrix(values, labels, feature_names=task["features"], nthread=1)
    trained = xgboost.train({**dict(task["settings"]), "nthread": 1}, matrix, task["rounds"])
    seconds = time.perf_counter() - began
    trained.save_model(task["model"])
    return seconds


def load(task):
    global booster, rows
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(task["model"])
    rows = read_rows(task)
    # A name check a call is not what is measured.
    booster.feature_names = None
    return 0


def score(task):
    """Calls of so many rows each, by the fastest way that Python has: no DMatrix."""
    size, calls = task["size"], task["calls"]
    batches = [rows[index * size % (len(rows) - size + 1) :][:size] for index in range(calls)]
    began = time.perf_counter()
    for batch in batches:
        booster.inplace_predict(batch)
    return time.perf_counter() - began


tasks = {"train": train, "load": load, "score": score}
for line in sys.stdin:
    given = json.loads(line)
    print(json.dumps({"seconds": tasks[given["do"]](given), "version": xgboost.__version__}), flush=True)
