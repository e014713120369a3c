"""How well things are told apart and joined across articles: annotated texts, linked as `kg ingest` links them, against their ids.

* Stories of our own corpus: ids hold for all texts of a story. A pair is two chains of one story in two texts; it is right
  when it has one id. With the annotator's mentions only linking is measured, with a model's the whole.
* ECB+ (Cybulska and Vossen 2014): clusters hold for a topic, whose documents are linked together; the CoNLL score is that
  of all its documents as one, of the mentions in the sentences that were annotated, beside a baseline that joins mentions
  of one class whose head words agree within a topic.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from kg.catalogue import Catalogue
from kg.evaluate.judge import document_of
from kg.evaluate.metrics import ConllScore, Score, conll
from kg.extract.words import country_of
from kg.pipeline import Prepared, link_again, put
from kg.types import (
    Article,
    Chain,
    DateValue,
    Document,
    EntityClass,
    Extraction,
    Mention,
    MentionKind,
    Modality,
    Phase,
    Relation,
    Span,
)

__all__ = [
    "CrossScore",
    "Extract",
    "annotated",
    "identities",
    "linked",
    "moved_by_the_global_pass",
    "score_stories",
    "score_topics",
]

BASE = "http://localhost:8000/"
CLASSES = frozenset(cls.value for cls in EntityClass)
Extract = Callable[[Mapping[str, Any], Document], Extraction]
Chains = dict[tuple[str, int], str]
"""(document id, chain number) → the IRI of its entity."""


@dataclass(slots=True)
class CrossScore:
    """Scores by class ("all" for all but events): pairs of chains across texts, and B³ or the CoNLL score of mentions."""

    pairs: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    chains: dict[str, ConllScore] = field(default_factory=lambda: defaultdict(ConllScore))
    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    missed: list[tuple[str, str, str]] = field(default_factory=list)


def annotated(record: Mapping[str, Any], document: Document) -> Extraction:
    """The extraction that says what the annotator marked."""
    mentions: list[Mention] = []
    index: dict[int, int] = {}
    kinds = {e["cluster"]: e.get("event_type") for e in record["entities"]}
    for number, m in enumerate(record["mentions"]):
        cls = EntityClass(m["type"]) if m["type"] in CLASSES else None
        if cls is None:
            continue
        kind = MentionKind(m.get("kind") or ("trigger" if cls is EntityClass.EVENT else "name"))
        index[number] = len(mentions)
        mentions.append(Mention(Span(m["start"], m["end"]), cls, kind, event_type=kinds.get(m["cluster"])))
    members: dict[str, list[int]] = {}
    for number, m in enumerate(record["mentions"]):
        if number in index:
            members.setdefault(m["cluster"], []).append(index[number])
    values = {e["cluster"]: e.get("value") for e in record["entities"]}
    chains = tuple(
        _chain(document, mentions, its, kinds.get(cluster), values.get(cluster)) for cluster, its in members.items()
    )
    relations = tuple(_relations(record, document, mentions, members))
    return Extraction(document.id, "annotated", tuple(mentions), chains, relations)


def _chain(
    document: Document, mentions: Sequence[Mention], its: list[int], event_type: str | None, value: str | None
) -> Chain:
    cls = mentions[its[0]].cls
    by_name = [i for i in its if mentions[i].kind is MentionKind.NAME]
    chosen = by_name or [i for i in its if mentions[i].kind is not MentionKind.PRONOUN] or its
    surfaces = Counter(mentions[i].span.of(document.text) for i in chosen)
    long = cls in (EntityClass.PERSON, EntityClass.GROUP)
    names = sorted(surfaces, key=lambda n: (-len(n.split()) if long else 0, -surfaces[n], -len(n), n))
    if cls is EntityClass.POLITY and (country := next((c for n in names if (c := country_of(n))), None)):
        names = [country, *(n for n in names if n != country)]
    dates = None
    if value:
        start, _, end = value.partition("/")
        dates = DateValue(start, end or None)
    return Chain(tuple(sorted(its)), cls, tuple(names), bool(by_name), event_type, dates)


def _relations(
    record: Mapping[str, Any], document: Document, mentions: Sequence[Mention], members: Mapping[str, Sequence[int]]
) -> Iterator[Relation]:
    for subject, predicate, target, info in record["triples"]:
        if subject not in members or target not in members:
            continue
        for sentence, flags in zip(info["evidence"], info.get("flags", [()] * len(info["evidence"])), strict=True):
            span = Span(*record["sents"][sentence])
            modality = next((Modality(f) for f in flags if f in ("alleged", "planned")), Modality.STATED)
            phase = next((Phase(f) for f in flags if f in ("former", "future")), Phase.CURRENT)
            ends = [_within(mentions, members[end], span) for end in (subject, target)]
            yield Relation(ends[0], predicate, ends[1], span, 1.0, "denied" not in flags, modality, phase)


def _within(mentions: Sequence[Mention], its: Sequence[int], sentence: Span) -> int:
    return next((i for i in its if sentence.contains(mentions[i].span)), its[0])


def linked(
    records: Sequence[Mapping[str, Any]], extract: Extract = annotated, *, globally: bool = True
) -> tuple[Chains, dict[str, Extraction]]:
    """The entity of every chain of these records, linked in one catalogue, and their extractions."""
    catalogue = Catalogue.open(None)
    try:
        extractions = _ingested(catalogue, records, extract)
        if globally:
            with catalogue.change() as change:
                link_again(change, BASE)
        chains = _chains(catalogue, extractions)
    finally:
        catalogue.close()
    return chains, extractions


def moved_by_the_global_pass(records: Sequence[Mapping[str, Any]], extract: Extract = annotated) -> tuple[int, int]:
    """Of the mentions of these records, linked one by one in this order, those that the global pass links otherwise, and all.

    An entity goes on as what most of its mentions become; the others are those that moved.
    """
    catalogue = Catalogue.open(None)
    try:
        extractions = _ingested(catalogue, records, extract)
        before = _chains(catalogue, extractions)
        with catalogue.change() as change:
            link_again(change, BASE)
        after = _chains(catalogue, extractions)
    finally:
        catalogue.close()
    sizes = {key: len(extractions[key[0]].chains[key[1]].mentions) for key in after}
    together: Counter[tuple[str, str]] = Counter()
    for key, size in sizes.items():
        together[before[key], after[key]] += size
    went: dict[str, str] = {}
    came: set[str] = set()
    for (old, new), _ in sorted(together.items(), key=lambda item: (-item[1], item[0])):
        if old not in went and new not in came:
            went[old] = new
            came.add(new)
    stayed = sum(size for (old, new), size in together.items() if went.get(old) == new)
    return sum(sizes.values()) - stayed, sum(sizes.values())


def _ingested(catalogue: Catalogue, records: Iterable[Mapping[str, Any]], extract: Extract) -> dict[str, Extraction]:
    extractions = {}
    for record in records:
        document = document_of(record)
        extraction = extractions[document.id] = extract(record, document)
        raw = document.text.encode()
        article = Article(document.id, raw, document.text, "text/plain", document.id, published=document.published,
                          publisher=record.get("outlet"))  # fmt: skip
        with catalogue.change() as change:
            put(change, BASE, Prepared(article, document, extraction))
    return extractions


def _chains(catalogue: Catalogue, extractions: Iterable[str]) -> Chains:
    return {(name, number): iri.value for name in extractions for number, iri in catalogue.entities_in(name).items()}


def score_stories(records: Sequence[Mapping[str, Any]], extract: Extract = annotated) -> CrossScore:
    """Pairs of chains across the texts of a story, and mentions of each story, of all stories linked together."""
    chains, extractions = linked(records, extract)
    found = CrossScore()
    for story, texts in _grouped(records, "story").items():
        gold = identities(texts, extractions)
        _score_pairs(found, story, gold, chains, extractions)
        _score_mentions(found, texts, chains, extractions)
    return found


def _grouped(records: Iterable[Mapping[str, Any]], by: str) -> dict[str, list[Mapping[str, Any]]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for record in records:
        groups.setdefault(str(record[by]), []).append(record)
    return groups


def identities(
    texts: Iterable[Mapping[str, Any]], extractions: Mapping[str, Extraction]
) -> dict[tuple[str, int], tuple[str, str]]:
    """(document id, chain number) → class and id of what most of its mentions are in the annotation."""
    found = {}
    for record in texts:
        spans = {(m["start"], m["end"]): (m["type"], m["cluster"]) for m in record["mentions"]}
        for m in record["mentions"]:  # spans of descriptions differ by a determiner
            spans.setdefault((-1, m["end"]), (m["type"], m["cluster"]))
        for number, chain in enumerate(extractions[record["id"]].chains):
            if chain.cls is EntityClass.DATE:
                continue
            at = [extractions[record["id"]].mentions[i].span for i in chain.mentions]
            ids = Counter(
                one
                for span in at
                if (one := spans.get((span.start, span.end)) or spans.get((-1, span.end))) is not None
            )
            if ids:
                found[record["id"], number] = min(ids, key=lambda one: (-ids[one], one))
    return found


def _score_pairs(
    found: CrossScore,
    story: str,
    gold: Mapping[tuple[str, int], tuple[str, str]],
    chains: Chains,
    extractions: Mapping[str, Extraction],
) -> None:
    for one, other in combinations(sorted(gold), 2):
        if one[0] == other[0]:
            continue
        wanted, joined = gold[one][1] == gold[other][1], chains[one] == chains[other]
        if not wanted and not joined:
            continue
        both = wanted and joined
        score = Score(both, joined, both, wanted)
        named = all(extractions[name].chains[number].named for name, number in (one, other))
        cls = gold[one][0]
        labels = [cls, f"{cls}, both named" if named else f"{cls}, one only described"]
        if cls != EntityClass.EVENT.value:
            labels += ["all", "all, both named" if named else "all, one only described"]
        for label in labels:
            found.pairs[label] += score
        if wanted != joined:
            told = [f"{name} {extractions[name].chains[number].names[:2]}" for name, number in (one, other)]
            (found.missed if wanted else found.wrong).append((f"{story} {cls}", told[0], told[1]))


def _score_mentions(
    found: CrossScore, texts: Sequence[Mapping[str, Any]], chains: Chains, extractions: Mapping[str, Extraction]
) -> None:
    classes = sorted({m["type"] for record in texts for m in record["mentions"] if m["type"] in CLASSES} - {"Date"})
    for labels, of in [(("all",), {c for c in classes if c != "Event"}), *(((c,), {c}) for c in classes)]:
        key = _clusters(
            ((record["id"], m["start"], m["end"]), m["cluster"])
            for record in texts
            for m in record["mentions"]
            if m["type"] in of
        )
        response = _clusters(
            ((record["id"], m.span.start, m.span.end), chains[record["id"], number])
            for record in texts
            for number, chain in enumerate(extractions[record["id"]].chains)
            if chain.cls.value in of
            for m in (extractions[record["id"]].mentions[i] for i in chain.mentions)
        )
        for label in labels:
            found.chains[label] += conll(key, response)


def _clusters(members: Iterable[tuple[Hashable, Hashable]]) -> list[set[Hashable]]:
    found: dict[Hashable, set[Hashable]] = {}
    for mention, cluster in members:
        found.setdefault(cluster, set()).add(mention)
    return list(found.values())


def score_topics(records: Sequence[Mapping[str, Any]], extract: Extract) -> dict[str, tuple[ConllScore, ConllScore]]:
    """Entities and events of ECB+ → our CoNLL score, and that of the baseline on the same mentions."""
    chains, extractions = linked(records, extract)
    entities, events = ConllScore(), ConllScore()
    plain_entities, plain_events = ConllScore(), ConllScore()
    for texts in _grouped(records, "topic").values():
        for is_event in (False, True):
            key: list[tuple[Hashable, Hashable]] = []
            ours: list[tuple[Hashable, Hashable]] = []
            heads: list[tuple[Hashable, Hashable]] = []
            for record in texts:
                sentences = [
                    record["sents"][i] for i in record["annotated"].get("sentences", range(len(record["sents"])))
                ]
                wanted = [m for m in record["mentions"] if _is_scored(m["type"], is_event)]
                key += [((record["id"], m["start"], m["end"]), m["cluster"]) for m in wanted]
                spans = _near(record["text"], wanted)
                extraction = extractions[record["id"]]
                for number, chain in enumerate(extraction.chains):
                    if not _is_scored(chain.cls.value, is_event):
                        continue
                    for i in chain.mentions:
                        mention = extraction.mentions[i]
                        if not any(s <= mention.span.start and mention.span.end <= e for s, e in sentences):
                            continue
                        surface = mention.span.of(record["text"])
                        at = spans.get(_head_at(record["text"], mention.span.start, mention.span.end))
                        spot = (record["id"], *(at or (mention.span.start, mention.span.end)))
                        ours.append((spot, chains[record["id"], number]))
                        heads.append((spot, (chain.cls.value, _lemma(surface))))
            scores = [conll(_clusters(key), _clusters(dict(side).items())) for side in (ours, heads)]
            if is_event:
                events, plain_events = events + scores[0], plain_events + scores[1]
            else:
                entities, plain_entities = entities + scores[0], plain_entities + scores[1]
    return {"entities": (entities, plain_entities), "events": (events, plain_events)}


def _is_scored(cls: str, is_event: bool) -> bool:
    return cls == "Event" if is_event else cls in ("Person", "Group", "Place", "Polity")


def _near(text: str, mentions: Iterable[Mapping[str, Any]]) -> dict[tuple[int, int], tuple[int, int]]:
    """Head word of an annotated mention → its span: ECB+ marks heads or whole phrases, and so do models."""
    return {_head_at(text, m["start"], m["end"]): (m["start"], m["end"]) for m in mentions}


def _head_at(text: str, start: int, end: int) -> tuple[int, int]:
    """The last word of a span, as a span."""
    surface = text[start:end].rstrip()
    at = surface.rfind(" ") + 1
    return start + at, start + len(surface)


def _lemma(surface: str) -> str:
    from kg.resolve.words import stem

    words = surface.casefold().split()
    return stem(words[-1].strip("'\".,’s")) if words else ""
