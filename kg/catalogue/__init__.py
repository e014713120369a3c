"""The SQLite file beside the store: what was read, what was found in it, who is who, and what people decided.

In come articles with their documents and extractions, linked chains, claims and judgements; out come the states of
entities and statements that the graph shows, the index that linking reads, and full-text search.

Decisions, and why:

* The catalogue is the truth and the graph a view of it. A change is one transaction here; what it touches is noted as
  *pending* in the same transaction and written to the graph afterwards, again and again until that is done.
* Everything that an article's commit needs is a counter or one step into an index, so its cost does not grow with the
  graph; labels, classes and counts follow from counters, so they do not depend on the order of arrival.
* A statement is known by its terms, an entity by its *slot* (see `kg.resolve`), a judgement by its anchors; row numbers
  never leave this package.
"""

from kg.catalogue.about import About, Joined, Section
from kg.catalogue.around import CoMention
from kg.catalogue.catalogue import Catalogue, Change
from kg.catalogue.changes import Cause, ChangeReason, StatementChange
from kg.catalogue.filters import ANY_ARTICLE, EVERYTHING, ArticleFilter, RelationFilter
from kg.catalogue.hits import SENTENCE, ArticleHit, EntityHit, Marked, SentenceHit
from kg.catalogue.likeness import Likeness
from kg.catalogue.matches import external_iri
from kg.catalogue.outline import Form
from kg.catalogue.paths import ANY_STEP, MAX_LENGTH, PathFilter
from kg.catalogue.relations import IN, OUT, RELATION_SORTS
from kg.catalogue.rows import (
    ArticleRow,
    ChainRow,
    Contradiction,
    EntityRow,
    Hit,
    Judgement,
    JudgementKind,
    NewChain,
    NewClaim,
    Pending,
    PlaceRow,
    Retired,
    Revision,
    Wish,
    Withdrawn,
)
from kg.catalogue.statements import ACCEPTED, REJECTED, statement_key

__all__ = [
    "ACCEPTED",
    "ANY_ARTICLE",
    "ANY_STEP",
    "EVERYTHING",
    "IN",
    "MAX_LENGTH",
    "OUT",
    "REJECTED",
    "RELATION_SORTS",
    "SENTENCE",
    "About",
    "ArticleFilter",
    "ArticleHit",
    "ArticleRow",
    "Catalogue",
    "Cause",
    "ChainRow",
    "Change",
    "ChangeReason",
    "CoMention",
    "Contradiction",
    "EntityHit",
    "EntityRow",
    "Form",
    "Hit",
    "Joined",
    "Judgement",
    "JudgementKind",
    "Likeness",
    "Marked",
    "NewChain",
    "NewClaim",
    "PathFilter",
    "Pending",
    "PlaceRow",
    "RelationFilter",
    "Retired",
    "Revision",
    "Section",
    "SentenceHit",
    "StatementChange",
    "Wish",
    "Withdrawn",
    "external_iri",
    "statement_key",
]
