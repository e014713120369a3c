"""Stories → the JSON Lines form of the public corpora, one record per text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kg.errors import KgError
from kg.extract.labels import predicate_of
from kg.train.story import CLASSES, CLUTTER, Fact, MarkedMention, Passage, Story

__all__ = ["asserted", "records", "to_record"]

UNREAL = frozenset({"denied", "alleged", "planned"})  # a fact that is only told so is not asserted
HINT = "kg corpus lint shows what is wrong"


def records(story: Story) -> Iterator[dict[str, Any]]:
    """The texts of a story as records, `NNN-slug/n`. Clusters are ids of the whole story: equal ones are one thing in all its texts."""
    for passage in story.texts:
        record = to_record(passage, story.path.stem if story.single else f"{story.path.stem}/{passage.number}")
        about = {"story": story.name, "genre": passage.header.get("genre")}
        if not story.single:
            about |= {"outlet": passage.header.get("outlet"), "field": story.header.get("field")}
            if copied := passage.header.get("copy-of"):
                about["copy_of"] = f"{story.path.stem}/{copied}"
        yield {**record, **about}


def to_record(passage: Passage, identifier: str) -> dict[str, Any]:
    """A text in the form of the public corpora; facts keep their flags, traps are left out (what is not written is false).

    Raises KgError for a fact about what is not mentioned.
    """
    entities = passage.entities()
    triples: dict[tuple[str, str, str], dict[str, Any]] = {}
    for fact in passage.facts:
        if fact.holds:
            info = triples.setdefault(fact.key, {"evidence": [], "flags": []})
            info["evidence"].append(fact.sentence)
            info["flags"].append(sorted(fact.flags | _named_flags(fact)))
    where = {m: i for i in range(len(passage.sentences)) for m in passage.mentions_in(i)}
    for (subject, _, obj), info in triples.items():
        if subject not in entities or obj not in entities:
            raise KgError(f"{identifier}: a fact of {subject} and {obj}, not both of which are mentioned", hint=HINT)
        sentences = [{where[m] for m in entities[end]} for end in (subject, obj)]
        info["co"] = sorted(sentences[0] & sentences[1])
    clutter = sorted(i for i, mark in passage.marks.items() if mark == CLUTTER)
    return {
        "id": identifier,
        "source": "newsgraph",
        "licence": "CC BY 4.0",
        "date": passage.header.get("date"),
        "text": passage.text,
        "sents": [list(sentence) for sentence in passage.sentences],
        **({"clutter": clutter} if clutter else {}),
        "mentions": [
            {
                "id": f"m{i}",
                "start": m.start,
                "end": m.end,
                "type": CLASSES[m.entity[0]],
                "cluster": m.entity,
                "kind": m.kind,
            }
            for i, m in enumerate(passage.mentions)
        ],
        "entities": [
            {
                "cluster": entity,
                "type": CLASSES[entity[0]],
                "names": list(dict.fromkeys(map(passage.surface, sorted(mentions, key=_by_kind)))),
                **({"event_type": passage.types[entity]} if entity in passage.types else {}),
                **({"value": passage.values[entity]} if entity in passage.values else {}),
            }
            for entity, mentions in entities.items()
        ],
        "triples": [[s, p, o, info] for (s, p, o), info in triples.items()],
        "annotated": {"triples": "all", "mentions": "all"},
    }


def asserted(record: dict[str, Any]) -> dict[str, Any]:
    """The record as predictions are held against it: what is only denied, alleged or planned is left out, dates are `occurredOn`.

    A date may also be called by its value. What has no value is no part of a statement:
    to find what it dates is neither wanted nor wrong.
    """
    undated = {e["cluster"] for e in record["entities"] if e["type"] == CLASSES["D"] and "value" not in e}
    triples: dict[tuple[str, str, str], dict[str, Any]] = {}
    for subject, predicate, obj, info in record["triples"]:
        real = [(e, f) for e, f in zip(info["evidence"], info["flags"], strict=True) if not UNREAL & set(f)]
        if not real:
            continue
        key = subject, predicate_of(predicate), obj
        optional = {"optional": True} if obj in undated else {}
        kept = triples.setdefault(key, {"evidence": [], "flags": [], "co": info["co"], **optional})
        kept["evidence"] += [evidence for evidence, _ in real]
        kept["flags"] += [flags for _, flags in real]
    entities = [{**e, "names": [*e["names"], *([e["value"]] if "value" in e else [])]} for e in record["entities"]]
    return {**record, "entities": entities, "triples": [[*key, info] for key, info in triples.items()]}


def _named_flags(fact: Fact) -> set[str]:
    named = {"by": fact.by, "from": fact.since, "until": fact.until}
    return {f"{name}={value}" for name, value in named.items() if value}


def _by_kind(mention: MarkedMention) -> int:
    return ("name", "nominal", "trigger", "pronoun").index(mention.kind)
