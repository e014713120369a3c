"""What the catalogue has noted as pending → one SPARQL update with absolute values, and that again until all is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from pyoxigraph import NamedNode

from kg import vocab
from kg.catalogue import Catalogue, Judgement, JudgementKind, Pending
from kg.graph import GraphStore
from kg.graph.delta import commit_delta
from kg.graph.facts import ArticleState, article_iri, article_state, commit_in_steps, commit_update, statement_iri
from kg.graph.judgements import JudgementState, judgements_update
from kg.resolve import anchors_in
from kg.types import Anchor, Span, Statement

__all__ = ["judged", "show"]

Carriers = Mapping[Anchor, tuple[Span, NamedNode | None]]
"""Anchor → the mention that carries it now: its span, and the entity that it denotes (none for a date)."""


def show(catalogue: Catalogue, store: GraphStore, base: str, *, progress: Callable[[int], None] | None = None) -> int:
    """Write what is pending to the store, in SPARQL updates with absolute values; returns how many articles that were.

    Each update may be repeated, so it is noted as done only afterwards, when it would survive a power loss: the
    catalogue never takes for shown what is not. (Without that, an embedded store keeps a gigabyte in memory too.)
    """
    shown = 0
    while pending := catalogue.pending():
        states = _states(catalogue, base, pending)
        if store.embedded:
            fresh, update = commit_delta(store, **states)
            if fresh:
                store.extend(fresh)
        elif store.atomic:
            update = commit_update(default_graph=store.default_graph, **states)
        else:
            commit_in_steps(store, **states)
            update = ""
        if update := " ;\n".join(filter(None, (update, _decisions(catalogue, base, pending)))):
            store.update(update)
        store.flush()
        catalogue.done(pending)
        shown += len(pending.articles)
        if progress is not None:
            progress(len(pending.articles))
    return shown


def _states(catalogue: Catalogue, base: str, pending: Pending) -> dict[str, Any]:
    """What a commit sets and removes, by the names of its parameters."""

    def iri_of(statement: Statement) -> NamedNode:
        return statement_iri(base, statement)

    entities = {iri: catalogue.entity_state(iri) for iri in pending.entities}
    statements = {key: catalogue.statement(key, iri_of) for key in pending.statements}
    return {
        "articles": [_article(catalogue, base, article_id) for article_id in pending.articles],
        "entities": [state for state in entities.values() if state is not None],
        "removed_entities": [NamedNode(iri) for iri, state in entities.items() if state is None],
        "statements": [state for state in statements.values() if state is not None],
        "removed_statements": [
            iri_of(catalogue.statement_of(key)) for key, state in statements.items() if state is None
        ],
    }


def _decisions(catalogue: Catalogue, base: str, pending: Pending) -> str:
    """The update that shows people's judgements."""
    numbers = (catalogue.judgements.get(number) for number in pending.judgements)
    return judgements_update(judged(catalogue, (one for one in numbers if one is not None)), base=base)


def _article(catalogue: Catalogue, base: str, article_id: str) -> ArticleState:
    document = catalogue.articles.document(article_id)
    extraction = catalogue.articles.extraction(article_id)
    version = catalogue.articles.version(article_id)
    if document is None or extraction is None or version is None:
        return ArticleState(article_iri(base, article_id))
    return article_state(
        document,
        extraction,
        catalogue.claims_of(article_id),
        catalogue.entities_in(article_id),
        base=base,
        digest=version[0],
        copy_of=catalogue.articles.copy_of(article_id),
    )


def judged(catalogue: Catalogue, judgements: Iterable[Judgement]) -> list[JudgementState]:
    """These judgements with the entities or claims that carry their anchors now."""

    @cache
    def carriers(article_id: str) -> Carriers:
        return _carriers(catalogue, article_id)

    return [_judgement(catalogue, judgement, carriers) for judgement in judgements]


def _judgement(catalogue: Catalogue, judgement: Judgement, carriers: Callable[[str], Carriers]) -> JudgementState:
    number, time, anchor, other = judgement.id, judgement.time, judgement.anchor, judgement.other
    assert number is not None, "a judgement that was written has a number"
    assert time is not None, "a judgement that was written has a time"
    carried = [carriers(one.article).get(one) for one in (anchor, other) if one is not None]
    judges: list[NamedNode] = []
    if judgement.kind not in JudgementKind.CLAIMS:
        judges += [entity for found in carried if found and (entity := found[1])]
    elif all(carried):
        spans = [found[0] for found in carried if found]
        judges += [
            claim.iri
            for claim in catalogue.claims_of(anchor.article)
            if [claim.subject_span, claim.object_span] == spans
            and claim.statement.predicate == vocab.term(judgement.predicate or "")
        ]
    return JudgementState(
        number=number,
        decision=judgement.kind,
        anchor=anchor,
        author=judgement.author,
        time=time,
        other=other,
        predicate=judgement.predicate,
        label=judgement.label,
        reason=judgement.reason,
        undone_by=judgement.undone_by,
        undone_time=judgement.undone_time,
        target=judgement.target,
        judges=tuple(dict.fromkeys(judges)),
    )


def _carriers(catalogue: Catalogue, article_id: str) -> Carriers:
    document, extraction = catalogue.articles.document(article_id), catalogue.articles.extraction(article_id)
    if document is None or extraction is None:
        return {}
    anchors, entities = anchors_in(document, extraction), catalogue.entities_in(article_id)
    return {
        anchors[mention]: (extraction.mentions[mention].span, entities.get(chain))
        for mention, chain in extraction.chain_of().items()
    }
