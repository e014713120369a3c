"""The facts as FollowTheMoney entities, one JSON object to a line: what Aleph, OpenAleph, yente and OpenSanctions read.

https://followthemoney.tech. Asserted statements alone. README has the table of what becomes what. Decisions:

* An id is the hash of our IRI, so it is the same in every export, and two workspaces with bases of their own never clash.
* A statement is a link of its own (an Interval) with its dates, and in a full export with its articles as proof and the
  surest sentence as summary. FollowTheMoney has no confidence: the description says it in words, with the sources.
* What a group is follows from its names, as far as they tell: a legal form makes a Company, a word such as "ministry" a
  PublicBody, everything else stays an Organization. Leading a PublicBody or a country is an Occupancy of a Position,
  leading another group a Directorship.
* A place is an Address. A country is a PublicBody, since it acts; where something lies in it, the place's country says so.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import IO, Any

from pyoxigraph import NamedNode

from kg.exports.things import ClaimOf, Entity, Fact, Things
from kg.graph import GraphStore
from kg.graph.scope import Provenance
from kg.resolve.names import fold, lexicon
from kg.resources import word_list

__all__ = ["write_ftm"]

QUOTES = 3  # sentences of one link: Aleph shows them all
PROOFS = 20  # articles of one link
_WIKIDATA = "http://www.wikidata.org/entity/"
KNOWN = 20_000  # entities kept in memory: of a graph of any size
_STATUS = {"current": "current", "former": "former", "future": "future"}


def write_ftm(store: GraphStore, out: IO[bytes], provenance: Provenance = Provenance.FULL) -> None:
    """Write the entities, then the links between them, then, in full, the articles and who is mentioned in them.

    Without provenance links have their dates alone; with the statements also their counts and confidence in words.
    """
    for entity in _Mapping(Things(store), provenance).everything():
        out.write(json.dumps(entity, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")


class _Record:
    """An entity of FollowTheMoney while it is put together; values keep their order, and each comes once."""

    def __init__(self, schema: str, id: str) -> None:  # noqa: A002 - as FollowTheMoney calls it
        self.id = id
        self._schema = schema
        self._properties: dict[str, list[str]] = {}

    def add(self, name: str, *values: str | None) -> None:
        kept = self._properties.setdefault(name, [])
        kept += (clean for value in values if value and (clean := value.strip()) and clean not in kept)
        if not kept:
            del self._properties[name]

    def done(self) -> dict[str, Any]:
        return {"id": self.id, "schema": self._schema, "properties": self._properties}


class _Mapping:
    """Our things → theirs."""

    def __init__(self, things: Things, provenance: Provenance) -> None:
        self._things = things
        self._provenance = provenance
        self._entity = lru_cache(maxsize=KNOWN)(things.entity)

    def everything(self) -> Iterator[dict[str, Any]]:
        for entity in self._things.entities():
            for record in self._of_entity(entity):
                yield record.done()
        for fact in self._things.facts():
            if fact.asserted:
                for record in self._of_fact(fact):
                    yield record.done()
        if self._provenance is Provenance.FULL:
            for article in self._things.articles():
                for record in self._of_article(article):
                    yield record.done()

    def _of_entity(self, entity: Entity) -> Iterator[_Record]:
        facts = [fact for fact in self._things.facts_of(entity.iri) if fact.asserted]
        if entity.cls == "Place":
            yield self._address(entity)
            return
        record = _named(_schema(entity), entity)
        if entity.cls == "Person":
            # what a person was a citizen of is a link alone: this property is what they are now
            record.add("citizenship", *(self._country(fact) for fact in facts if _holds(fact, "citizenOf")))
        elif entity.cls == "Event":
            self._describe_event(record, entity, facts)
        else:
            if entity.cls == "Polity":
                record.add("country", _code(entity))
                if self._things.is_end_of(entity.iri, "locatedIn", "occurredAt", "within"):
                    yield self._address(entity)
            for fact in facts:
                if _holds(fact, "locatedIn") and isinstance(fact.object, NamedNode):
                    record.add("addressEntity", _place_id(fact.object))
                    record.add("country", self._country(fact))
            if _schema(entity) == "PublicBody" and self._things.is_end_of(entity.iri, "leads"):
                yield self._position(entity)
        yield record

    def _describe_event(self, record: _Record, entity: Entity, facts: list[Fact]) -> None:
        record.add("keywords", entity.event_type)
        dates = {"startDate": "startDate", "endDate": "endDate"}
        for fact in facts:
            if fact.predicate in dates:
                record.add(dates[fact.predicate], fact.object.value)
            elif fact.predicate in ("involves", "involvesPerson") and isinstance(fact.object, NamedNode):
                record.add("involved", _id(fact.object))
            elif fact.predicate == "occurredAt" and isinstance(fact.object, NamedNode):
                record.add("location", self._label(fact.object))
                record.add("addressEntity", _place_id(fact.object))
                record.add("country", self._country(fact))
        for fact in facts:
            self._prove(record, fact)

    def _address(self, entity: Entity) -> _Record:
        record = _Record("Address", _place_id(entity.iri))
        chain = [entity, *self._around(entity.iri)]
        record.add("name", entity.label)
        record.add("alias", *entity.altlabels)
        record.add("full", ", ".join(one.label for one in chain))
        record.add("country", next((code for one in chain if (code := _code(one))), None))
        record.add("latitude", entity.latitude)
        record.add("longitude", entity.longitude)
        record.add("sourceUrl", entity.iri.value)
        if entity.cls == "Place":  # of a polity its body has it
            record.add("wikidataId", *_wikidata(entity))
        return record

    def _around(self, iri: NamedNode) -> Iterator[Entity]:
        """Yield what a place lies in, the nearest first; where that is not one, the first in order."""
        known = {iri}
        while True:
            outer = (fact.object for fact in self._things.facts_of(iri) if fact.asserted and fact.predicate == "within")
            following = next((one for one in outer if isinstance(one, NamedNode) and one not in known), None)
            found = self._entity(following) if following is not None else None
            if following is None or found is None:
                return
            known.add(following)
            yield found
            iri = following

    def _position(self, entity: Entity) -> _Record:
        record = _Record("Position", _id(entity.iri, "position"))
        record.add("name", f"Leader of {entity.label}")
        if entity.cls != "Polity":
            record.add("organization", _id(entity.iri))
        record.add("country", _code(entity))
        return record

    def _of_fact(self, fact: Fact) -> Iterator[_Record]:
        if not isinstance(fact.object, NamedNode):
            return  # a date, which its event has
        target = self._entity(fact.object)
        if target is None:
            return
        subject, object_ = _id(fact.subject), _id(fact.object)
        match fact.predicate:
            case "leads" if _schema(target) == "PublicBody":
                link = self._link("Occupancy", fact, holder=subject, post=_id(fact.object, "position"))
                link.add("status", {"current": "current", "former": "ended"}.get(fact.phase or "", "unknown"))
            case "leads":
                link = self._link("Directorship", fact, director=subject, organization=object_, role="leader")
            case "memberOf":
                link = self._link("Membership", fact, member=subject, organization=object_)
            case "childOf":
                link = self._link("Family", fact, person=subject, relative=object_, relationship="child of")
            case "spouseOf":
                link = self._link("Family", fact, person=subject, relative=object_, relationship="spouse of")
            case "foundedBy":
                link = self._link("UnknownLink", fact, subject=object_, object=subject, role="founder")
            case "partOf":
                link = self._link("UnknownLink", fact, subject=subject, object=object_, role="part of")
            case "locatedIn":
                place = _place_id(fact.object)
                link = self._link("UnknownLink", fact, subject=subject, object=place, role="located in")
            case "citizenOf":
                link = self._link("UnknownLink", fact, subject=subject, object=object_, role="citizen of")
            case _:
                return  # properties of the event, or of the address
        yield link

    def _link(self, schema: str, fact: Fact, **properties: str) -> _Record:
        record = _Record(schema, _id(fact.iri))
        for name, value in properties.items():
            record.add(name, value)
        record.add("startDate", fact.valid_from)
        record.add("endDate", fact.valid_to)
        if schema not in ("Occupancy", "Family"):
            record.add("status", _STATUS.get(fact.phase or ""))
        record.add("sourceUrl", fact.iri.value)
        self._prove(record, fact)
        return record

    def _prove(self, record: _Record, fact: Fact) -> None:
        if self._provenance is Provenance.NONE:
            return
        articles, sources = fact.supporting_articles, fact.supporting_sources
        disputed = f", disputed by {fact.disputing_articles}" if fact.disputing_articles else ""
        told = f"{fact.predicate}: {_number(articles, 'article')} of {_number(sources, 'independent source')}{disputed}"
        if fact.confidence is not None:
            told += f", confidence {fact.confidence:g}"
        record.add("description", told)
        record.add("modifiedAt", fact.last_reported)
        if self._provenance is not Provenance.FULL:
            return
        claims = [claim for claim in self._things.claims_of(fact.iri) if claim.asserts]
        record.add("summary", *map(_quoted, claims[:QUOTES]))
        record.add("proof", *(_id(article) for article in list(dict.fromkeys(c.article for c in claims))[:PROOFS]))

    def _of_article(self, iri: NamedNode) -> Iterator[_Record]:
        header = self._things.article(iri)
        record = _Record("Article", _id(iri))
        record.add("title", header.title)
        record.add("fileName", header.id)
        record.add("publishedAt", header.published)
        record.add("author", *header.authors)
        record.add("publisher", header.publisher)
        record.add("sourceUrl", header.url, iri.value)
        yield record
        for entity_iri, words in self._things.mentioned(iri).items():
            entity = self._entity(entity_iri)
            if entity is not None and entity.cls in ("Person", "Group", "Polity") and words:
                mention = _Record("Mention", _id(entity_iri, iri.value))
                mention.add("document", _id(iri))
                mention.add("resolved", _id(entity_iri))
                mention.add("name", *words)
                mention.add("detectedSchema", _schema(entity))
                yield mention

    def _country(self, fact: Fact) -> str | None:
        """The code of the country that a fact's object is, or lies in."""
        if not isinstance(fact.object, NamedNode) or (target := self._entity(fact.object)) is None:
            return None
        return next((code for one in (target, *self._around(fact.object)) if (code := _code(one))), None)

    def _label(self, iri: NamedNode) -> str | None:
        entity = self._entity(iri)
        return None if entity is None else entity.label


