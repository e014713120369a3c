"""Document → Extraction: windows, model, mentions, chains, relations, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from kg.extract.confidence import Context, in_context
from kg.extract.coref import chains_of
from kg.extract.dates import date_value
from kg.extract.lists import without_lists
from kg.extract.mentions import Found, agree_on_classes, mentions_in
from kg.extract.model import SHIPPED, Model
from kg.extract.pairs import Inside, score_pairs
from kg.extract.relations import KEEP, Reading, relations_of
from kg.extract.scores import PairScores
from kg.extract.windows import windows
from kg.types import Document, EntityClass, Extraction

__all__ = ["ModelExtractor", "load_extractor"]


class ModelExtractor:
    """The shipped extractor. Equal documents give equal extractions: every window is run alone.

    `keep` is the confidence below which a relation is dropped. For fitting the calibration, `calibrated=False` gives raw scores, and
    `context=False` those that a relation has by itself.
    """

    def __init__(self, model: Model, *, keep: float = KEEP, calibrated: bool = True, context: bool = True) -> None:
        self._model = model
        self._keep = keep
        fitted: Mapping[str, Sequence[float]] = model.manifest.get("calibration", {}) if calibrated else {}
        self._calibration = {p: (float(a), float(b), float(c)) for p, (a, b, c) in fitted.items()}
        self._context = Context.of(model.manifest) if calibrated and context else None
        self._first = keep if self._context is None else min(keep, KEEP)  # what is below may be above in its context

    @property
    def model(self) -> str:
        """Name and version of the model."""
        return self._model.name

    def extract(self, document: Document) -> Extraction:
        """What the document says. Raises nothing for any text."""
        pieces = self._model.tokenizer.pieces(document.text)
        found: list[Found] = []
        sentences: list[int] = []
        scores = PairScores(self._calibration, self._first)
        starts = np.array([s.start for s in document.sentences] or [0], dtype=np.int64)
        inside = Inside.of([], [], 0)
        for window, outputs in self._model.encode_all(pieces, windows(pieces, document.sentences)):
            fresh = mentions_in(document, starts, pieces, window, outputs)
            begins = np.array([f.mention.span.start for f in fresh], dtype=np.int64)
            at = np.maximum(np.searchsorted(starts, begins, side="right") - 1, 0).tolist()
            inside = inside.and_then(Inside.of(fresh, at, len(found)), window)
            score_pairs(self._model, window, outputs, inside, scores)
            found += fresh
            sentences += at
        mentions = tuple(f.mention for f in agree_on_classes(document.text, found))
        values = {
            i: value
            for i, m in enumerate(mentions)
            if m.cls is EntityClass.DATE and (value := date_value(m.span.of(document.text), document.published))
        }
        chains = chains_of(document.text, mentions, scores.links, values)
        reading = Reading(document, mentions, sentences, chains, scores)
        relations = without_lists(document.text, mentions, relations_of(reading, self._calibration, self._first))
        alone = Extraction(document.id, self.model, mentions, chains, tuple(relations))
        return alone if self._context is None else in_context(alone, self._context, self._keep)


def load_extractor(folder: Path | None = None, *, threads: int | None = None) -> ModelExtractor:
    """The extractor of a model folder; the shipped one when none is given. Raises ModelError."""
    return ModelExtractor(Model(folder or SHIPPED, threads=threads))
