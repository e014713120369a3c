"""What is said of an entity, as pages: its relations, and the claims behind them.

The catalogue chooses (`kg.catalogue.relations`, `kg.catalogue.evidence`), the graph gives the sentences. A page costs what
its rows cost, and one pass over the statements about the entity.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pyoxigraph import DefaultGraph, Literal, NamedNode

from kg.catalogue import EVERYTHING, IN, RelationFilter, statement_key
from kg.lookup.cursors import cursor_of, position_of
from kg.lookup.models import Evidence, Relation
from kg.lookup.relations import claims_of
from kg.lookup.source import Source
from kg.lookup.times import Disagreement, Standing, disagreements, leaders_on, standing_on
from kg.types import StatementState
from kg.vocab import local, rdf_object, rdf_predicate, rdf_subject

__all__ = [
    "CLAIMS_SHOWN",
    "COMPARED",
    "EvidencePage",
    "RelationPage",
    "evidence_called",
    "key_called",
    "key_of",
    "list_evidence",
    "list_evidence_about",
    "list_relations",
    "relations_called",
]

CLAIMS_SHOWN = 20
LEADERS, LEADERSHIP_CLAIMS = 200, 50  # of one group, and of each of these, that are compared
COMPARED = 2000
"""Statements about one entity of which it is asked whether they hold on a day; of more, the best supported."""


@dataclass(frozen=True, slots=True)
class RelationPage:
    """A page of statements, how many there are in all, and the cursor of the next page.

    `standings` has the grounds on which each holds, when only those were wanted that hold on a day; then `complete` says
    whether all statements about the entity were compared. `disagreements` are those in which a statement of the page is
    one side.
    """

    relations: tuple[Relation, ...]
    total: int
    next: str | None = None
    standings: Mapping[str, Standing] = field(default_factory=dict)
    disagreements: tuple[Disagreement, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class EvidencePage:
    """A page of claims, each with its statement (without others' claims), how many there are, the next page's cursor."""

    evidence: tuple[tuple[Relation, Evidence], ...]
    total: int
    next: str | None = None


def list_relations(
    source: Source,
    iri: str,
    where: RelationFilter = EVERYTHING,
    *,
    sort: str = "predicate",
    descending: bool = False,
    cursor: str | None = None,
    limit: int = 100,
    claims: int = CLAIMS_SHOWN,
    as_of: str | None = None,
) -> RelationPage:
    """The statements about an entity that pass, each with its strongest claims; `sort` is one of RELATION_SORTS.

    With `as_of` (a day, month or year), those that hold then (`kg.lookup.times`). Raises ParameterError for a foreign cursor.
    """
    asked = (iri, where, sort, descending, as_of)
    after = position_of(cursor, *asked) if cursor else None
    if as_of is not None:
        return _holding(source, iri, where, sort, descending, after, limit, claims, as_of)
    index = source.catalogue.relations
    rows = index.page(iri, where, sort=sort, descending=descending, after=after, limit=limit + 1)
    found = relations_called(source, [row.key for row in rows[:limit]], claims=claims)
    more = cursor_of(rows[limit - 1].position, *asked) if len(rows) > limit else None
    return RelationPage(found, index.count(iri, where), more, disagreements=_disagreements(source, found))


def relations_called(source: Source, keys: Sequence[str], *, claims: int = CLAIMS_SHOWN) -> tuple[Relation, ...]:
    """The statements of these keys of the catalogue, in their order, each with its `claims` strongest claims."""
    catalogue = source.catalogue
    states = [state for key in keys if (state := catalogue.statement(key, source.iri_of)) is not None]
    evidence: dict[str, list[Evidence]] = {}
    if claims:
        for claim in claims_of(source.select, (), only=catalogue.evidence.best(keys, claims)):
            evidence.setdefault(claim.statement, []).append(claim)
    labels = _labels(source, states)
    return tuple(_relation(state, labels, evidence.get(state.iri.value, ())) for state in states)


def key_of(relation: Relation) -> str:
    """The key of a statement in the catalogue."""
    target, literal = (None, relation.object) if relation.object_is_literal else (relation.object, "")
    return statement_key(
        {"subject_iri": relation.subject, "predicate": relation.predicate, "object_iri": target, "literal": literal}
    )


def key_called(source: Source, iri: str) -> str | None:
    """The key in the catalogue of the statement of an IRI, which only the graph can tell; None when it knows none."""
    try:
        node = NamedNode(iri)
    except ValueError:
        return None
    parts = {quad.predicate: quad.object for quad in source.store.quads(node, graph=DefaultGraph())}
    subject, predicate, target = (parts.get(part) for part in (rdf_subject, rdf_predicate, rdf_object))
    if not isinstance(subject, NamedNode) or not isinstance(predicate, NamedNode):
        return None
    thing, literal = (None, target.value) if isinstance(target, Literal) else (getattr(target, "value", None), "")
    return statement_key(
        {"subject_iri": subject.value, "predicate": local(predicate), "object_iri": thing, "literal": literal}
    )


def evidence_called(source: Source, iri: str) -> tuple[Relation, Evidence] | None:
    """The claim of an IRI with its statement (without others' claims); None when there is none."""
    claims = claims_of(source.select, (), only=[iri]) if source.catalogue.claim(iri) is not None else ()
    for claim in claims:
        key = key_called(source, claim.statement)
        for relation in relations_called(source, [key] if key else [], claims=0):
            return relation, claim
    return None


def list_evidence(
    source: Source,
    iri: str,
    where: RelationFilter = EVERYTHING,
    *,
    cursor: str | None = None,
    limit: int = 100,
) -> EvidencePage:
    """The claims about an entity that pass, those published last first. Raises ParameterError for a foreign cursor."""
    asked = (iri, where, "evidence")
    after = position_of(cursor, *asked) if cursor else None
    rows = source.catalogue.evidence.page(iri, where, after=after, limit=limit + 1)
    more = cursor_of(rows[limit - 1][2], *asked) if len(rows) > limit else None
    keys = list(dict.fromkeys(key for _, key, _ in rows[:limit]))
    statements = {relation.statement: relation for relation in relations_called(source, keys, claims=0)}
    claims = {
        claim.claim: claim for claim in claims_of(source.select, (), only=[claim for claim, _, _ in rows[:limit]])
    }
    found = (claims[claim] for claim, _, _ in rows[:limit] if claim in claims)
    pairs = tuple((statements[claim.statement], claim) for claim in found if claim.statement in statements)
    return EvidencePage(pairs, source.catalogue.evidence.count(iri, where), more)


def list_evidence_about(source: Source, key: str, *, cursor: str | None = None, limit: int = 100) -> EvidencePage:
    """The same for the claims about one statement, given by its key in the catalogue."""
    after = position_of(cursor, key) if cursor else None
    rows = source.catalogue.evidence.page_of(key, after=after, limit=limit + 1)
    more = cursor_of(rows[limit - 1][1], key) if len(rows) > limit else None
    claims = {claim.claim: claim for claim in claims_of(source.select, (), only=[claim for claim, _ in rows[:limit]])}
    relations = relations_called(source, [key], claims=0)
    pairs = tuple((relation, claims[claim]) for relation in relations for claim, _ in rows[:limit] if claim in claims)
    return EvidencePage(pairs, source.catalogue.evidence.count_of(key), more)


def _holding(
    source: Source,
    iri: str,
    where: RelationFilter,
    sort: str,
    descending: bool,
    after: tuple[object, ...] | None,
    limit: int,
    claims: int,
    as_of: str,
) -> RelationPage:
    """The page of those statements that hold on a day, which only a look at each tells."""
    index = source.catalogue.relations
    total = index.count(iri, where)
    if total > COMPARED:
        compared = index.page(iri, where, sort="sources", descending=True, limit=COMPARED)
        wanted = {row.key for row in compared}
    else:
        wanted = None
    rows = index.page(iri, where, sort=sort, descending=descending, limit=total)
    rows = [row for row in rows if wanted is None or row.key in wanted]
    relations = relations_called(source, [row.key for row in rows], claims=0)
    standings = _standings(source, relations, as_of)
    held = {key_of(relation) for relation in relations if relation.statement in standings}
    holding = [row for row in rows if row.key in held]
    begin = 0
    if after is not None:
        begin = next((n for n, row in enumerate(holding, 1) if row.position == after), len(holding))
    page = holding[begin : begin + limit]
    more = None
    if begin + limit < len(holding):
        more = cursor_of(page[-1].position, iri, where, sort, descending, as_of)
    found = relations_called(source, [row.key for row in page], claims=claims)
    against = _disagreements(source, found, as_of)
    return RelationPage(found, len(holding), more, standings, against, complete=wanted is None)


def _standings(source: Source, relations: Iterable[Relation], day: str) -> dict[str, Standing]:
    """Statement → why it holds on the day; a leadership is compared with the others of the same group."""
    found: dict[str, Standing] = {}
    groups = set()
    for relation in relations:
        if relation.predicate == "leads":
            groups.add(relation.object)
        elif (standing := standing_on(relation, day)) is not None:
            found[relation.statement] = standing
    for group in sorted(groups):
        found |= {standing.relation.statement: standing for standing in leaders_on(_leaders(source, group), day)}
    return found


def _disagreements(source: Source, page: Iterable[Relation], day: str | None = None) -> tuple[Disagreement, ...]:
    """Those in which a leadership of a page is one side; with a day, where both hold on it."""
    listed = {relation.statement: relation.object for relation in page if relation.predicate == "leads"}
    found: list[Disagreement] = []
    for group in dict.fromkeys(listed.values()):
        leaders = _leaders(source, group)
        if day is not None:
            leaders = tuple(one.relation for one in leaders_on(leaders, day))
        sides = ((one, {one.one.statement, one.two.statement}) for one in disagreements(leaders))
        found += [one for one, both in sides if not both.isdisjoint(listed)]
    return tuple(found)


def _leaders(source: Source, group: str) -> tuple[Relation, ...]:
    """The leaderships of a group, the best supported first, with the claims that tell joint leaders from rivals."""
    rows = source.catalogue.relations.page(
        group, RelationFilter(("leads",), IN), sort="sources", descending=True, limit=LEADERS
    )
    return relations_called(source, [row.key for row in rows], claims=LEADERSHIP_CLAIMS)


def _labels(source: Source, states: Iterable[StatementState]) -> dict[str, str]:
    """The labels of the statements' ends, by IRI."""
    ends = {str(end.value) for state in states for end in (state.statement.subject, state.statement.object)}
    rows = ((end, source.catalogue.entity(end)) for end in sorted(ends))
    return {iri: row.label for iri, row in rows if row is not None}


def _relation(state: StatementState, labels: Mapping[str, str], claims: Iterable[Evidence]) -> Relation:
    said = state.statement
    subject, target = str(said.subject.value), str(said.object.value)
    return Relation(
        statement=state.iri.value,
        subject=subject,
        subject_label=labels.get(subject, subject),
        predicate=local(said.predicate),
        object=target,
        object_label=labels.get(target, target),
        object_is_literal=isinstance(said.object, Literal),
        asserted=state.asserted,
        confidence=None if state.confidence is None else round(state.confidence, 3),
        phase=state.phase.value,
        supporting_articles=state.supporting_articles,
        disputing_articles=state.disputing_articles,
        supporting_sources=state.supporting_sources,
        disputing_sources=state.disputing_sources,
        first_reported=_day(state.first_reported),
        last_reported=_day(state.last_reported),
        valid_from=state.valid_from,
        valid_to=state.valid_to,
        first_current=_day(state.first_current),
        last_current=_day(state.last_current),
        reported_over=_day(state.reported_over),
        claims=tuple(claims),
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
