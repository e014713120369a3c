"""Chains → keys: the bucket of chains that are one thing by what they are called or how they are described, and its keys."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from kg.resolve.names import expands, group_name, is_acronym, is_full_person_name, person_name, thing_name
from kg.resolve.situation import Situation, situations
from kg.types import Anchor, Chain, Document, EntityClass, Extraction, MentionKind, Span

__all__ = ["DESCRIBED", "ENTRY", "ChainKey", "anchors_in", "keys_of"]

DESCRIBED = "d"  # the family of buckets that are descriptions
ENTRY = "@"  # between a class and an entry of the gazetteer

_Fact = tuple[str, Chain]
"""Predicate, other end."""


@dataclass(frozen=True, slots=True)
class ChainKey:
    """What linking knows of one chain.

    `bucket` is a family of classes and a normal form ("p:ana diaz"), or the hash of a description ("d:3f2a…"), which is
    all that is known of what has no full name; None for a chain of which nothing is known. `shade` divides a bucket: the
    class of a group, place or polity, with the entry of the gazetteer if that is sure ("Place@276781"), the year of an
    event. `defines` are the buckets of the acronyms that the text gives for the name. `weak` says that the label is only
    an acronym, or part of a name, or a description; `described` that it is the last. `values` and `blocks` are those of
    the chain's `Situation`.
    """

    chain: int
    anchor: Anchor
    cls: EntityClass
    label: str
    aliases: tuple[str, ...] = ()
    bucket: str | None = None
    shade: str = ""
    weak: bool = False
    defines: tuple[str, ...] = ()
    event_type: str | None = None
    described: bool = False
    values: tuple[str, ...] = ()
    blocks: tuple[int, ...] = ()


def keys_of(
    document: Document, extraction: Extraction, entries: Mapping[int, str] | None = None
) -> tuple[ChainKey, ...]:
    """A key for each chain but the dates, in the order of the chains.

    entries: chain of a place → its entry of the gazetteer, for those whose article says enough to be sure.
    """
    entries = entries or {}
    anchors = anchors_in(document, extraction)
    facts = _facts_of_events(extraction)
    around = situations(document, extraction, entries)
    taken: Counter[tuple[str, str]] = Counter()
    keys = []
    for index, chain in enumerate(extraction.chains):
        if chain.cls is EntityClass.DATE or not chain.mentions:
            continue
        anchor = anchors[_representative(document, extraction, chain)]
        key = _key(document, extraction, index, chain, anchor, facts, around[index], entries.get(index))
        if key.bucket is not None and key.bucket[0] == DESCRIBED:
            taken[key.bucket, key.shade] += 1
            if (number := taken[key.bucket, key.shade]) > 1:  # taken for two, though the same is said of both
                key = replace(key, bucket=f"{key.bucket}:{number}")
        keys.append(key)
    return tuple(keys)


def anchors_in(document: Document, extraction: Extraction) -> tuple[Anchor, ...]:
    """The anchor of each mention.

    `occurrence` counts the quoted text in the article, not the mentions, so that another model gives the same anchors.
    """
    return tuple(
        Anchor(document.id, quote, mention.cls.value, document.text.count(quote, 0, mention.span.start))
        for mention in extraction.mentions
        for quote in (mention.span.of(document.text),)
    )


def _key(
    document: Document,
    extraction: Extraction,
    index: int,
    chain: Chain,
    anchor: Anchor,
    facts: Mapping[int, Sequence[_Fact]],
    around: Situation,
    entry: str | None,
) -> ChainKey:
    names = tuple(name for name in chain.names if name.strip()) or (anchor.text,)
    if not chain.named:
        label = _event_label(chain, facts.get(index, ())) if chain.cls is EntityClass.EVENT else names[0]
        is_event = chain.cls is EntityClass.EVENT
        return ChainKey(
            index,
            anchor,
            chain.cls,
            label or names[0],
            bucket=_described(around),
            shade=chain.cls.value,
            weak=not is_event,
            event_type=chain.event_type,
            described=not is_event,
            values=around.values,
            blocks=around.blocks,
        )
    defines: tuple[str, ...] = ()
    match chain.cls:
        case EntityClass.PERSON:
            full = next((name for name in names if is_full_person_name(name)), None)
            label, shade = full or names[0], ""
            bucket = f"p:{person_name(full)}" if full else None
        case EntityClass.EVENT:
            label, shade = names[0], _year(facts.get(index, ()))
            bucket = f"e:{thing_name(label)}"
        case _:
            label, acronyms = _expansion(document.text, names)
            shade = chain.cls.value if entry is None else f"{chain.cls.value}{ENTRY}{entry}"
            bucket = _organised(label, chain.cls)
            defines = tuple(sorted({_organised(name, chain.cls) for name in acronyms} - {bucket}))
    aliases = tuple(name for name in names if name != label)
    weak = chain.cls is not EntityClass.PERSON and is_acronym(label)
    if bucket is not None and not bucket[2:]:  # a name of punctuation only
        bucket = None
    if bucket is None:
        bucket, shade, weak = _described(around), chain.cls.value, True
    return ChainKey(
        index,
        anchor,
        chain.cls,
        label,
        aliases,
        bucket,
        shade,
        weak,
        defines,
        chain.event_type,
        values=around.values,
        blocks=around.blocks,
    )


def _described(around: Situation) -> str | None:
    """The bucket of what is only described: equal descriptions are one thing; None when there is nothing to know it by."""
    if around.alone:
        return None
    return f"{DESCRIBED}:{sha256(chr(0).join(around.values).encode()).hexdigest()[:20]}"


def _representative(document: Document, extraction: Extraction, chain: Chain) -> int:
    """The mention a chain hangs on: the first that bears its best name, else the first name, else the first."""

    def rank(index: int) -> tuple[bool, bool, Span]:
        mention = extraction.mentions[index]
        best = mention.span.of(document.text) in chain.names[:1]
        return not best, mention.kind is not MentionKind.NAME, mention.span

    return min(chain.mentions, key=rank)


def _organised(name: str, cls: EntityClass) -> str:
    """The bucket of a group, place or polity; one family, because a polity is both of the others."""
    return f"o:{thing_name(name) if cls is EntityClass.PLACE else group_name(name)}"


def _expansion(text: str, names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The name to link by and the acronyms that this article defines for it.

    An acronym counts when its letters are those of the name, or when the text puts one in brackets after the other.
    """
    for full in names:
        if is_acronym(full):
            continue
        acronyms = tuple(n for n in names if is_acronym(n) and (expands(full, n) or _introduces(text, full, n)))
        if acronyms:
            return (full, acronyms) if is_acronym(names[0]) or full == names[0] else (names[0], acronyms)
    return names[0], ()


