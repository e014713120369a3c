"""Find entities, articles and sentences by words."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from kg import lookup
from kg.api.depends import KnownDep, ServiceDep, problems
from kg.api.lookups.parameters import ClassesQuery, CursorQuery, DayQuery, PublishersQuery, classes_of, day_of
from kg.api.lookups.wire import entity_out
from kg.api.models import EntityHit, Model, PassageOut
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.catalogue import ArticleFilter, ArticleHit, Marked, SentenceHit
from kg.catalogue import EntityHit as EntityFound
from kg.graph.facts import selector_iri
from kg.lookup.cursors import cursor_of, position_of
from kg.vocab import ENTITY_CLASSES

router = APIRouter(tags=["search"], dependencies=[KnownDep], responses=problems(400))


class SearchKind(StrEnum):
    """What is searched for."""

    ENTITY = "entity"
    ARTICLE = "article"
    SENTENCE = "sentence"


class MarkedOut(Model):
    """A text with the places that were looked for, as half-open ranges of its code points."""

    text: str = Field(examples=["Dockers' Union"])
    highlights: tuple[tuple[int, int], ...] = Field(examples=[[[0, 7]]])


class EntityFoundOut(Model):
    """An entity that was found, and the name that matched."""

    entity: EntityHit
    name: MarkedOut
    mentions: int = Field(description="How many articles name it.")
    similar: bool = Field(description="The name is only spelt nearly like what was typed.")


class SentenceFoundOut(Model):
    """A sentence that was found; `iri` is that of its passage, the `kg:evidence` of the claims in it."""

    iri: str
    article: str = Field(description="The article's IRI.")
    article_id: str
    title: str | None
    publisher: str | None
    published: str | None
    sentence: PassageOut
    highlights: tuple[tuple[int, int], ...] = Field(description="Places in the sentence that were looked for.")
    snippet: MarkedOut


class ArticleFoundOut(Model):
    """An article that was found by its title or by sentences of it."""

    iri: str
    id: str
    title: MarkedOut
    publisher: str | None
    published: str | None
    sentences: int = Field(description="How many of its sentences match.")
    best: SentenceFoundOut | None


class SearchOut(Model):
    """What was found, each kind best first."""

    query: str
    entities: tuple[EntityFoundOut, ...] = ()
    articles: tuple[ArticleFoundOut, ...] = ()
    sentences: tuple[SentenceFoundOut, ...] = ()
    totals: dict[SearchKind, int] = Field(
        description="How many there are; 500 entities or articles and 5,000 sentences are counted at most.",
        examples=[{"entity": 3, "article": 12, "sentence": 31}],
    )
    suggestions: tuple[str, ...] = Field(
        default=(),
        description="What may have been meant, where no name has these words.",
        examples=[["Dockers' Union"]],
    )
    next: str | None = Field(default=None, description="The next page's cursor, when one kind was asked for.")


@router.get("/search", response_model=SearchOut, responses=problems(400, 422, 503), summary="Search names and texts")
def search(
    service: ServiceDep,
    q: Annotated[
        str,
        Query(
            description='All words have to occur; the last may be unfinished. "a phrase", beginn*.',
            min_length=1,
            max_length=400,
            examples=["dockers union"],
        ),
    ],
    kind: Annotated[SearchKind | None, Query(description="Only one kind, which can then be paged through.")] = None,
    type: ClassesQuery = None,  # noqa: A002
    publisher: PublishersQuery = None,
    since: DayQuery = None,
    until: DayQuery = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Of each kind.")] = 10,
    cursor: CursorQuery = None,
) -> SearchOut:
    """Entities by their names, articles by title and sentences, sentences. Accents and case do not count.

    Ranked by how rare the words are, and names also by how often they occur and by class. Where no name has the words,
    those spelt nearly alike are given. `publisher`, `since` and `until` are about articles and their sentences, `type` about
    entities. Only the newest 5,000 sentences of a very common word are ranked.
    """
    if cursor is not None and kind is None:
        raise Refusal(400, "cursor= goes with one kind=", hint="take it from a page of one kind")
    classes, publishers = classes_of(type) or ENTITY_CLASSES, tuple(publisher or ())
    only = ArticleFilter(publishers, day_of("since", since), day_of("until", until))
    asked = (q, kind, classes, only)
    offset = int(position_of(cursor, *asked)[0]) if cursor else 0
    words = service.workspace.catalogue.words
    wanted = tuple(SearchKind) if kind is None else (kind,)
    totals: dict[SearchKind, int] = {}
    entities: list[EntityFound] = []
    articles: list[ArticleHit] = []
    sentences: list[SentenceHit] = []
    if SearchKind.ENTITY in wanted:
        entities, totals[SearchKind.ENTITY] = words.entities(q, classes, limit=limit, offset=offset)
    if SearchKind.ARTICLE in wanted:
        articles, totals[SearchKind.ARTICLE] = words.articles(q, only, limit=limit, offset=offset)
    if SearchKind.SENTENCE in wanted:
        sentences, totals[SearchKind.SENTENCE] = words.sentences(q, only, limit=limit, offset=offset)
    named = SearchKind.ENTITY not in wanted or any(not hit.similar for hit in entities)
    more = kind is not None and offset + limit < totals[kind]
    return SearchOut(
        query=q,
        entities=tuple(map(_entity_out, entities)),
        articles=tuple(_article_out(service, hit) for hit in articles),
        sentences=tuple(_sentence_out(service, hit) for hit in sentences),
        totals=totals,
        suggestions=() if named else tuple(words.suggestions(q)),
        next=cursor_of((offset + limit,), *asked) if more else None,
    )


def _entity_out(hit: EntityFound) -> EntityFoundOut:
    return EntityFoundOut(
        entity=entity_out(lookup.entity_from(hit.entity)),
        name=_marked_out(hit.name),
        mentions=hit.mentions,
        similar=hit.similar,
    )


def _article_out(service: Service, hit: ArticleHit) -> ArticleFoundOut:
    return ArticleFoundOut(
        iri=service.article_iri(hit.article_id).value,
        id=hit.article_id,
        title=_marked_out(hit.title),
        publisher=hit.publisher,
        published=hit.published,
        sentences=hit.sentences,
        best=_sentence_out(service, hit.best) if hit.best is not None else None,
    )


def _sentence_out(service: Service, hit: SentenceHit) -> SentenceFoundOut:
    article = service.article_iri(hit.article_id)
    return SentenceFoundOut(
        iri=selector_iri(article, hit.span).value,
        article=article.value,
        article_id=hit.article_id,
        title=hit.title,
        publisher=hit.publisher,
        published=hit.published,
        sentence=PassageOut(start=hit.span.start, end=hit.span.end, exact=hit.text.text),
        highlights=_marked_out(hit.text).highlights,
        snippet=_marked_out(hit.snippet),
    )


def _marked_out(text: Marked) -> MarkedOut:
    return MarkedOut(text=text.text, highlights=tuple((span.start, span.end) for span in text.highlights))
