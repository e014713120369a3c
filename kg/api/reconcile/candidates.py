"""A query → the entities that it may mean, best first, each with a score and what that is made of."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode
from rapidfuzz import fuzz

from kg import vocab
from kg.api.reconcile.properties import PROPERTIES, Property
from kg.api.reconcile.queries import Asked, Wanted
from kg.api.reconcile.types import TYPES, classes_below, types_of
from kg.catalogue import Catalogue, EntityRow
from kg.lookup import Select
from kg.resolve import Profile, compare
from kg.resolve.names import group_name, is_acronym, is_full_person_name, person_name, thing_name
from kg.types import EntityClass

__all__ = ["Candidate", "candidates", "descriptions", "full_iri", "short_id"]

SEARCHED = 60  # entities that are compared for one query
LEAST = 5.0  # below that a candidate is noise
CONTRADICTED, UNSAID = 0.6, 0.9  # what a property that speaks against it, or is not known of it, leaves of a score
OF_ANOTHER_TYPE = 0.7  # what `should` leaves of the score of an entity of none of the types
NOT_WHOLE = 60.0  # the most that an equal name scores that is no whole name: a surname, an acronym
FEATURES = 8
_PREFIXES = f"PREFIX kg: <{vocab.KG}> PREFIX rdfs: <{vocab.RDFS}> PREFIX skos: <{vocab.SKOS}>"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entity that a query may mean. `score` is from 0 to 100; `features` say what it is made of."""

    id: str
    row: EntityRow
    score: float
    match: bool = False
    features: Mapping[str, bool | float] = field(default_factory=dict)

    def wire(self, description: str) -> dict[str, object]:
        """As the API has it."""
        return {
            "id": self.id,
            "name": self.row.label,
            "description": description,
            "score": self.score,
            "match": self.match,
            "features": [{"id": name, "value": value} for name, value in self.features.items()],
            "type": [{"id": id_, "name": TYPES[id_].name} for id_ in types_of(self.row)],
        }


@dataclass(frozen=True, slots=True)
class _Compared:
    """An entity whose name was compared: `same` if it is the one asked for, letter by letter as far as letters count."""

    row: EntityRow
    score: float
    same: bool
    whole: bool
    features: Mapping[str, bool | float]
    agreed: int = 0
    against: int = 0


def short_id(base: str, iri: str) -> str:
    """The identifier of an IRI."""
    return iri.removeprefix(base)


def full_iri(catalogue: Catalogue, base: str, id_: str) -> str | None:
    """The IRI of an identifier, or of the IRI itself; that of its successor if it was merged. None when it is no IRI."""
    iri = id_ if "://" in id_ else base + id_
    try:
        NamedNode(iri)
    except ValueError:
        return None
    retired = catalogue.retired(iri)
    return iri if retired is None or retired.successor is None else retired.successor.value


def candidates(catalogue: Catalogue, select: Select, base: str, asked: Asked) -> list[Candidate]:
    """The candidates of a query, best first: `limit` at most."""
    rows = _searched(catalogue, asked) if asked.text else _with_values(catalogue, select, base, asked)
    compared = [one for row in rows for one in _compared(row, asked)]
    for property_, values in asked.properties:
        compared = list(_narrowed(catalogue, select, base, compared, property_, values))
    ordered = sorted((one for one in compared if one.score >= LEAST), key=lambda one: (-one.score, one.row.iri.value))
    sure = _sure(ordered, asked)
    return [
        Candidate(short_id(base, one.row.iri.value), one.row, one.score, one is sure, one.features)
        for one in ordered[: asked.limit]
    ]


def _searched(catalogue: Catalogue, asked: Asked) -> list[EntityRow]:
    """The entities whose names may be the one asked for: as it is typed, without titles, and by its longest word."""
    classes = classes_below(*(() if asked.strictness == "should" else asked.types))
    found: dict[str, EntityRow] = {}
    normal = person_name(asked.text), group_name(asked.text)
    longest = max(re.findall(r"\w+", asked.text), key=len, default="")
    for text in dict.fromkeys((asked.text, *normal, longest)):
        if len(found) >= SEARCHED:
            break
        hits, _ = catalogue.words.entities(text, classes, limit=SEARCHED)
        found |= {hit.entity.iri.value: hit.entity for hit in hits if hit.entity.iri.value not in found}
    return list(found.values())[:SEARCHED]


