"""Annotated stories → the weights of `kg.resolve.compare`: a logistic model per family of classes, fitted to pairs of names.

    python -m kg.train.resolve --data corpora       # reads kg/train/corpus too, writes kg/resolve/weights.json

The pairs are those that linking itself would compare, in catalogues of the training stories (as annotated, whole and in
random halves of their texts, because a name is compared when half of its articles have come, too; and as the shipped model
reads them) and, for what articles without a date tell, of the same stories without their dates and of the training topics of
ECB+ as the model reads them. Of our stories only the part `train` is read; the part `fold`, with and without dates, says how
well the scores are calibrated. Identity of one name in two
stories is known for people alone, who are invented: such pairs are two; all other pairs across stories are left out.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from kg.catalogue import Catalogue
from kg.evaluate.judge import document_of
from kg.evaluate.resolve import Extract, annotated, identities
from kg.extract import load_extractor
from kg.pipeline import Prepared, put
from kg.pipeline.clustering import profile_at
from kg.resolve import Comparison, compare
from kg.resolve.compare import WEIGHTS, weights
from kg.train.corpora import own_records, read_jsonl, refuse_held_out
from kg.types import Article, Document, EntityClass, Extraction

__all__ = ["calibration", "examples", "fit", "gathered", "main", "without_dates"]

log = logging.getLogger(__name__)

CAUTION: Mapping[str, float] = {
    "a description": 0.1,
    "person: a description": 1.5,
    "group: names": 0.6,
    "group: part of a name": 0.6,
    "event: undated, one word": -1.0,
    "a description: undated": -0.4,
}
"""End of a family's name → what is taken from its log odds, so that one threshold serves all: a little from descriptions, because a
wrong merge costs more than a missed one, and much from those of people (of the pairs of own.dev that "the spokesman" and his like
joined, two in five were right, and they were one in fifteen of those wanted); names of groups that are merely alike are not joined
unless something else speaks for it, which costs one pair in two hundred; where no days of publication can speak for or against it,
events told by one word are joined from 0.4 (of the training topics of ECB+, fitted on one half, links are as often right from
there as from 0.65, on the other half), and what is described from 0.55."""
SPARED = {
    "group: names": "a name in common"
}  # of a family's caution: a former name that an article gives is more than alike
RIDGE = 1.0  # of the penalty on squared weights, without the bias
HALVES, SEED = 2, 1
Example = tuple[Comparison, bool]


def examples(records: Sequence[Mapping[str, Any]], extract: Extract = annotated) -> list[Example]:
    """What linking would compare in a catalogue of these texts, and whether each pair is one thing.

    Texts of one `story` or `topic` share their ids; of what the annotator did not mark nothing is known.
    """
    catalogue = Catalogue.open(None)
    try:
        identity = _catalogued(catalogue, records, extract)
        return list(_compared(catalogue, identity))
    finally:
        catalogue.close()


def _catalogued(
    catalogue: Catalogue, records: Iterable[Mapping[str, Any]], extract: Extract
) -> dict[int, tuple[str, str]]:
    """Put the texts into a catalogue; returns place → the story and the id that most of its chains are."""
    ids: dict[int, Counter[tuple[str, str]]] = defaultdict(Counter)
    for record in records:
        document = document_of(record)
        extraction = extract(record, document)
        known = identities([record], {document.id: extraction})
        article = Article(document.id, document.text.encode(), document.text, "text/plain", document.id,
                          published=document.published)  # fmt: skip
        with catalogue.change() as change:
            put(change, "http://localhost:8000/", Prepared(article, document, extraction))
            key = change.articles.key(document.id)
            assert key is not None
            for chain in change.links.chains_of_article(key):
                place = change.likeness.place(chain.bucket, chain.shade) if chain.bucket else None
                if place is not None and (document.id, chain.number) in known:
                    group = str(record.get("story") or f"topic {record['topic']}")
                    ids[place][group, known[document.id, chain.number][1]] += 1
    return {place: min(of, key=lambda one: (-of[one], one)) for place, of in ids.items()}


def _compared(catalogue: Catalogue, identity: Mapping[int, tuple[str, str]]) -> Iterator[Example]:
    done: set[tuple[int, int]] = set()
    for place in catalogue.likeness.places():
        mine = profile_at(catalogue.likeness, place)
        for other in catalogue.likeness.candidates(place):
            theirs = profile_at(catalogue.likeness, other)
            if mine is None or theirs is None or (place, other) in done:
                continue
            done |= {(place, other), (other, place)}  # of some pairs only one has the other among its candidates
            left, right = identity.get(place), identity.get(other)
            if left is None or right is None:
                continue
            if left[0] != right[0] and not mine.cls == theirs.cls == EntityClass.PERSON:
                continue
            found = compare(mine, theirs)
            if found.veto is None:
                yield found, left == right


def fit(found: Iterable[Example], besides: Iterable[Example] = ()) -> dict[str, dict[str, float]]:
    """Family → feature → weight: the ridge-penalised maximum of likelihood, by Newton's method, less CAUTION.

    Those `besides` weigh in no family more than the others together.
    """
    families: dict[str, tuple[list[Example], list[Example]]] = defaultdict(lambda: ([], []))
    for of, part in ((found, 0), (besides, 1)):
        for one in of:
            families[one[0].family][part].append(one)
    fitted = {}
    for family, (ours, others) in sorted(families.items()):
        listed = [*ours, *others]
        names = sorted({name for comparison, _ in listed for name in comparison.features})
        x = np.array([[comparison.features.get(name, 0.0) for name in names] for comparison, _ in listed])
        y = np.array([float(same) for _, same in listed])
        share = min(1.0, len(ours) / len(others)) if ours and others else 1.0
        counts = np.r_[np.ones(len(ours)), np.full(len(others), share)]
        penalty = np.array([1e-6 if name == "bias" else RIDGE for name in names])
        w = np.zeros(len(names))
        for _ in range(50):
            p = 1 / (1 + np.exp(-np.clip(x @ w, -30, 30)))
            gradient = x.T @ (counts * (y - p)) - penalty * w
            hessian = (x * (counts * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
            step = np.linalg.solve(hessian, gradient)
            w += step
            if np.abs(step).max() < 1e-6:
                break
        caution = sum(value for end, value in CAUTION.items() if family.endswith(end))
        w[names.index("bias")] -= caution
        if SPARED.get(family) in names:
            w[names.index(SPARED[family])] += caution
        fitted[family] = {name: round(float(value), 3) for name, value in zip(names, w, strict=True)}
        log.info("%s: %d pairs and %d besides, %d of one thing", family, len(ours), len(others), int(y.sum()))
    return fitted


def calibration(found: Sequence[Example]) -> list[tuple[str, str, int, float]]:
    """(family, range of scores, pairs, share that is one thing)."""
    bins: dict[tuple[str, float], list[bool]] = defaultdict(list)
    for comparison, same in found:
        bins[comparison.family, min(0.9, int(comparison.score * 10) / 10)].append(same)
    return [(f, f"{low:.1f}", len(of), sum(of) / len(of)) for (f, low), of in sorted(bins.items())]


def gathered(stories: Sequence[Mapping[str, Any]], extract: Extract) -> list[Example]:
    """The examples of stories, as annotated and as a model reads them, with their dates and without."""
    dice = random.Random(SEED)  # noqa: S311 - halves, not secrets
    found = examples(stories)
    for _ in range(HALVES):
        found += examples([record for record in stories if dice.random() < 0.5])
    found += examples(stories, extract)
    return [*found, *_undated(examples(without_dates(stories))), *_undated(examples(without_dates(stories), extract))]


def without_dates(records: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The same texts, published nobody knows when."""
    return [{**record, "date": None} for record in records]


