"""Facts of a document against its annotation: end-to-end precision, recall and F1, as relation extraction from documents is scored.

A predicted fact is right when its predicate is that of a gold fact and both ends match the gold entities by any of their names (Yao et
al. 2019, DocRED; Eberts and Ulges 2021, "joint" evaluation). *Strict*: normalised names are equal. *Lenient*: the words of one name
contain those of the other, or half of the words of both are shared (Jaccard). Predicted and gold facts are paired one to one, so
that a fact stated twice earns one point and costs one error.

Where the annotation leaves an event unnamed (MUC-4), any event matches and the facts of a document's incidents are merged, which is
role-filler entity extraction (Du, Rush and Cardie 2021, GRIT) with matching by name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from kg.evaluate.judge import OWN
from kg.evaluate.metrics import Score
from kg.extract.labels import predicate_of

__all__ = ["Fact", "gold_facts", "matching", "normalise", "predicted_facts", "score_facts"]

_DETERMINERS = frozenset(
    ("the", "a", "an", "this", "that", "these", "those", "his", "her", "its", "their", "our", "my", "your")
)
_SYMMETRIC = frozenset({"spouseOf"})
_OPEN = frozenset({"denied", "alleged", "planned"})  # facts that are told so are claims which the graph does not assert


@dataclass(frozen=True, slots=True)
class End:
    """An entity of a fact: its normalised names, its class, and whether the annotation leaves it without a name."""

    names: frozenset[str]
    cls: str
    anonymous: bool = False

    def fits(self, gold: End, *, lenient: bool) -> bool:
        """Whether this predicted entity is that gold one."""
        if gold.anonymous:
            return self.cls == "Event"
        if self.names & gold.names:
            return True
        return lenient and any(_alike(set(a.split()), set(b.split())) for a in self.names for b in gold.names)


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact; `optional` gold facts are neither missed nor wrong to find."""

    subject: End
    predicate: str
    object: End
    optional: bool = False

    def fits(self, gold: Fact, *, lenient: bool) -> bool:
        """Whether this predicted fact is that gold one."""
        if self.predicate != gold.predicate:
            return False
        ends = (self.subject, self.object)
        orders = (ends, ends[::-1]) if self.predicate in _SYMMETRIC else (ends,)
        return any(s.fits(gold.subject, lenient=lenient) and o.fits(gold.object, lenient=lenient) for s, o in orders)