def _named(schema: str, entity: Entity) -> _Record:
    record = _Record(schema, _id(entity.iri))
    record.add("name", entity.label)
    record.add("alias", *entity.altlabels)
    record.add("sourceUrl", entity.iri.value)
    record.add("wikidataId", *_wikidata(entity))
    return record


def _wikidata(entity: Entity) -> list[str]:
    """The ids of Wikidata that a person accepted for an entity."""
    return [iri.removeprefix(_WIKIDATA) for iri in entity.same_as if iri.startswith(f"{_WIKIDATA}Q")]


def _schema(entity: Entity) -> str:
    """What an entity is called there."""
    if entity.cls in ("Person", "Event"):
        return entity.cls
    if entity.cls == "Place":
        return "Address"
    return "PublicBody" if entity.cls == "Polity" else _kind_of_group((entity.label, *entity.altlabels))


@lru_cache(maxsize=KNOWN)
def _kind_of_group(names: tuple[str, ...]) -> str:
    """What a group's names say that it is.

    >>> [_kind_of_group((name,)) for name in ("Kestrel Lines Ltd.", "Ministry of Labour", "Dockers' Union")]
    ['Company', 'PublicBody', 'Organization']
    """
    for name in names:
        words = tuple(fold(name))
        if any(words[-size:] in lexicon("legal_forms") for size in (1, 2, 3) if size < len(words)):
            return "Company"
    for name in names:
        text = f" {' '.join(fold(name))} "
        if any(words in text for words in _public_words()):
            return "PublicBody"
    return "Organization"


