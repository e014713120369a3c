"""Fixed, bounded patterns (DESIGN.md 7): two or three queries a thing, whatever the number of its relations."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg import vocab
from kg.lookup.models import Entity, Evidence, Location, Passage, Relation
from kg.types import Modality

__all__ = [
    "Select",
    "claims_of",
    "count_relations",
    "describe",
    "labels_of",
    "relations_in",
    "relations_of",
    "relations_where",
    "statement",
]

_PLACES = ("Place", "Polity")

Row = Mapping[str, Any]
Select = Callable[[str], Iterable[Row]]
"""Runs a SELECT and returns its solutions, name to term; a variable without a value is missing or None."""

PREFIXES = "\n".join(f"PREFIX {prefix}: <{iri}>" for prefix, iri in sorted(vocab.PREFIXES.items())) + "\n"


def describe(select: Select, iri: str) -> Entity | None:
    """The entity of an IRI, or None when the graph has none of that IRI."""
    found = tuple(_describe(select, (iri,)))
    if not found:
        return None
    location = _location(select, iri) if found[0].cls in _PLACES else None
    return replace(found[0], location=location, matches=_matches(select, iri, location))


def labels_of(select: Select, iris: Iterable[str]) -> dict[str, Entity]:
    """The entities of these IRIs that the graph knows, by IRI."""
    wanted = tuple(dict.fromkeys(iris))
    return {entity.iri: entity for entity in _describe(select, wanted)} if wanted else {}


def count_relations(select: Select, iri: str, *, predicate: str | None = None) -> int:
    """How many statements have the entity as their subject or object."""
    only = f"?statement rdf:predicate kg:{predicate} ." if predicate else ""
    rows = select(f"{PREFIXES}SELECT (COUNT(DISTINCT ?statement) AS ?n) WHERE {{ {_about(iri)} {only} }}")
    return next((_integer(row, "n") for row in rows), 0)


def relations_of(
    select: Select, iri: str, *, predicate: str | None = None, after: str = "", limit: int = 100
) -> tuple[Relation, ...]:
    """The statements about an entity with all their claims, by predicate; begins after the statement `after`."""
    found = _relations(select, _about(iri), predicate=predicate, after=after, limit=limit)
    return _with_claims(found, claims_of(select, [relation.statement for relation in found]))


def relations_in(select: Select, article: str, *, limit: int = 1000) -> tuple[Relation, ...]:
    """The statements that an article supports or disputes, with that article's own claims."""
    pattern = f"GRAPH {NamedNode(article)} {{ ?claim kg:supports|kg:disputes ?statement }}"
    found = _relations(select, pattern, limit=limit)
    claims = claims_of(select, [relation.statement for relation in found])
    return _with_claims(found, [claim for claim in claims if claim.article == article])


def relations_where(select: Select, pattern: str, *, limit: int = 100) -> tuple[Relation, ...]:
    """The statements that a SPARQL pattern of ours binds to ?statement, with all their claims."""
    found = _relations(select, pattern, limit=limit)
    return _with_claims(found, claims_of(select, [relation.statement for relation in found]))


def statement(select: Select, iri: str) -> Relation | None:
    """One statement with all its claims, or None."""
    found = _relations(select, f"VALUES ?statement {{ {NamedNode(iri)} }}", limit=1)
    return next(iter(_with_claims(found, claims_of(select, [iri]))), None)


