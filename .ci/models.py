"""Loads the models that Tickwave wrote into a folder, predicts with them and compares; writes some of its own for the way back."""

import json
import sys
from pathlib import Path

import lightgbm
import numpy
import xgboost

folder = Path(sys.argv[1])
listed = json.loads((folder / "models.json").read_text())
features = listed["features"]
rows = numpy.fromfile(folder / "rows", "<f4").reshape(-1, len(features))
matrix = xgboost.DMatrix(rows, feature_names=features, nthread=1)


def by_xgboost(path):
    booster = xgboost.Booster({"nthread": 1})
    booster.load_model(path)
    assert booster.feature_names == features, booster.feature_names
    return booster.predict(matrix), booster.predict(matrix, pred_contribs=True)


def by_lightgbm(path):
    text = path.read_text()
    texts = json.loads(text)["lightgbm"] if text.startswith("{") else [text]
    boosters = [lightgbm.Booster(model_str=one) for one in texts]
    assert all(booster.feature_name() == features for booster in boosters)
    predictions = [booster.predict(rows, num_threads=1) for booster in boosters]
    contributions = [booster.predict(rows, num_threads=1, pred_contrib=True) for booster in boosters]
    return numpy.stack(predictions, 1), numpy.stack(contributions, 1)


for model in listed["models"]:
    for form in model["formats"]:
        name = f"{model['name']}.{form}"
        path = folder / name
        found = by_lightgbm(path) if form == "text" else by_xgboost(path)
        for what, values in zip(("predictions", "contributions"), found):
            ours = numpy.fromfile(folder / f"{model['name']}.{what}", "<f8")
            difference = numpy.abs(values.astype("f8").ravel() - ours).max()
            print(f"{name}: {len(ours)} {what} in Python, difference {difference:g}")
            if difference != 0:
                sys.exit(1)

random = numpy.random.default_rng(1)
training = random.normal(size=(1000, len(features))).astype("f4")
target = training[:, 0] + random.normal(size=1000)
names = []
for objective, labels, more in [
    ("reg:squarederror", target, {}),
    ("binary:logistic", target > 0.4, {}),
    ("reg:quantileerror", target, {"quantile_alpha": [0.1, 0.5, 0.9]}),
]:
    data = xgboost.DMatrix(training, labels, feature_names=features, nthread=1)
    booster = xgboost.train({"objective": objective, "nthread": 1, **more}, data, 20)
    for form in ("json", "ubj"):
        name = f"python-{objective.replace(':', '-')}.{form}"
        booster.save_model(folder / name)
        booster.predict(matrix).astype("<f8").tofile(folder / f"{name}.predictions")
        names.append(name)
(folder / "python.json").write_text(json.dumps(names))