def _with_values(catalogue: Catalogue, select: Select, base: str, asked: Asked) -> list[EntityRow]:
    """The entities that have the first property's value, for a query without a name."""
    if not asked.properties:
        return []
    property_, values = asked.properties[0]
    iris = [iri for value in values for iri in _iris_of(catalogue, base, value)]
    if not iris or property_.predicate is None:
        return []
    listed = " ".join(str(NamedNode(iri)) for iri in iris)
    found = select(
        f"{_PREFIXES} SELECT DISTINCT ?x {{ VALUES ?value {{ {listed} }} ?x {property_.wider} ?value }} LIMIT {SEARCHED}"
    )
    rows = (catalogue.entity(row["x"].value) for row in found if isinstance(row["x"], NamedNode))
    return [row for row in rows if row is not None]


def _iris_of(catalogue: Catalogue, base: str, value: Wanted) -> list[str]:
    """The entities that a value names: the one of its identifier, else those of its name."""
    if value.id is not None:
        iri = full_iri(catalogue, base, value.id)
        return [iri] if iri is not None else []
    hits, _ = catalogue.words.entities(value.text, limit=10, similar=False)
    return [hit.entity.iri.value for hit in hits if _names_it(hit.entity, value.text)]


def _compared(row: EntityRow, asked: Asked) -> Iterator[_Compared]:
    """The entity with the score of its names, unless it is of none of the types that are asked for."""
    own = set(types_of(row))
    wanted = {one.id for one in asked.types}
    fits = bool(own & wanted) if asked.strictness != "all" else wanted <= own
    if wanted and not fits and asked.strictness != "should":
        return
    score, same, whole, features = _likeness(row, asked.text) if asked.text else (NOT_WHOLE, False, False, {})
    if wanted:
        features = {**features, "type": fits}
        score *= 1.0 if fits else OF_ANOTHER_TYPE
    yield _Compared(row, round(score, 2), same and (fits or not wanted), whole, features)


def _likeness(row: EntityRow, text: str) -> tuple[float, bool, bool, dict[str, bool | float]]:
    """(score, whether it is the same name, whether that is a whole name, features) of the likest of an entity's names."""
    names = (row.label, *row.altlabels)
    key, is_person = _key_of(row), row.cls is EntityClass.PERSON
    typed = {key(text)} | ({key(" ".join(reversed(text.split(",", 1))))} if is_person and "," in text else set())
    for name in names:
        if key(name) in typed and key(name):
            whole = is_full_person_name(" ".join(reversed(text.split(",", 1)))) if is_person else not is_acronym(text)
            return (100.0 if whole else NOT_WHOLE), True, whole, {"same-name": True, "whole-name": whole}
    theirs = [key(name) for name in names if key(name)]
    if not theirs or not key(text):
        return 0.0, False, False, {}
    if (
        row.cls is EntityClass.EVENT
    ):  # what resolution knows of two events is not their names: here there is nothing else
        shared = max(fuzz.token_set_ratio(key(text), name) for name in theirs)
        return (
            NOT_WHOLE * shared / 100,
            False,
            False,
            {"same-name": False, "names: shared words": round(shared / 100, 3)},
        )
    prefix, shade = ("p", "") if is_person else ("o", row.cls.value)
    left = Profile(f"{prefix}:{key(text)}", shade, frozenset())
    right = Profile(f"{prefix}:{theirs[0]}", shade, frozenset(f"n:{name}" for name in theirs[1:]))
    outcome = compare(left, right)
    weighed = {name: round(value, 3) for name, value in outcome.contributions().items() if name != "bias"}
    features: dict[str, bool | float] = {"same-name": False}
    features |= {f"names: {name}": value for name, value in list(weighed.items())[:FEATURES]}
    return 100 * outcome.score, False, False, features


def _key_of(row: EntityRow) -> Callable[[str], str]:
    """How resolution folds the names of an entity of that class."""
    if row.cls is EntityClass.PERSON:
        return person_name
    return group_name if row.cls in (EntityClass.GROUP, EntityClass.POLITY) else thing_name