@cache
def _public_words() -> tuple[str, ...]:
    return tuple(f" {' '.join(fold(line))} " for line in word_list("exports", "public_bodies.txt"))


@lru_cache(maxsize=KNOWN)
def _code(entity: Entity) -> str | None:
    """The code of a country, in lower case as theirs are: as the gazetteer has it, or that of just this name."""
    if entity.country is not None:
        return entity.country.lower()
    if entity.cls != "Polity":
        return None
    import pycountry

    found = pycountry.countries.get(name=entity.label) or pycountry.countries.get(common_name=entity.label)
    return None if found is None else str(found.alpha_2).lower()


def _holds(fact: Fact, predicate: str) -> bool:
    """Whether a fact is of a predicate and not said to be over, or yet to come."""
    return fact.predicate == predicate and fact.phase not in ("former", "future")


def _quoted(claim: ClaimOf) -> str:
    return claim.quote if claim.attributed_to is None else f"{claim.quote} ({claim.attributed_to})"


def _id(iri: NamedNode, part: str = "") -> str:
    """The id of what an IRI names, or of a part of it."""
    return f"ng-{hashlib.sha1(f'{iri.value}|{part}'.encode()).hexdigest()}"  # noqa: S324 - a name, not a secret


def _place_id(iri: NamedNode) -> str:
    """The id of the Address of a place or a country."""
    return _id(iri, "address")


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