def _relations(
    select: Select, pattern: str, *, predicate: str | None = None, after: str = "", limit: int
) -> tuple[Relation, ...]:
    """The statements that a pattern binds to ?statement, ordered by predicate and IRI, without their claims."""
    only = f"FILTER(?predicate = kg:{predicate})" if predicate else ""
    if after:  # the order is (predicate, statement), and a statement knows its predicate
        only += f"""
  {NamedNode(after)} rdf:predicate ?last .
  FILTER(STR(?predicate) > STR(?last) || (?predicate = ?last && STR(?statement) > {Literal(after)}))"""
    rows = tuple(
        select(f"""{PREFIXES}
SELECT ?statement ?subject ?predicate ?object ?asserted ?confidence ?phase ?supporting ?disputing ?supportingSources
       ?disputingSources ?first ?until ?from ?to ?current ?still ?over WHERE {{
  {{ SELECT DISTINCT ?statement WHERE {{ {pattern} }} }}
  ?statement rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:asserted ?asserted .
  {only}
  OPTIONAL {{ ?statement kg:confidence ?confidence }}
  OPTIONAL {{ ?statement kg:phase ?phase }}
  OPTIONAL {{ ?statement kg:supportingArticles ?supporting }}
  OPTIONAL {{ ?statement kg:disputingArticles ?disputing }}
  OPTIONAL {{ ?statement kg:supportingSources ?supportingSources }}
  OPTIONAL {{ ?statement kg:disputingSources ?disputingSources }}
  OPTIONAL {{ ?statement kg:firstReported ?first }}
  OPTIONAL {{ ?statement kg:lastReported ?until }}
  OPTIONAL {{ ?statement kg:validFrom ?from }}
  OPTIONAL {{ ?statement kg:validTo ?to }}
  OPTIONAL {{ ?statement kg:firstCurrent ?current }}
  OPTIONAL {{ ?statement kg:lastCurrent ?still }}
  OPTIONAL {{ ?statement kg:reportedOver ?over }}
}} ORDER BY STR(?predicate) STR(?statement) LIMIT {limit}""")
    )
    ends = (row[name] for row in rows for name in ("subject", "object"))
    names = labels_of(select, (end.value for end in ends if isinstance(end, NamedNode)))
    return tuple(_relation(row, names) for row in rows)


def _with_claims(relations: Iterable[Relation], claims: Iterable[Evidence]) -> tuple[Relation, ...]:
    evidence: dict[str, list[Evidence]] = {}
    for claim in claims:
        evidence.setdefault(claim.statement, []).append(claim)
    return tuple(replace(relation, claims=tuple(evidence.get(relation.statement, ()))) for relation in relations)


def claims_of(select: Select, statements: Sequence[str], *, only: Sequence[str] | None = None) -> tuple[Evidence, ...]:
    """Every claim about these statements: those that assert them first, those that dispute them last, the surest first.

    With `only`, the IRIs of claims, these alone.
    """
    listed = statements if only is None else only
    if not listed:
        return ()
    values = " ".join(str(NamedNode(iri)) for iri in listed)
    named = "statement" if only is None else "claim"
    # An OPTIONAL, or a second VALUES, makes the engine join by hash, over all claims or all articles that there are: 600 ms
    # of CPU for 20 claims of 400,000, against 20 ms. So what need not be there is asked for by itself.
    rows = select(f"""{PREFIXES}
SELECT ?claim ?statement ?says ?article ?confidence ?modality ?exact ?start ?end
       ?subjectExact ?subjectStart ?subjectEnd ?objectExact ?objectStart ?objectEnd
WHERE {{
  GRAPH ?article {{
    VALUES ?{named} {{ {values} }}
    ?claim ?says ?statement ; kg:confidence ?confidence ; kg:modality ?modality ; kg:evidence ?evidence ;
           kg:subjectMention ?s ; kg:objectMention ?o .
    ?evidence oa:exact ?exact ; oa:start ?start ; oa:end ?end .
    ?s oa:exact ?subjectExact ; oa:start ?subjectStart ; oa:end ?subjectEnd .
    ?o oa:exact ?objectExact ; oa:start ?objectStart ; oa:end ?objectEnd .
    FILTER(?says IN (kg:supports, kg:disputes))
  }}
}}""")
    beside = _properties(select, {_text(row, "claim") for row in rows}, "GRAPH ?article", "kg:phase, kg:attributedTo")
    header = "dcterms:identifier, dcterms:title, schema:url, schema:publisher, schema:datePublished"
    headers = _properties(select, {_text(row, "article") for row in rows}, "", header)
    claims = (_evidence(row, beside[_text(row, "claim")], headers[_text(row, "article")]) for row in rows)
    return tuple(sorted({claim.claim: claim for claim in claims}.values(), key=_weight))


