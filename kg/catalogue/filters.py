"""Which statements, claims and articles a list is to have, and what that is in SQL.

In the conditions `t` is the statement, `x` the entity at its other end, `c` a claim about it and `a` that claim's article.
"""

from __future__ import annotations

from dataclasses import dataclass

from kg.catalogue.conditions import ASSERTED, Conditions

__all__ = [
    "ANY_ARTICLE",
    "DATE",
    "EVERYTHING",
    "SIDES",
    "ArticleFilter",
    "RelationFilter",
    "claims_about",
    "statements_about",
    "statements_that",
]

DATE = "Date"
"""The class of an end that is no thing."""

SIDES = (
    "(SELECT *, 'out' AS direction, object AS other FROM statements WHERE subject = ?"
    " UNION ALL SELECT *, 'in', subject FROM statements WHERE object = ?) t"
)
"""The statements with an entity at an end, as a table; two values, both its row number."""


@dataclass(frozen=True, slots=True)
class ArticleFilter:
    """Which articles are wanted; an empty filter lets all pass.

    `since` and `until` are days, months or years as 2019-06-30, 2019-06 or 2019, both included.
    """

    publishers: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    def conditions(self) -> Conditions:
        """What this asks of the article `a`."""
        found = Conditions()
        found.one_of("a.publisher COLLATE NOCASE", self.publishers)
        found.days("a.published", self.since, self.until)
        return found


ANY_ARTICLE = ArticleFilter()


@dataclass(frozen=True, slots=True)
class RelationFilter:
    """Which statements are wanted; an empty filter lets all pass.

    What is asked of claims has to be true of one and the same claim: `modalities=("alleged",), publishers=("X",)` is
    what X alleges. A person's acceptance of a claim counts as a confidence of 1. `since` and `until` are days, months or
    years as 2019-06-30, 2019-06 or 2019, both included.
    """

    predicates: tuple[str, ...] = ()
    direction: str | None = None
    classes: tuple[str, ...] = ()
    asserted: bool | None = None
    min_sources: int = 0
    modalities: tuple[str, ...] = ()
    min_confidence: float = 0.0
    publishers: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None

    @property
    def about_claims(self) -> bool:
        """Whether anything is asked of the claims."""
        return bool(self.modalities or self.min_confidence or self.publishers or self.since or self.until)


EVERYTHING = RelationFilter()


def statements_about(iri: str, where: RelationFilter) -> tuple[str, Conditions]:
    """The tables (t, s, o, x) and conditions of the statements about an entity.

    The first two values are for the tables: they go before those of whatever follows.
    """
    asked = Conditions(values=[iri, iri])
    asked.extend(statements_that(where))
    if where.about_claims:
        told = _claims_that(where)
        source = "claims c JOIN articles a ON a.key = c.article"
        asked.add(f"EXISTS (SELECT 1 FROM {source} WHERE c.statement = t.key AND {told.sql})", *told.values)  # noqa: S608
    return _ABOUT, asked


def claims_about(iri: str, where: RelationFilter) -> tuple[str, Conditions]:
    """The same for the claims about an entity, with the tables c and a: those that pass, about statements that pass."""
    asked = Conditions(values=[iri, iri])
    asked.extend(statements_that(where))
    asked.extend(_claims_that(where))
    return f"{_ABOUT} JOIN claims c ON c.statement = t.key JOIN articles a ON a.key = c.article", asked


def statements_that(where: RelationFilter) -> Conditions:
    """What is asked of the statement alone."""
    asked = Conditions()
    asked.one_of("t.predicate", where.predicates)
    if where.direction is not None:
        asked.add("t.direction = ?", where.direction)
    asked.one_of(f"coalesce(x.cls, '{DATE}')", where.classes)
    if where.min_sources:
        asked.add("t.supporting_sources >= ?", where.min_sources)
    if where.asserted is not None:
        asked.add(ASSERTED if where.asserted else f"NOT {ASSERTED}")
    return asked


def _claims_that(where: RelationFilter) -> Conditions:
    """What is asked of a claim; one that a person rejected never passes."""
    asked = Conditions(["c.level >= 0"])
    asked.one_of("c.modality", where.modalities)
    if where.min_confidence:
        asked.add("c.weight >= ?", where.min_confidence)
    asked.one_of("a.publisher COLLATE NOCASE", where.publishers)
    asked.days("c.published", where.since, where.until)
    return asked


_ABOUT = (
    f"{SIDES.replace('?', '(SELECT key FROM entities WHERE iri = ?)')} JOIN entities s ON s.key = t.subject"  # noqa: S608 - ours
    " LEFT JOIN entities o ON o.key = t.object LEFT JOIN entities x ON x.key = t.other"
)
