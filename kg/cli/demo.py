"""`kg demo`: what all this is for, on the articles that come with the package."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.choose import choose, tell
from kg.cli.options import ExtractorOption, ModelOption, ThreadsOption
from kg.cli.output import number, plain, progress, put, table
from kg.cli.store import open_or_create, selecting
from kg.vocab import in_words

if TYPE_CHECKING:
    from kg.errors import ArticleError
    from kg.lookup import Evidence, Relation, Select
    from kg.types import Article

DEMO_STORE = "kg-demo"
ROWS = 12


def command(
    store: Annotated[
        str, typer.Option("--store", "-s", metavar="DIR", help="The workspace that the demo makes.")
    ] = DEMO_STORE,
    serve: Annotated[bool, typer.Option("--serve", help="Serve it afterwards, to look at in a browser.")] = False,
    port: Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Of the service.")] = None,
    extractor: ExtractorOption = None,
    model: ModelOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Read the articles that come with the package and show what is found.

    They tell of invented people and groups: several leaders over time, namesakes, an acronym, a story that an agency
    sold twice, a denial, a rumour. Run again, it changes nothing.

    \b
    Examples:
      kg demo
      kg demo --serve
    """
    articles = _articles()
    reader = choose(extractor, model, threads)
    with open_or_create(store) as workspace:
        with progress("reading articles", len(articles)) as step:
            report = workspace.ingest(articles, reader, progress=lambda name, outcome: step(1))
        tell(reader)
        for source, reason in report.skipped:
            put(f"skipped: {plain(source)}: {plain(reason)}")
        leader = _show(selecting(workspace), workspace.stats())
    _name_next(store, leader, serve=serve)
    if serve:
        from kg.cli.serve import run_service

        run_service(store, port=port, extractor=extractor, model=model, threads=threads)


def _articles() -> list[Article | ArticleError]:
    """The articles in the package."""
    from kg.articles import read_articles
    from kg.demo import demo_paths

    return list(read_articles(demo_paths()))


def _show(select: Select, counts: Mapping[str, int]) -> Relation | None:
    """Print what was found, in tables whose last column is the sentence; returns the fact that most say of a leader."""
    from kg.lookup import relations_where

    people, groups = counts["Person"], counts["Group"] + counts["Polity"]
    put(
        f"{number(counts['articles'], 'article')} tell of {number(people, 'person', 'people')}, "
        f"{number(groups, 'group')}, {number(counts['Place'], 'place')} and {number(counts['Event'], 'event')}, "
        f"in {number(counts['claims'], 'claim')} about {number(counts['statements'], 'statement')}."
    )

    def of(predicate: str) -> list[Relation]:
        pattern = f"?statement rdf:predicate kg:{predicate} ; kg:asserted true"
        return _surest(relations_where(select, pattern, limit=200))

    leaders = of("leads")
    _section("Who leads what", ("who", "leads", "", "sources", "in the words of an article"), map(_row, leaders))
    _section(
        "Where groups are", ("group", "in", "", "sources", "in the words of an article"), map(_row, of("locatedIn"))
    )
    events = relations_where(select, _EVENTS, limit=400)
    _section("What happened", ("event", "who", "where", "in the words of an article"), _events(events))
    disputed = sorted(
        relations_where(select, "?statement kg:disputingArticles ?n FILTER(?n > 0)", limit=100),
        key=lambda r: (r.supporting_sources == 0, -r.supporting_sources),  # where articles disagree comes first
    )
    _section("What is disputed", ("statement", "says", "", "in the words of an article"), _both_sides(disputed))
    held_back = sorted(relations_where(select, "?statement kg:asserted false", limit=400), key=_doubt)
    _section(
        "What is only alleged, planned, denied or unsure, so that no edge of the graph says it",
        ("statement", "how", "by", "in the words of an article"),
        (_unasserted(relation) for relation in held_back if relation.claims),
    )
    copies = relations_where(
        select, "?statement kg:supportingArticles ?a ; kg:supportingSources ?s FILTER(?a > ?s)", limit=50
    )
    _section(
        "One story printed twice counts once",
        ("statement", "articles", "sources"),
        ((_words(r), r.supporting_articles, r.supporting_sources) for r in copies),
    )
    return leaders[0] if leaders else None


