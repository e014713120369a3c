"""Document → Extraction: windows, model, mentions, chains, relations, in that order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.extract.coref import chains_of
from kg.extract.dates import date_value
from kg.extract.decode import sigmoid
from kg.extract.labels import COREFERENCE, PAIR_OUTPUTS
from kg.extract.mentions import Found, agree_on_classes, mentions_in
from kg.extract.model import SHIPPED, Model
from kg.extract.pairs import score_pairs
from kg.extract.relations import KEEP, Reading, relations_of
from kg.extract.windows import windows
from kg.types import Document, EntityClass, Extraction, Span

__all__ = ["ModelExtractor", "load_extractor"]

_SAME = PAIR_OUTPUTS.index(COREFERENCE)


class ModelExtractor:
    """The shipped extractor. Equal documents give equal extractions: every window is run alone.

    `keep` is the confidence below which a relation is dropped; `calibrated=False` gives raw scores, for fitting the calibration.
    """

    def __init__(self, model: Model, *, keep: float = KEEP, calibrated: bool = True) -> None:
        self._model = model
        self._keep = keep
        fitted: Mapping[str, Sequence[float]] = model.manifest.get("calibration", {}) if calibrated else {}
        self._calibration = {p: (float(a), float(b), float(c)) for p, (a, b, c) in fitted.items()}

    @property
    def model(self) -> str:
        """Name and version of the model."""
        return self._model.name

    def extract(self, document: Document) -> Extraction:
        """What the document says. Raises nothing for any text."""
        pieces = self._model.tokenizer.pieces(document.text)
        found: list[Found] = []
        sentences: list[int] = []
        logits: dict[tuple[int, int], NDArray[np.float32]] = {}
        starts = [s.start for s in document.sentences]
        for window in windows(pieces, document.sentences):
            outputs = self._model.encode(pieces, window)
            fresh_from = len(found)
            found += mentions_in(document, pieces, window, outputs)
            sentences += [_sentence(starts, f.mention.span) for f in found[fresh_from:]]
            logits |= score_pairs(self._model, window, outputs, found, sentences, fresh_from)
        mentions = tuple(f.mention for f in agree_on_classes(document.text, found))
        values = {
            i: value
            for i, m in enumerate(mentions)
            if m.cls is EntityClass.DATE and (value := date_value(m.span.of(document.text), document.published))
        }
        same = {
            (later, earlier): float(sigmoid(row[_SAME])) for (later, earlier), row in logits.items() if later > earlier
        }
        chains = chains_of(document.text, mentions, same, values)
        relations = relations_of(Reading(document, mentions, sentences, chains, logits), self._calibration, self._keep)
        return Extraction(document.id, self.model, mentions, chains, tuple(relations))


def load_extractor(folder: Path | None = None, *, threads: int | None = None) -> ModelExtractor:
    """The extractor of a model folder; the shipped one when none is given. Raises ModelError."""
    return ModelExtractor(Model(folder or SHIPPED, threads=threads))


def _sentence(starts: Sequence[int], span: Span) -> int:
    """The index of the sentence in which a span begins."""
    return max(int(np.searchsorted(starts, span.start, side="right")) - 1, 0)