def _properties(select: Select, iris: Collection[str], where: str, properties: str) -> dict[str, dict[str, str]]:
    """IRI → local name of a property → its value; the least, where a header has two authors or URLs."""
    found: dict[str, dict[str, str]] = {iri: {} for iri in iris}
    values = " ".join(str(NamedNode(iri)) for iri in sorted(iris))
    query = f"""{PREFIXES}
SELECT ?thing ?property ?value WHERE {{
  {where} {{ VALUES ?thing {{ {values} }} ?thing ?property ?value FILTER(?property IN ({properties})) }}
}}"""
    for row in select(query) if iris else ():
        name, value = _text(row, "property").replace("/", "#").rpartition("#")[2], _text(row, "value")
        values_ = found[_text(row, "thing")]
        values_[name] = min(value, values_.get(name, value))
    return found


def _weight(claim: Evidence) -> tuple[bool, bool, float, str, str]:
    """Where a claim stands: those that assert, those that only support, those that dispute; the surest first."""
    vague = not Modality(claim.modality).commits
    return not claim.supports, vague, -claim.confidence, claim.published or "", claim.claim


def _describe(select: Select, iris: Sequence[str]) -> Iterable[Entity]:
    values = " ".join(str(NamedNode(iri)) for iri in iris)
    labels: dict[str, str] = {}
    others: dict[str, set[str]] = {}
    classes: dict[str, set[str]] = {}
    types: dict[str, str] = {}
    for row in select(f"""{PREFIXES}
SELECT ?iri ?property ?value WHERE {{
  VALUES ?iri {{ {values} }}
  VALUES ?property {{ rdf:type rdfs:label skos:altLabel kg:eventType }}
  ?iri ?property ?value
}}"""):
        iri, property_, value = _text(row, "iri"), _text(row, "property"), _text(row, "value")
        if property_ == vocab.rdf_type.value:
            classes.setdefault(iri, set()).add(value)
        elif property_ == vocab.rdfs_label.value:
            labels[iri] = min(value, labels.get(iri, value))
        elif property_ == vocab.skos_altLabel.value:
            others.setdefault(iri, set()).add(value)
        else:
            types[iri] = vocab.local(NamedNode(value))
    for iri in iris:
        if iri in classes:
            yield Entity(
                iri,
                _most_specific(classes[iri]),
                labels.get(iri, iri),
                tuple(sorted(others.get(iri, ()))),
                types.get(iri),
            )


def _location(select: Select, iri: str) -> Location | None:
    """Where a place is; None for one that the gazetteer does not know, or that articles disagree on."""
    rows = select(f"""{PREFIXES}
SELECT ?latitude ?longitude ?country ?because ?region ?match WHERE {{
  {NamedNode(iri)} wgs84:lat ?latitude ; wgs84:long ?longitude ; kg:countryCode ?country ; kg:groundedBecause ?because .
  OPTIONAL {{ {NamedNode(iri)} kg:regionCode ?region }}
  OPTIONAL {{ {NamedNode(iri)} skos:closeMatch ?match FILTER(STRSTARTS(STR(?match), {Literal(vocab.GEONAMES)})) }}
}} LIMIT 1""")
    row = next(iter(rows), None)
    if row is None:
        return None
    known = select(f"""{PREFIXES}
SELECT ?outer ?label WHERE {{
  ?statement rdf:subject {NamedNode(iri)} ; rdf:predicate kg:within ; rdf:object ?outer ; prov:hadPrimarySource kg:gazetteer .
  ?outer rdfs:label ?label
}} ORDER BY ?label ?outer""")
    return Location(
        float(_text(row, "latitude")),
        float(_text(row, "longitude")),
        _text(row, "country"),
        _text(row, "because"),
        _maybe(row, "region"),
        _maybe(row, "match"),
        tuple((_text(one, "outer"), _text(one, "label")) for one in known),
    )