def _introduces(text: str, full: str, acronym: str) -> bool:
    pattern = r"{}(?:['’]s)?,?\s*[(\[][^()\[\]]{{0,40}}(?<!\w){}(?!\w)"  # no \b: "(U.N.)" ends in none
    return any(
        re.search(pattern.format(re.escape(first), re.escape(second)), text)
        for first, second in ((full, acronym), (acronym, full))
    )


def _facts_of_events(extraction: Extraction) -> Mapping[int, Sequence[_Fact]]:
    """Event chain → where and when it was, the surest relation first."""
    chains = extraction.chain_of()
    facts: dict[int, list[_Fact]] = {}
    for relation in sorted(extraction.relations, key=lambda r: (-r.score, r.sentence, r.subject, r.object)):
        subject, other = chains.get(relation.subject), chains.get(relation.object)
        if subject is None or other is None or not relation.supports:
            continue
        if relation.predicate in ("occurredAt", "startDate"):
            facts.setdefault(subject, []).append((relation.predicate, extraction.chains[other]))
    return facts


def _dates(facts: Iterable[_Fact]) -> Iterator[str]:
    return (when.value.start for predicate, when in facts if predicate == "startDate" and when.value is not None)


def _year(facts: Iterable[_Fact]) -> str:
    return next((date[:4] for date in _dates(facts)), "")


def _event_label(chain: Chain, facts: Sequence[_Fact]) -> str:
    """The label of an unnamed event: its type, place and date, as far as the article says."""
    place = next((where.names[0] for predicate, where in facts if predicate == "occurredAt" and where.names), "")
    kind = (chain.event_type or "").replace("_", " ").capitalize()
    if kind in ("", "Other"):
        kind = chain.names[0].capitalize() if chain.names else "Event"
    where = f"{kind} in {place}" if place else kind
    date = next(_dates(facts), "")
    return f"{where}, {date}" if date else where
