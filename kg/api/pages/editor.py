"""The SPARQL editor: the query in its field, examples, limits, and the answer below it: rows, a graph, or what went wrong.

Its address is that of the endpoint with the query: what a browser shows as a page is what a program gets as data.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg.api.named import row_count
from kg.api.negotiation import JSON_RESULTS, SOLUTIONS, TRIPLES
from kg.api.pages.graph import drawings_of, joined_words
from kg.api.pages.queries import ROWS_SHOWN, compact, table_of, timeline_of, web
from kg.api.pages.rendering import FORMAT_NAMES, render
from kg.api.problem_types import PROBLEM_TYPES
from kg.api.service import GraphService, Service
from kg.graph import Answer
from kg.graph.forms import form_of
from kg.graph.guard import undeclared_prefixes
from kg.lookup import ENTITY_KINDS, Entity, Relation
from kg.vocab import PREFIXES, rdf_type, rdfs_label

if TYPE_CHECKING:
    from kg.api.problems import Problem

__all__ = ["editor_page", "problem_in", "results_page"]

EXAMPLE = """PREFIX kg: <https://w3id.org/newsgraph/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>

# who leads what
SELECT ?person ?leader ?organisation ?group WHERE {
  ?person kg:leads ?organisation ; rdfs:label ?leader .
  ?organisation rdfs:label ?group .
} ORDER BY ?group ?leader LIMIT 50
"""
TRIPLES_READ = 3000
TEXT_SHOWN = 20_000  # characters of Turtle
DRAWN = 40  # things in a drawing
AROUND = 3  # lines of a query above and below the one that is wrong
_PLACE = re.compile(r"line (\d+), column (\d+)")


def editor_page(
    service: GraphService,
    *,
    query: str | None = None,
    example: str | None = None,
    timeout_s: float | None = None,
    **more: object,
) -> str:
    """The page with a query in its field, or a named query as an example, or the first example of all."""
    settings = service.settings
    known = service.queries.get(example or "")
    text = query if query is not None else known.text if known is not None else EXAMPLE
    tags: dict[str, list[Any]] = {}
    for one in service.queries.values():
        tags.setdefault(one.tags[0] if one.tags else "other", []).append(one)
    return render(
        "editor.html",
        service.base,
        section="sparql",
        plain_store=not service.queries,
        query=text,
        asked=query is not None,
        lines=min(26, max(10, text.count("\n") + 2)),
        timeout_s=timeout_s,
        tags=tags,
        prefixes=PREFIXES,
        limits=settings,
        permalink=_address(query, None) if query is not None else None,
        **{"answer": None, "graph": None, "wrong": None, **more},
    )


def results_page(service: GraphService, query: str, result: Answer, took_s: float, timeout_s: float | None) -> str:
    """The page with an answer: a table of rows (of one cell for ASK), or triples with their drawing."""
    form = form_of(query)
    triples = form is not None and form.gives_triples
    offers = TRIPLES if triples else SOLUTIONS
    links = [
        {
            "href": _address(query, offer.extension),
            "name": FORMAT_NAMES[offer.extension],
            "file": f"answer.{offer.extension}",
        }
        for offer in offers
    ]
    links.sort(key=lambda link: link["name"] not in ("CSV", "Turtle"))  # what people open first
    shared = {"links": links, "took": f"{took_s:.1f} s" if took_s >= 1 else f"{1000 * took_s:.0f} ms"}
    if triples:
        answer: dict[str, Any] = _triples(service, result)
        return editor_page(service, query=query, timeout_s=timeout_s, graph={**shared, **answer})
    names, rows = table_of(result, service.base)
    total = row_count(result.body, JSON_RESULTS.media_type) if len(rows) >= ROWS_SHOWN else len(rows)
    table = {
        **shared,
        "names": names,
        "rows": rows,
        "total": total,
        "timeline": timeline_of(query, rows) if service.queries else None,
        **_drawing(service, list(_joined_in(names, rows, service.base)), {}),
    }
    return editor_page(service, query=query, timeout_s=timeout_s, answer=table)


def problem_in(service: GraphService, query: str, problem: Problem, timeout_s: float | None) -> str:
    """The page of a query that gave no answer: what was wrong, where it is, and what to do about it."""
    found = _PLACE.search(problem.detail) if problem.type.endswith("query-syntax-error") else None
    missing = [name for name in undeclared_prefixes(query) if name in PREFIXES] if found else []
    mended = "".join(f"PREFIX {name}: <{PREFIXES[name]}>\n" for name in missing) + query if missing else None
    return editor_page(
        service,
        query=query,
        timeout_s=timeout_s,
        wrong={
            "problem": problem,
            "place": (int(found[1]), int(found[2])) if found else None,
            "lines": list(_lines_around(query, int(found[1]), int(found[2]))) if found else [],
            "mended": _address(mended, None) if mended else None,
            "missing": missing,
            "kind": PROBLEM_TYPES.get(problem.type.rpartition("/")[2]),
        },
    )


def _address(query: str | None, extension: str | None) -> str:
    fields = {"query": query or "", **({"format": extension} if extension else {})}
    return f"/sparql?{urlencode(fields)}"


def _lines_around(query: str, line: int, column: int) -> list[tuple[int, str, str, str]]:
    """(number, text before the fault, the character at it, text after) of the lines around a fault."""
    lines = re.split(r"\r\n|\n|\r", query)
    found = []
    for number in range(max(1, line - AROUND), min(len(lines), line + AROUND) + 1):
        text = lines[number - 1]
        at = column - 1 if number == line else len(text)
        found.append((number, text[:at], text[at : at + 1] or (" " if number == line else ""), text[at + 1 :]))
    return found


def _triples(service: GraphService, result: Answer) -> dict[str, Any]:
    """Triples as text and, where they join things, as a drawing around the thing with most of them."""
    text = result.body.decode("utf-8", "replace")
    found = [quad.triple for quad in islice(parse(result.body, RdfFormat.TURTLE), TRIPLES_READ)]
    labels = {
        one.subject.value: one.object.value
        for one in found
        if one.predicate == rdfs_label and isinstance(one.subject, NamedNode) and isinstance(one.object, Literal)
    }
    joined = [
        (one.subject.value, compact(one.predicate.value, service.base).removeprefix("kg:"), one.object.value)
        for one in found
        if isinstance(one.subject, NamedNode) and isinstance(one.object, NamedNode) and one.subject != one.object
        if one.predicate != rdf_type  # else the class would be what everything hangs on
        if web(one.subject.value, service.base) and web(one.object.value, service.base)
    ]
    drawn = _drawing(service, joined, labels)
    return {
        "text": text[:TEXT_SHOWN],
        "cut": len(text) > TEXT_SHOWN,
        "total": len(found),
        "more": len(found) == TRIPLES_READ,
        **drawn,
    }


def _joined_in(
    names: Sequence[str], rows: Iterable[Sequence[Mapping[str, str]]], base: str
) -> Iterator[tuple[str, str, str]]:
    """Yield the things of this graph that stand side by side in a row, with the name of the second one's column between."""
    for row in rows:
        things = [
            (name, base + one["href"][1:])
            for name, one in zip(names, row, strict=True)
            if one["kind"] == "inside" and one["href"].split("/")[1] in ENTITY_KINDS
        ]
        for (_, one), (name, other) in pairwise(things):
            if one != other:
                yield one, name, other


