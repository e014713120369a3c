"""The review queue: one question at a time with all that it takes to answer it, and what the last answer did.

A question is found by its place in the queue: who passes one over asks for the next place, and an answer takes its question
out, so that the same place holds the next one. Nothing of that is kept on the server.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kg import lookup
from kg.api.pages.queries import web
from kg.api.pages.reading import choice, source_of, statements_of
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.decisions import ALL_KINDS, Explanation, Outcome, Question, explain, judgement_views, review, waiting
from kg.errors import AmbiguousEntity, UnknownEntity
from kg.linking import waiting_matches
from kg.lookup import Entity, Passage
from kg.types import Span

__all__ = ["Ask", "Side", "ask_of", "desk_values"]

MOST_SKIPPED = 200
NEXT = 3  # further questions that are announced
LAST = 6  # decisions of the same person, to be taken back
FACTS = 5  # of each of two things
COUNTED = 300  # questions of a kind: whether full names forbid a pair takes a quarter of a millisecond


@dataclass(frozen=True, slots=True)
class Ask:
    """What of the queue is wanted: one kind, or all, and how many questions are passed over."""

    kind: str | None = None
    skip: int = 0

    def address(self, *, skip: int | None = None) -> str:
        """Where the page is."""
        kind = f"&kind={self.kind}" if self.kind else ""
        return f"/desk?skip={self.skip if skip is None else skip}{kind}"


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things that may be one: how it is named, what is said of it, and the sentence that names it first."""

    entity: Entity
    articles: int
    facts: tuple[lookup.Relation, ...]
    sentence: Passage | None = None
    subject: Passage | None = None
    object: Passage | None = None
    article: str = ""
    title: str = ""
    published: str | None = None


def ask_of(query: Mapping[str, str]) -> Ask:
    """What an address, or a form, asks for. Raises Refusal."""
    given = query.get("skip") or "0"
    if not (given.isascii() and given.isdigit() and len(given) < 5 and int(given) <= MOST_SKIPPED):
        raise Refusal(400, f"skip={given[:40]} is no number from 0 to {MOST_SKIPPED}")
    return Ask(choice(query, "kind", ALL_KINDS), int(given))


def desk_values(service: Service, ask: Ask, author: str | None, outcome: Outcome | None) -> dict[str, Any]:
    """What the template of the queue is handed; `author` is who decides, `outcome` what the last decision did."""
    catalogue, base = service.workspace.catalogue, service.workspace.base
    kinds = (ask.kind,) if ask.kind else ALL_KINDS
    folder = service.workspace.folder
    found = list(review(catalogue, base, folder, limit=ask.skip + 1 + NEXT, kinds=kinds))
    skip = min(ask.skip, len(found))
    matches = len(waiting_matches(catalogue, folder, limit=COUNTED))
    counts = {**waiting(catalogue, most=COUNTED), "match": matches}
    question = found[skip] if skip < len(found) else None
    mine = [one for one in catalogue.judgements.all() if one.author == author][-LAST:] if author else []
    return {
        "ask": ask,
        "question": question,
        "then": found[skip + 1 :],
        "counts": counts,
        "total": sum(counts[kind] for kind in kinds),
        "most": COUNTED,
        "mine": list(reversed(judgement_views(catalogue, base, mine))),
        "outcome": outcome,
        **(_shown(service, question) if question is not None else {}),
    }


def _shown(service: Service, question: Question) -> dict[str, Any]:
    """What goes with a question of its kind."""
    if question.kind == "claim" and question.claim is not None:
        found = lookup.claims_of(service.select, (), only=[question.claim])
        relation = lookup.statement(service.select, found[0].statement) if found else None
        return {"claim": found[0] if found else None, "relation": relation}
    if question.kind == "pair" and question.entity and question.other:
        sides = [_side(service, iri) for iri in (question.entity, question.other)]
        return {
            "sides": [one for one in sides if one is not None],
            "why": _why(service, question.entity, question.other),
        }
    if question.kind == "match" and question.entity:
        side = _side(service, question.entity)
        return {"sides": [side] if side is not None else [], "target": web(question.target or "", service.base)}
    return {}


def _why(service: Service, one: str, other: str) -> Explanation | None:
    try:
        return explain(service.workspace.catalogue, service.select, service.workspace.base, one, other)
    except (UnknownEntity, AmbiguousEntity):  # merged or withdrawn since the question was found
        return None


def _side(service: Service, iri: str) -> Side | None:
    catalogue = service.workspace.catalogue
    row = catalogue.entity(iri)
    if row is None:
        return None
    entity, articles = lookup.entity_from(row), catalogue.outlines.articles_about(iri)
    facts = [one for one in statements_of(service, iri, each=2) if one.asserted][:FACTS]
    if len(facts) < FACTS:
        sections = catalogue.outlines.about(iri).sections(each=2)
        keys = [key for section in sections if not section.outgoing for key in section.statements]
        facts += [one for one in lookup.relations_called(source_of(service), keys, claims=0) if one.asserted]
    shown = tuple(facts[:FACTS])
    anchor = catalogue.anchor_of(iri)
    document = catalogue.articles.document(anchor.article) if anchor is not None else None
    if anchor is None or document is None:
        return Side(entity, articles, shown)
    start = -1
    for _ in range(anchor.occurrence + 1):
        start = document.text.find(anchor.text, start + 1)
    if start < 0:
        return Side(entity, articles, shown)
    sentence = document.sentence_of(Span(start, start + len(anchor.text)))
    return Side(
        entity,
        articles,
        shown,
        Passage(sentence.start, sentence.end, sentence.of(document.text)),
        Passage(start, start + len(anchor.text), anchor.text),
        article=service.article_iri(document.id).value,
        title=document.title or document.id,
        published=document.published.isoformat() if document.published else None,
    )