def normalise(name: str) -> str:
    """A name without case, punctuation, possessive ending and leading determiners.

    >>> normalise("The U.S.'s"), normalise("Free Workers’ Party")
    ('us', 'free workers party')
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"['’]s\b|(?<=s)['’](?=\s|$)", "", text)
    text = re.sub(r"(?<=\w)\.(?=\w\b|\s|$)", "", text)
    words = re.sub(r"[\W_]+", " ", text).split()
    while len(words) > 1 and words[0] in _DETERMINERS:
        del words[0]
    return " ".join(words)


def _alike(a: set[str], b: set[str]) -> bool:
    return bool(a and b) and (a <= b or b <= a or 2 * len(a & b) >= len(a | b))


def _names(of: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in map(normalise, of) if name)


def gold_facts(record: Mapping[str, Any], *, same_sentence: bool = False) -> list[Fact]:
    """The facts of an annotated document that the graph would assert; those which names cannot tell apart are one.

    With `same_sentence`, facts whose ends never share a sentence are optional. So are facts of things without a name, those
    that the annotation calls so, and in our own annotation, which gives dates their values, those of a date that has none: "on
    Tuesday" in a text that nobody dated is never a statement.
    """
    ends, same = _entities(record)
    undated = {
        e["cluster"]
        for e in record["entities"]
        if e["type"] == "Date" and record.get("source") == OWN and "value" not in e
    }
    found: dict[tuple[str, str, str], Fact] = {}
    told: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    for subject, predicate, obj, info in record["triples"]:
        flags = info.get("flags") or [[]]
        if all(_OPEN & set(of) for of in flags):
            continue
        predicate = predicate_of(predicate)
        s, o = same[subject], same[obj]
        if s == o:
            continue
        unnamed = not all(end.names or end.anonymous for end in (ends[s], ends[o]))
        apart = same_sentence and not ends[s].anonymous and not info.get("co")
        optional = bool(info.get("optional")) or unnamed or apart or obj in undated
        key = ("*" if ends[s].anonymous else s, predicate, "*" if ends[o].anonymous else o)
        known = found.get(key)
        found[key] = Fact(ends[s], predicate, ends[o], optional and (known is None or known.optional))
        if not ends[s].anonymous:
            told.setdefault(key, set()).add((subject, obj))
    # where two gold entities share their name, saying the fact of each is no error
    return [*found.values(), *(replace(found[key], optional=True) for key, of in told.items() if len(of) > 1)]


def _entities(record: Mapping[str, Any]) -> tuple[dict[str, End], dict[str, str]]:
    """(cluster → entity, cluster → the cluster that stands for it): entities of one class and main name are one."""
    ends = {
        e["cluster"]: End(_names(e["names"]), e["type"], bool(e.get("anonymous", False))) for e in record["entities"]
    }
    first: dict[tuple[str, str], str] = {}
    same: dict[str, str] = {}
    for entity in record["entities"]:
        cluster = entity["cluster"]
        end = ends[cluster]
        keys = [] if end.anonymous else sorted(end.names if end.cls == "Polity" else _names(entity["names"][:1]))
        same[cluster] = next((first[end.cls, k] for k in keys if (end.cls, k) in first), cluster)
        kept = same[cluster]
        ends[kept] = replace(ends[kept], names=ends[kept].names | end.names)
        for key in keys:
            first.setdefault((end.cls, key), kept)
    return ends, same


def predicted_facts(line: Mapping[str, Any], *, merge_events: bool) -> list[Fact]:
    """The facts of a line that `prediction` wrote, each once; with `merge_events` all events of the document count as one."""
    found: dict[tuple[object, str, object], Fact] = {}
    for triple in line.get("triples", ()):
        ends = [End(_names(triple[k]["names"]), triple[k].get("type", "Other")) for k in ("subject", "object")]
        keys = ["*" if merge_events and end.cls == "Event" else end.names for end in ends]
        found.setdefault((keys[0], triple["predicate"], keys[1]), Fact(ends[0], triple["predicate"], ends[1]))
    return list(found.values())


def matching(found: Sequence[Any], wanted: Sequence[Any], fits: Callable[[Any, Any], bool]) -> dict[int, int]:
    """A largest one-to-one pairing (augmenting paths; Kuhn 1955): index in `wanted` → index in `found`."""
    edges = [[j for j, w in enumerate(wanted) if fits(f, w)] for f in found]
    owner: dict[int, int] = {}

    def place(i: int, seen: set[int]) -> bool:
        """Pair a found one, if need be by pairing others anew; whether that worked."""
        for j in edges[i]:
            if j not in seen:
                seen.add(j)
                if j not in owner or place(owner[j], seen):
                    owner[j] = i
                    return True
        return False

    for i in range(len(found)):
        place(i, set())
    return owner


def score_facts(
    record: Mapping[str, Any], line: Mapping[str, Any], *, lenient: bool = False, same_sentence: bool = False
) -> dict[str, Score]:
    """Predicate → score of one document. Empty where the document's facts were not annotated."""
    annotated = record.get("annotated", {})
    if annotated.get("triples") == "none":
        return {}
    scope = annotated.get("predicates")
    gold = [
        f
        for f in gold_facts(record, same_sentence=same_sentence)
        if scope is None or f.predicate in map(predicate_of, scope)
    ]
    merge = any(entity.get("anonymous") for entity in record["entities"])
    found = [
        f for f in predicted_facts(line, merge_events=merge) if scope is None or f.predicate in map(predicate_of, scope)
    ]
    wanted, optional = [f for f in gold if not f.optional], [f for f in gold if f.optional]
    return tally(
        found,
        wanted,
        optional,
        lambda f, g: bool(f.fits(g, lenient=lenient)),
        lambda f: str(f.predicate),
    )


def tally(
    found: Sequence[Any],
    wanted: Sequence[Any],
    optional: Sequence[Any],
    fits: Callable[[Any, Any], bool],
    label: Callable[[Any], str],
) -> dict[str, Score]:
    """Label → score; what matches nothing wanted but something optional is left out of the count."""
    owner = matching(found, wanted, fits)
    right = {i: label(wanted[j]) for j, i in owner.items()}
    scores: dict[str, Score] = {}

    def add(name: str, score: Score) -> None:
        scores[name] = scores.get(name, Score()) + score

    for j, gold in enumerate(wanted):
        add(label(gold), Score(j in owner, 0, j in owner, 1))
    for i, prediction in enumerate(found):
        if i in right:
            add(right[i], Score(0, 1, 0, 0))
        elif not any(fits(prediction, gold) for gold in optional):
            add(label(prediction), Score(0, 1, 0, 0))
    return scores
