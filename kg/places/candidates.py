"""What an article says of each of its named places: the entries that it may be, where it lies, what kind of place is meant."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from kg.places.entries import Entry, Match
from kg.places.index import Gazetteer
from kg.places.names import fold, kind_words
from kg.types import Chain, Document, EntityClass, Extraction, MentionKind, PlaceKind, Span

__all__ = ["Candidate", "Named", "named_chains"]

_PLACES = (EntityClass.PLACE, EntityClass.POLITY)
_APPOSED = re.compile(r"(?:,\s+|\s+\(|,?\s+in\s+)(?:the\s+)?", re.IGNORECASE)


MOST = 40  # candidates of one name; there are hundreds of San Josés, and those of few people are never told apart

TOLD = 0.5  # confidence: what a text more likely does not say tells no place from another


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that a chain may be, and what the chain's name is to it."""

    entry: Entry
    match: Match


@dataclass(frozen=True, slots=True)
class Named:
    """A chain with a name that the gazetteer may know.

    `inside` are the chains of the places that it may lie in, by what the text says: `stated` of them in a relation, the others by
    standing behind it ("Tripoli, Lebanon"). `holds` are those that lie in it. `key` is the folded label.
    `kind` is the kind that a noun demands ("the province").
    """

    number: int
    cls: EntityClass
    label: str
    key: str
    candidates: tuple[Candidate, ...]
    inside: tuple[int, ...]
    stated: frozenset[int]
    holds: tuple[int, ...]
    kind: PlaceKind | None
    countries: Mapping[str, str]

    def country_name(self, entry: Entry) -> str:
        """The name of an entry's country."""
        return self.countries.get(entry.country, entry.country)


def named_chains(document: Document, extraction: Extraction, gazetteer: Gazetteer) -> dict[int, Named]:
    """Chain number → what the article says of it, for its named places and polities; without candidates where none fit."""
    inside, holds = _relations(extraction)
    behind = _behind(document, extraction)
    countries: dict[str, str] = {}
    found = {}
    for number, chain in enumerate(extraction.chains):
        if chain.cls not in _PLACES or not chain.named:
            continue
        candidates, kind = _candidates(chain, gazetteer)
        for candidate in candidates:
            code = candidate.entry.country
            if code not in countries:
                country = gazetteer.country(code)
                countries[code] = code if country is None else country.name
        stated = inside.get(number, ())
        found[number] = Named(
            number,
            chain.cls,
            chain.names[0],
            fold(chain.names[0]),
            tuple(candidates),
            tuple(dict.fromkeys((*stated, *behind.get(number, ())))),
            frozenset(stated),
            holds.get(number, ()),
            kind or _noun(document, extraction, chain),
            countries,
        )
    return found


def _candidates(chain: Chain, gazetteer: Gazetteer) -> tuple[list[Candidate], PlaceKind | None]:
    """The entries that most of a chain's names name, with the kind that one of the names demands.

    A polity is no city. Where its name is a capital's, as in "Warsaw protested", the country is meant, and which that is the name
    does not say; a region that has its name from its seat is not meant by it either.
    """
    matches: dict[str, Candidate] = {}
    votes: dict[str, int] = defaultdict(int)
    demanded: PlaceKind | None = None
    for name in {fold(name): name for name in chain.names}.values():
        called = gazetteer.called(name)
        for entry, match, kind in called:
            if not _fits(entry, match, chain.cls):
                continue
            if (
                chain.cls is EntityClass.POLITY
                and entry.kind is PlaceKind.REGION
                and kind is None
                and _has_seat(entry, called)
            ):
                continue
            votes[entry.id] += 1
            demanded = demanded or kind
            known = matches.get(entry.id)
            if known is None or known.match is not Match.NAME:
                matches[entry.id] = Candidate(entry, match)
    most = max(votes.values(), default=0)
    return [matches[identifier] for identifier, n in votes.items() if n == most][:MOST], demanded


def _fits(entry: Entry, match: Match, cls: EntityClass) -> bool:
    """Whether a chain of a class may be an entry: a polity is no city, and an adjective is no place."""
    if cls is EntityClass.POLITY:
        return entry.kind is not PlaceKind.CITY
    return match is not Match.DEMONYM


def _has_seat(region: Entry, called: Iterable[tuple[Entry, Match, PlaceKind | None]]) -> bool:
    """Whether one of the entries that share a region's name is a city that may stand for more than itself."""
    cities = [entry for entry, match, _ in called if entry.kind is PlaceKind.CITY and match is Match.NAME]
    return any(city.capital or (region.contains(city) and city.population * 20 >= region.population) for city in cities)


def _relations(extraction: Extraction) -> tuple[dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]:
    """(chain → the chains that it lies in, chain → the chains that lie in it), as relations of the text say."""
    chain_of = extraction.chain_of()
    inside: dict[int, dict[int, None]] = defaultdict(dict)
    holds: dict[int, dict[int, None]] = defaultdict(dict)
    for relation in extraction.relations:
        inner, outer = chain_of.get(relation.subject), chain_of.get(relation.object)
        told = relation.predicate == "within" and relation.supports and relation.score >= TOLD
        if told and inner is not None and outer is not None:
            inside[inner][outer] = None
            holds[outer][inner] = None
    return {n: tuple(values) for n, values in inside.items()}, {n: tuple(values) for n, values in holds.items()}


def _behind(document: Document, extraction: Extraction) -> dict[int, tuple[int, ...]]:
    """Chain → the places whose names stand behind one of its names: `X, Y`, `X (Y)`, `X in Y`."""
    chain_of = extraction.chain_of()
    names = sorted(
        (mention.span, index)
        for index, mention in enumerate(extraction.mentions)
        if mention.cls in _PLACES and mention.kind is MentionKind.NAME and index in chain_of
    )
    found: dict[int, dict[int, None]] = defaultdict(dict)
    for (span, index), (after, other) in pairwise(names):
        gap = document.text[span.end : after.start]
        if _APPOSED.fullmatch(gap) and chain_of[index] != chain_of[other]:
            found[chain_of[index]][chain_of[other]] = None
    return {number: tuple(values) for number, values in found.items()}


def _noun(document: Document, extraction: Extraction, chain: Chain) -> PlaceKind | None:
    """The kind that the article calls a place by a noun of its chain ("the province"), where it does not call it two."""
    kinds = {kind for span in _nominals(extraction, chain) if (kind := _kind_of(span.of(document.text)))}
    return kinds.pop() if len(kinds) == 1 else None


def _nominals(extraction: Extraction, chain: Chain) -> Iterator[Span]:
    for index in chain.mentions:
        if extraction.mentions[index].kind is MentionKind.NOMINAL:
            yield extraction.mentions[index].span


def _kind_of(phrase: str) -> PlaceKind | None:
    words = fold(re.split(r"\s+(?:of|in|on|near)\s+", phrase)[0]).split()
    return kind_words().get(words[-1]) if words else None