_EVENTS = "VALUES ?p { kg:involves kg:involvesPerson kg:occurredAt } ?statement rdf:predicate ?p ; kg:asserted true"


def _section(title: str, head: tuple[str, ...], rows: Iterable[Sequence[object]]) -> None:
    """Print a titled table, if there is anything in it."""
    listed = list(islice(rows, ROWS))
    if listed:
        put(f"\n{title}\n")
        table(head, listed)


def _surest(relations: Iterable[Relation]) -> list[Relation]:
    """Relations of most sources first."""
    return sorted(
        relations, key=lambda r: (-r.supporting_sources, -(r.confidence or 0), r.subject_label, r.object_label)
    )


def _events(relations: Iterable[Relation]) -> Iterator[Sequence[object]]:
    """A row for each event with its parties and places; those told of most come first."""
    events: dict[str, list[Relation]] = {}
    for relation in _surest(relations):
        events.setdefault(relation.subject, []).append(relation)
    for told in sorted(events.values(), key=lambda told: (-told[0].supporting_sources, -len(told))):
        places = [r.object_label for r in told if r.predicate == "occurredAt"]
        parties = [r.object_label for r in told if r.predicate != "occurredAt"]
        claim = next((claim for relation in told for claim in relation.claims if claim.supports), None)
        yield told[0].subject_label, ", ".join(parties), ", ".join(places), _quote(claim)


def _row(relation: Relation) -> Sequence[object]:
    phase = "" if relation.phase in (None, "current", "unknown") else relation.phase
    claim = next((claim for claim in relation.claims if claim.supports), None)
    return relation.subject_label, relation.object_label, phase, relation.supporting_sources, _quote(claim)


def _both_sides(relations: Iterable[Relation]) -> Iterator[Sequence[object]]:
    for relation in relations:
        for supports, says in ((True, "yes"), (False, "no")):
            claim = next((claim for claim in relation.claims if claim.supports is supports), None)
            if claim is not None:
                yield _words(relation), says, claim.attributed_to or "", _quote(claim)


def _doubt(relation: Relation) -> tuple[bool, float]:
    """Sorts what is alleged, planned or denied before what the model is unsure of, and the surest first."""
    return not relation.claims or _is_unsure(relation.claims[0]), -max(
        (c.confidence for c in relation.claims), default=0
    )


def _is_unsure(claim: Evidence) -> bool:
    from kg.types import Modality

    return claim.supports and Modality(claim.modality).commits


def _unasserted(relation: Relation) -> Sequence[object]:
    claim = relation.claims[0]
    how = claim.modality if claim.supports else "denied"
    if _is_unsure(claim):
        how = f"unsure ({claim.confidence:.2f})"
    return _words(relation), how, claim.attributed_to or "", _quote(claim)


def _words(relation: Relation) -> str:
    return f"{relation.subject_label} {in_words(relation.predicate)} {relation.object_label}"


def _quote(claim: Evidence | None) -> str:
    return f"“{claim.sentence.exact}”" if claim is not None else ""


def _name_next(store: str, leader: Relation | None, *, serve: bool) -> None:
    """Print what to try next, with names that it knows."""
    at = f"--store {shlex.quote(store)}"
    put("\nNext, ask it yourself:\n")
    if leader is not None:
        put(f"  kg show {shlex.quote(plain(leader.subject_label))} {at}")
        put(f"  kg run leaders-of-group --group {shlex.quote(plain(leader.object_label))} {at}")
    put("  kg run")
    put(f"  kg query 'SELECT ?leader ?group {{ ?p kg:leads ?g ; rdfs:label ?leader . ?g rdfs:label ?group }}' {at}")
    put(f"  kg export --format jsonld {at}")
    if not serve:
        put(f"  kg serve {at}")
    put("\nand read articles of your own: kg ingest FILES")
