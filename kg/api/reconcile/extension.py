"""Identifiers and properties → the values that the graph has for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pyoxigraph import Literal, NamedNode

from kg import vocab
from kg.api.reconcile.candidates import full_iri, short_id
from kg.api.reconcile.properties import Property
from kg.api.reconcile.queries import Extension
from kg.api.reconcile.types import TYPES
from kg.catalogue import Catalogue
from kg.lookup import Select
from kg.types import EntityClass, Phase

__all__ = ["SETTINGS", "extend"]

MOST_VALUES = 1000  # of one property of one entity
MOST_ROWS = 20_000
SETTINGS: list[dict[str, Any]] = [
    {
        "name": "limit",
        "label": "Limit",
        "type": "number",
        "default": 0,
        "help_text": "How many values of an entity at most, those of most sources first; 0 for all.",
    },
    {
        "name": "phase",
        "label": "Phase",
        "type": "select",
        "default": "any",
        "help_text": "Only what holds now, held once or will hold, as the latest articles have it.",
        "choices": [{"value": name, "name": name} for name in ("any", *Phase)],
    },
]
_PREFIXES = f"PREFIX kg: <{vocab.KG}> PREFIX rdf: <{vocab.RDF}> PREFIX rdfs: <{vocab.RDFS}> PREFIX skos: <{vocab.SKOS}>"


def extend(catalogue: Catalogue, select: Select, base: str, wanted: Extension) -> dict[str, Any]:
    """The answer of a request for data: its columns, and for each identifier the values in each."""
    iris = {id_: full_iri(catalogue, base, id_) for id_ in wanted.ids}
    known = sorted({iri for iri in iris.values() if iri is not None})
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {id_: {} for id_ in iris}
    for property_, settings in wanted.properties:
        values = _values(select, base, known, property_, settings)
        for id_, iri in iris.items():
            rows[id_][property_.id] = values.get(iri or "", [])
    return {"meta": [_column(property_) for property_, _ in wanted.properties], "rows": rows}


def _column(property_: Property) -> dict[str, Any]:
    column: dict[str, Any] = {"id": property_.id, "name": property_.name}
    entities = [cls for cls in property_.range if cls is not EntityClass.DATE]
    if entities:
        first = next(id_ for id_ in TYPES if id_ in entities)
        column["type"] = {"id": first, "name": TYPES[first].name}
    return column


def _values(
    select: Select, base: str, iris: list[str], property_: Property, settings: Mapping[str, Any]
) -> dict[str, list[dict[str, Any]]]:
    """Entity → its values, those of most sources first."""
    if not iris:
        return {}
    listed = " ".join(str(NamedNode(iri)) for iri in iris)
    if property_.predicate is None:
        pattern, order = f"?x {property_.path} ?value .", "?value"
    else:
        own, other = ("rdf:object", "rdf:subject") if property_.inverse else ("rdf:subject", "rdf:object")
        phase = settings.get("phase")
        only = f' ; kg:phase "{phase}"' if phase in list(Phase) else ""
        pattern = (
            f"?statement {own} ?x . ?statement rdf:predicate kg:{property_.predicate} ; {other} ?value ;"
            f" kg:asserted true ; kg:supportingSources ?sources{only} ."
        )
        order = "DESC(?sources) ?value"
    found: dict[str, list[dict[str, Any]]] = {}
    most = _limit(settings.get("limit"))
    for row in select(
        f"{_PREFIXES} SELECT ?x ?value ?label {{ VALUES ?x {{ {listed} }} {pattern}"
        f" OPTIONAL {{ ?value rdfs:label ?label }} }} ORDER BY ?x {order} LIMIT {MOST_ROWS}"
    ):
        values = found.setdefault(row["x"].value, [])
        if len(values) < most:
            values.append(_cell(row["value"], row.get("label"), base))
    return found


def _limit(value: object) -> int:
    """The number of values that a setting allows; OpenRefine sends numbers as text."""
    try:
        number = int(float(str(value)))
    except (ValueError, OverflowError):
        return MOST_VALUES
    return min(number, MOST_VALUES) if number > 0 else MOST_VALUES


def _cell(value: NamedNode | Literal, label: Literal | None, base: str) -> dict[str, Any]:
    if isinstance(value, NamedNode):
        if label is None:
            return {"str": vocab.local(value)}
        return {"id": short_id(base, value.value), "name": label.value}
    if value.datatype == vocab.xsd_date:
        return {"date": f"{value.value[:10]}T00:00:00Z"}
    return {"str": value.value}  # a month or a year is no day