def _narrowed(
    catalogue: Catalogue,
    select: Select,
    base: str,
    compared: Sequence[_Compared],
    property_: Property,
    values: Sequence[Wanted],
) -> Iterator[_Compared]:
    """The candidates with what a property says for or against them."""
    known = _values_of(select, [one.row.iri.value for one in compared], property_)
    wanted = [(value, full_iri(catalogue, base, value.id) if value.id is not None else None) for value in values]
    for one in compared:
        theirs = known.get(one.row.iri.value, [])
        agrees = any(_agrees(term, names, value, iri) for term, names in theirs for value, iri in wanted)
        factor = 1.0 if agrees else CONTRADICTED if theirs else UNSAID
        yield _Compared(
            one.row,
            round(one.score * factor, 2),
            one.same,
            one.whole,
            {**one.features, f"property:{property_.id}": factor if not agrees else True},
            one.agreed + agrees,
            one.against + (bool(theirs) and not agrees),
        )


def _values_of(
    select: Select, iris: Sequence[str], property_: Property
) -> dict[str, list[tuple[NamedNode | Literal, tuple[str, ...]]]]:
    """Entity → the values of a property, each with its names."""
    if not iris:
        return {}
    listed = " ".join(str(NamedNode(iri)) for iri in iris)
    found: dict[str, dict[NamedNode | Literal, set[str]]] = {}
    for row in select(
        f"{_PREFIXES} SELECT ?x ?value ?name {{ VALUES ?x {{ {listed} }} ?x {property_.wider} ?value ."
        " OPTIONAL { ?value rdfs:label|skos:altLabel ?name } } LIMIT 20000"
    ):
        names = found.setdefault(row["x"].value, {}).setdefault(row["value"], set())
        if row.get("name") is not None:
            names.add(row["name"].value)
    return {iri: [(term, tuple(sorted(names))) for term, names in terms.items()] for iri, terms in found.items()}


def _agrees(term: NamedNode | Literal, names: Sequence[str], value: Wanted, iri: str | None) -> bool:
    """Whether a value is the one wanted: the entity itself, one of that name, or a text or day that says the same."""
    if isinstance(term, NamedNode):
        if value.id is not None:
            return term.value == iri
        return any(_same_text(name, value.text) for name in names) or vocab.local(term) == value.text
    if term.datatype.value.startswith(vocab.XSD) and term.value[:4].isdigit():  # 2024-03 holds of 2024-03-11, and back
        return bool(value.text) and (term.value.startswith(value.text) or value.text.startswith(term.value))
    return _same_text(term.value, value.text)


def _names_it(row: EntityRow, text: str) -> bool:
    return any(_same_text(name, text) for name in (row.label, *row.altlabels))


def _same_text(left: str, right: str) -> bool:
    return bool(thing_name(left)) and (thing_name(left) == thing_name(right) or group_name(left) == group_name(right))


def _sure(ordered: Sequence[_Compared], asked: Asked) -> _Compared | None:
    """The candidate that is certain: the only one of a whole name against which nothing speaks.

    Where several have that name, all the properties must speak for it and something against each of the others.
    """
    same = [one for one in ordered if one.same]
    fitting = [one for one in same if one.whole and not one.against]
    if len(same) == 1:
        return fitting[0] if fitting else None
    if len(fitting) == 1 and asked.properties and fitting[0].agreed == len(asked.properties):
        return fitting[0]
    return None


def descriptions(select: Select, rows: Collection[EntityRow]) -> dict[str, str]:
    """IRI → a line that tells an entity from its namesakes: its class, other names, and what is first said of it."""
    found = {row.iri.value: [row.event_type or row.cls.value] for row in rows}
    for row in rows:
        if row.altlabels:
            found[row.iri.value].append("also " + ", ".join(row.altlabels[:2]))
    if not found:
        return {}
    listed = " ".join(str(NamedNode(iri)) for iri in found)
    told: dict[str, list[str]] = {}
    for line in select(
        f"{_PREFIXES} SELECT ?x ?how ?value ?name {{ VALUES ?x {{ {listed} }}"
        " VALUES ?how { kg:leads kg:memberOf kg:locatedIn kg:partOf kg:within kg:occurredAt kg:startDate kg:citizenOf }"
        " ?x ?how ?value . OPTIONAL { ?value rdfs:label ?name } } ORDER BY ?x ?how ?name LIMIT 2000"
    ):
        shown = line["name"] if line.get("name") is not None else line["value"]
        name = PROPERTIES[vocab.local(line["how"])].name
        told.setdefault(line["x"].value, []).append(f"{name} {shown.value}")
    return {iri: "; ".join((*parts, *told.get(iri, [])[:2])) for iri, parts in found.items()}