def _matches(select: Select, iri: str, location: Location | None) -> tuple[tuple[str, str], ...]:
    """What people decided that a thing is in other data sets; not what the gazetteer says, which stands by the location."""
    rows = select(f"""{PREFIXES}
SELECT ?how ?target WHERE {{
  VALUES ?how {{ skos:exactMatch skos:closeMatch }} {NamedNode(iri)} ?how ?target
}} ORDER BY DESC(?how) ?target""")
    found = ((vocab.local(NamedNode(_text(row, "how"))), _text(row, "target")) for row in rows)
    known = ("closeMatch", location.geonames) if location is not None else None
    return tuple(one for one in found if one != known)


def _about(iri: str) -> str:
    """The pattern of the statements about an entity; each branch of the union names it, or the engine scans."""
    node = NamedNode(iri)
    return f"{{ ?statement rdf:subject {node} }} UNION {{ ?statement rdf:object {node} }}"


def _most_specific(classes: set[str]) -> str:
    """The local name of the class that says most: a polity is a group and a place too."""
    names = [name for name in ("Polity", *vocab.CLASSES) if vocab.KG + name in classes]
    return names[0] if names else vocab.local(NamedNode(min(classes)))


def _relation(row: Row, names: Mapping[str, Entity]) -> Relation:
    subject, target = _text(row, "subject"), _text(row, "object")
    return Relation(
        statement=_text(row, "statement"),
        subject=subject,
        subject_label=names[subject].label if subject in names else subject,
        predicate=vocab.local(NamedNode(_text(row, "predicate"))),
        object=target,
        object_label=names[target].label if target in names else target,
        object_is_literal=isinstance(row["object"], Literal),
        asserted=_text(row, "asserted") in ("true", "1"),
        confidence=_number(row, "confidence"),
        phase=_maybe(row, "phase"),
        supporting_articles=_integer(row, "supporting"),
        disputing_articles=_integer(row, "disputing"),
        supporting_sources=_integer(row, "supportingSources"),
        disputing_sources=_integer(row, "disputingSources"),
        first_reported=_maybe(row, "first"),
        last_reported=_maybe(row, "until"),
        valid_from=_maybe(row, "from"),
        valid_to=_maybe(row, "to"),
        first_current=_maybe(row, "current"),
        last_current=_maybe(row, "still"),
        reported_over=_maybe(row, "over"),
    )


def _evidence(row: Row, beside: Mapping[str, str], header: Mapping[str, str]) -> Evidence:
    return Evidence(
        claim=_text(row, "claim"),
        statement=_text(row, "statement"),
        supports=_text(row, "says") == vocab.supports.value,
        article=_text(row, "article"),
        sentence=Passage(_integer(row, "start"), _integer(row, "end"), _text(row, "exact")),
        subject=_passage(row, "subject"),
        object=_passage(row, "object"),
        confidence=_number(row, "confidence") or 0.0,
        modality=_text(row, "modality"),
        phase=beside.get("phase"),
        attributed_to=beside.get("attributedTo"),
        article_id=header.get("identifier") or _text(row, "article"),
        title=header.get("title"),
        url=header.get("url"),
        publisher=header.get("publisher"),
        published=header.get("datePublished"),
    )


def _passage(row: Row, which: str) -> Passage | None:
    exact = _maybe(row, f"{which}Exact")
    return None if exact is None else Passage(_integer(row, f"{which}Start"), _integer(row, f"{which}End"), exact)


def _maybe(row: Row, name: str) -> str | None:
    value = row.get(name)
    return None if value is None else str(value.value)


def _text(row: Row, name: str) -> str:
    return str(row[name].value)


def _integer(row: Row, name: str) -> int:
    return int(_maybe(row, name) or 0)


def _number(row: Row, name: str) -> float | None:
    value = _maybe(row, name)
    return None if value is None else float(value)