def _undated(found: Iterable[Example]) -> list[Example]:
    """Those that no day of publication helps with.

    All others are learnt from texts as they are, and from our stories alone: topics have people and groups marked where they
    take part in an event, and nowhere else.
    """
    return [one for one in found if "undated" in one[0].family]


def main() -> None:
    """Fit and write the weights; print how they are calibrated on the part `fold`."""
    parser = argparse.ArgumentParser(prog="python -m kg.train.resolve")
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the public corpora, for ECB+")
    data = parser.parse_args().data
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    extractor = load_extractor(None)
    stories = [record for record in refuse_held_out(own_records("train")) if "/" in record["id"]]
    topics = list(read_jsonl(data / "ecbplus.train.jsonl.gz")) if data else []

    def read(_: Mapping[str, Any], document: Document) -> Extraction:
        return extractor.extract(document)

    fitted = fit(gathered(stories, read), _undated(examples(topics, read)))
    body = {"fitted": f"python -m kg.train.resolve{' --data corpora' if data else ''}", "weights": fitted}
    WEIGHTS.write_text(json.dumps(body, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    weights.cache_clear()
    fold = [record for record in own_records("fold") if "/" in record["id"]]
    for row in calibration([*examples(fold), *_undated(examples(without_dates(fold)))]):
        log.info("%-32s %s %5d %.2f", *row)


if __name__ == "__main__":
    main()
