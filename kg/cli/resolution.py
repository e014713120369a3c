"""What `kg evaluate --resolution` prints: how well things are told apart and joined across articles."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kg.cli.output import number, put

if TYPE_CHECKING:
    from kg.types import Extractor

__all__ = ["print_resolution"]

TOPICS = "ecbplus"  # corpora of topics with clusters across their documents


def print_resolution(
    corpora: Sequence[tuple[str, list[dict[str, Any]]]], extractor: Extractor, *, as_json: bool
) -> None:
    """Print the scores of each corpus whose ids hold across texts; others are left out."""
    for name, records in corpora:
        rows = list(_topics(records, extractor) if name.startswith(TOPICS) else _stories(records, extractor))
        if as_json:
            for row in rows:
                put(json.dumps({"corpus": name, **row}, ensure_ascii=False))
            continue
        put(f"{name}: {number(len(records), 'document')}")
        for row in rows:
            values = "  ".join(f"{key} {value:.3f}" if isinstance(value, float) else f"{key} {value}"
                               for key, value in row.items() if key not in ("mentions", "label", "measure"))  # fmt: skip
            put(f"  {row['mentions']:10} {row['measure']:8} {row['label']:28} {values}")
        put("")


def _stories(records: list[dict[str, Any]], extractor: Extractor) -> Iterator[Mapping[str, Any]]:
    from kg.evaluate.resolve import annotated, score_stories

    texts = [record for record in records if record.get("story") and "/" in record["id"]]
    for mentions, extract in (("annotated", annotated), ("predicted", lambda _, document: extractor.extract(document))):
        found = score_stories(texts, extract)
        for label, score in sorted(found.pairs.items()):
            yield {"mentions": mentions, "measure": "pairs", "label": label, "P": score.precision, "R": score.recall,
                   "F1": score.f1, "wanted": int(score.wanted)}  # fmt: skip
        for label, chain in sorted(found.chains.items()):
            yield {"mentions": mentions, "measure": "clusters", "label": label, "B3": chain.b_cubed.f1,
                   "CoNLL": chain.f1}  # fmt: skip


def _topics(records: list[dict[str, Any]], extractor: Extractor) -> Iterator[Mapping[str, Any]]:
    from kg.evaluate.resolve import score_topics

    for label, scores in score_topics(records, lambda _, document: extractor.extract(document)).items():
        for whose, score in zip(("", ", head lemmas"), scores, strict=True):
            yield {"mentions": "predicted", "measure": "clusters", "label": f"{label}{whose}", "MUC": score.muc.f1,
                   "B3": score.b_cubed.f1, "CEAFe": score.ceaf_e.f1, "CoNLL": score.f1}  # fmt: skip
