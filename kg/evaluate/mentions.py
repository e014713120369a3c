"""Mentions against their annotation: typed names as CoNLL-2003 scores them, nominals and triggers where a corpus marks them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.evaluate.facts import tally
from kg.evaluate.metrics import Score
from kg.types import EntityClass, Extraction, MentionKind

__all__ = ["score_kinds", "score_names", "score_triggers"]

_SCORED = frozenset({"Person", "Group", "Place", "Polity", "Event"})
_LOOSE = (frozenset({"Polity", "Place"}), frozenset({"Polity", "Group"}))


def score_names(record: Mapping[str, Any], line: Mapping[str, Any], *, lenient: bool = False) -> dict[str, Score]:
    """Class → score of the names of one document: span and class equal; lenient: spans overlap.

    Nominals, pronouns and dates are optional; a polity counts as a place and as a group. Empty where mentions are not all annotated.
    """
    if record.get("annotated", {}).get("mentions", "all") != "all" or "mentions" not in line:
        return {}
    wanted: list[Mapping[str, Any]] = []
    optional: list[Mapping[str, Any]] = []
    for m in record["mentions"]:
        required = m["type"] in _SCORED and m.get("kind", "name") == "name"
        (wanted if required else optional).append(m)

    def fits(found: Mapping[str, Any], gold: Mapping[str, Any]) -> bool:
        """Whether a mention is the annotated one: of its class, where that is scored, and at its place."""
        if gold["type"] in _SCORED and found["type"] != gold["type"] and {found["type"], gold["type"]} not in _LOOSE:
            return False
        if lenient:
            return bool(found["start"] < gold["end"] and gold["start"] < found["end"])
        return (found["start"], found["end"]) == (gold["start"], gold["end"])

    found = [m for m in line["mentions"] if m["type"] in _SCORED]
    return tally(found, wanted, optional, fits, lambda m: str(m["type"]))


def score_kinds(record: Mapping[str, Any], extraction: Extraction) -> dict[str, Score]:
    """Kind and class ("nominal Group") → score of one document of our own corpus, whose every mention is annotated."""
    gold = {(m["start"], m["end"], m["kind"], m["type"]) for m in record["mentions"]}
    found = {(m.span.start, m.span.end, m.kind.value, m.cls.value) for m in extraction.mentions}
    scores: dict[str, Score] = {}
    for kind, cls in sorted({key[2:] for key in gold | found}):
        g, f = ({key for key in of if key[2:] == (kind, cls)} for of in (gold, found))
        scores[f"{kind} {cls}"] = Score(len(g & f), len(f), len(g & f), len(g))
    return scores


def score_triggers(record: Mapping[str, Any], extraction: Extraction) -> dict[str, Score]:
    """Score of event triggers by word, in the sentences that are surely annotated (ECB+); `token`: words, whatever their type."""
    text = record["text"]
    sentences = record["sents"]
    chosen = record["annotated"].get("sentences", range(len(sentences)))
    inside = [tuple(sentences[i]) for i in chosen]

    def words(start: int, end: int) -> set[int]:
        """Where the words of a range begin, inside the annotated sentences."""
        starts = {k for k in range(start, end) if text[k].isalnum() and (k == 0 or not text[k - 1].isalnum())}
        return {k for k in starts if any(a <= k < b for a, b in inside)}

    gold: set[int] = set()
    for m in record["mentions"]:
        if m["type"] == "Event":
            gold |= words(m["start"], m["end"])
    found: set[int] = set()
    for mention in extraction.mentions:
        if mention.cls is EntityClass.EVENT and mention.kind in (MentionKind.TRIGGER, MentionKind.NAME):
            found |= words(mention.span.start, mention.span.end)
    return {"token": Score(len(gold & found), len(found), len(gold & found), len(gold))}
