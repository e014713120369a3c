"""`kg show`: what is said of one thing, with the sentences, or what one article says."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from io import BytesIO
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.options import StoreOption
from kg.cli.output import note, number, plain, put, wrapped, write_bytes
from kg.cli.store import reading, selecting
from kg.vocab import PREDICATES, in_words

if TYPE_CHECKING:
    from pyoxigraph import NamedNode

    from kg.graph.scope import Scope
    from kg.lookup import Entity, Evidence, Location, Relation
    from kg.workspace import Workspace


class ShowFormat(StrEnum):
    """How an entity is shown."""

    TEXT = "text"
    TURTLE = "turtle"
    JSONLD = "jsonld"
    NTRIPLES = "ntriples"


def command(
    thing: Annotated[
        str,
        typer.Argument(
            metavar="THING", help="A name, a slug such as ana-diaz-1f2e3d4c, the id of an article, or an IRI."
        ),
    ],
    form: Annotated[ShowFormat, typer.Option("--format", "-f", help="Text, or RDF.")] = ShowFormat.TEXT,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10000, help="At most so many relations.")] = 100,
    store: StoreOption = None,
) -> None:
    """Show what is said of someone or something, with the sentences; of an article, what it says.

    An article is shown with its versions and with the articles that are copies of it, which count as one source.

    \b
    Examples:
      kg show "Dockers' Union"
      kg show person/ana-diaz-1f2e3d4c --format turtle
      kg show harbour-2031-04-02
    """
    from pyoxigraph import NamedNode

    from kg.graph.facts import article_iri
    from kg.graph.scope import Scope
    from kg.lookup import find_article, find_entity

    with reading(store) as workspace:
        article = find_article(workspace.catalogue, workspace.base, thing)
        if article is not None:
            node = article_iri(workspace.base, article)
            if form is ShowFormat.TEXT:
                _print_article(workspace, article, node, limit)
            else:
                _print_rdf(workspace, Scope(article=node), form)
            return
        iri = find_entity(workspace.catalogue, workspace.base, thing)
        if form is ShowFormat.TEXT:
            _print_text(workspace, iri, limit)
        else:
            _print_rdf(workspace, Scope(entity=NamedNode(iri)), form)


def _print_rdf(workspace: Workspace, scope: Scope, form: ShowFormat) -> None:
    body = BytesIO()
    workspace.export(form.value, body, scope=scope)
    write_bytes(body.getvalue())


def _print_article(workspace: Workspace, article: str, iri: NamedNode, limit: int) -> None:
    from kg import lookup

    articles = workspace.catalogue.articles
    row = articles.row(article)
    assert row is not None, "it was found"
    put(f"{plain(row.title or row.id)}  (Article)")
    about = [row.publisher, row.published and row.published.isoformat(), row.url]
    if any(about):
        put(wrapped(", ".join(part for part in about if part), indent="  "))
    put(f"  {iri.value}")
    versions = lookup.versions_of(workspace.catalogue, article)
    older = f", version {len(versions)}: see kg history {plain(article)}" if len(versions) > 1 else ""
    put(f"  sha256 {row.digest}, read {row.time:%Y-%m-%d %H:%M}Z by {plain(row.model)}{older}")
    if copies := articles.copies(article):
        original = articles.copy_of(article)
        told = f"a copy of {original}" if original else "the earliest"
        put(
            wrapped(
                f"{told} of {number(len(copies) + 1, 'article')} of nearly the same text, which count as one source: "
                f"{'; '.join(copies)}",
                indent="  ",
                then="    ",
            )
        )
    _print_relations(lookup.relations_in(selecting(workspace), iri.value, limit=limit + 1), limit)


def _print_text(workspace: Workspace, iri: str, limit: int) -> None:
    from kg import lookup
    from kg.errors import UnknownEntity

    select = selecting(workspace)
    found = lookup.describe(select, iri)
    if found is None:
        raise UnknownEntity(f"the graph does not show {plain(iri)} yet", hint="try again in a moment")
    relations = lookup.relations_of(select, iri, limit=limit + 1)
    _print_head(found)
    if found.location is None:
        _print_disagreement(workspace, iri)
    _print_relations(relations, limit)


def _print_relations(relations: Sequence[Relation], limit: int) -> None:
    shown = sorted(
        relations[:limit], key=lambda relation: PREDICATES.index(relation.predicate)
    )  # who leads comes first
    for _, group in groupby(shown, key=lambda relation: relation.predicate):
        put()
        for relation in sorted(group, key=lambda r: (not r.asserted, -r.supporting_sources, r.object_label)):
            print_relation(relation)
    if not relations:
        put("\nNothing else is said.")
    if len(relations) > limit:
        note(f"only {number(limit, 'relation')} shown: --limit shows more")


def _print_head(entity: Entity) -> None:
    kind = f"{entity.cls}, {entity.event_type}" if entity.event_type else entity.cls
    put(f"{plain(entity.label)}  ({kind})")
    if entity.altlabels:
        put(wrapped(f"also: {'; '.join(entity.altlabels)}", indent="  ", then="        "))
    put(f"  {entity.iri}")
    for how, target in entity.matches:
        put(wrapped(f"{in_words(how)}: {target}", indent="  ", then="    "))
    if entity.location is not None:
        _print_location(entity.location)


def _print_location(location: Location) -> None:
    """Print where a place is and why, and how to look at it on a map."""
    code = location.region or location.country
    link = f", {location.geonames}" if location.geonames else ""
    put(wrapped(f"{code}, {location.latitude:.2f}, {location.longitude:.2f}{link}", indent="  at: ", then="      "))
    put(wrapped(location.because, indent="  why: ", then="       "))


def _print_disagreement(workspace: Workspace, iri: str) -> None:
    """Print what articles take a place for that disagree about which one it is."""
    told: dict[str, list[str]] = {}
    for one in workspace.catalogue.whereabouts.groundings_of(iri):
        told.setdefault(one.grounding.reason, []).append(one.article_id)
    if told:
        put("  at: unknown, since articles disagree")
        for reason, articles in told.items():
            put(wrapped(f"{reason} ({'; '.join(dict.fromkeys(articles))})", indent="    ", then="      "))


def print_relation(relation: Relation) -> None:
    """Print a statement with what counts for and against it, and its sentences below."""
    verb = in_words(relation.predicate)
    put(wrapped(f"{relation.subject_label} — {verb} — {relation.object_label}{_qualified(relation)}", then="    "))
    for claim in relation.claims:
        _print_claim(claim)


def _qualified(relation: Relation) -> str:
    """What a reader must know before believing it."""
    notes: list[str] = []
    if not relation.asserted:
        notes.append("not asserted")
    if relation.phase in ("former", "future"):
        notes.append(relation.phase)
    if relation.valid_from or relation.valid_to:
        notes.append(f"{relation.valid_from or '…'} to {relation.valid_to or '…'}")
    if relation.supporting_articles:
        sources, articles = relation.supporting_sources, relation.supporting_articles
        notes.append(f"{number(sources, 'source')} in {number(articles, 'article')}" if articles > 1 else "1 source")
    elif relation.asserted:
        notes.append("from the gazetteer")
    if relation.disputing_articles:
        notes.append(f"disputed by {number(relation.disputing_articles, 'article')}")
    return f"  [{', '.join(notes)}]" if notes else ""


def _print_claim(claim: Evidence) -> None:
    put(wrapped(f"“{claim.sentence.exact}”", indent="    ", then="     "))
    parts = [claim.title or claim.article_id, claim.publisher, claim.published]
    told = f"{claim.modality} by {claim.attributed_to}" if claim.attributed_to else claim.modality
    stance = "" if claim.supports else "DISPUTES IT, "
    put(
        wrapped(
            f"{stance}{', '.join(part for part in parts if part)} ({told}, {claim.confidence:.2f})"
            f"  claim/{claim.claim.rpartition('/')[2]}",
            indent="      ",
            then="        ",
        )
    )