def _drawing(
    service: GraphService, joined: Sequence[tuple[str, str, str]], labels: Mapping[str, str]
) -> dict[str, Any]:
    """What the drawing of the neighbourhood needs, for whatever joins things."""
    degrees = Counter(end for subject, _, target in joined for end in (subject, target))
    if not degrees:
        return {"drawings": None}
    near: dict[str, list[str]] = {}
    for subject, _, target in joined:
        near.setdefault(subject, []).append(target)
        near.setdefault(target, []).append(subject)
    centre = max(sorted(degrees), key=lambda iri: degrees[iri])
    tree, reached = _tree(centre, near)
    things = {iri: _thing(service, iri, labels) for iri in reached}
    relations = [
        _relation(subject, predicate, target, things)
        for subject, predicate, target in joined
        if subject in things and target in things
    ]
    return {
        "drawings": drawings_of(centre, tree, relations),
        "things": things,
        "joined": joined_words(relations),
        "centre": things[centre].label,
        "left_out": len(degrees) - len(things),
    }


def _tree(centre: str, near: Mapping[str, Sequence[str]]) -> tuple[dict[str, list[str]], set[str]]:
    """Thing → what hangs on it, two steps from the centre, of as many as a person can read."""
    first = list(dict.fromkeys(near[centre]))[: DRAWN - 1]
    reached = {centre, *first}
    tree = {centre: first}
    for child in first:
        below = [iri for iri in dict.fromkeys(near[child]) if iri not in reached][: DRAWN - len(reached)]
        if below:
            tree[child] = below
            reached.update(below)
    return tree, reached


def _thing(service: GraphService, iri: str, labels: Mapping[str, str]) -> Entity:
    kind = iri.removeprefix(service.base).partition("/")[0]
    cls = kind.capitalize() if kind in ENTITY_KINDS else "Other"
    row = service.workspace.catalogue.entity(iri) if isinstance(service, Service) and cls != "Other" else None
    label = (
        labels.get(iri)
        or (row.label if row is not None else "")
        or compact(iri, service.base).rpartition("/")[2]
        or iri
    )
    return Entity(iri, cls, label)


def _relation(subject: str, predicate: str, target: str, things: Mapping[str, Entity]) -> Relation:
    labels = things[subject].label, things[target].label
    return Relation("", subject, labels[0], predicate, target, labels[1], True, None, None, 0, 0, 0, 0)
