"""Who or what it was on a day: when a statement holds, on which grounds, and which statements disagree about it.

Days are lexical forms of xsd:date, xsd:gYearMonth or xsd:gYear, and are compared as far as both go: 2019 is not before
2019-06. Of an asserted statement the graph knows the dates that articles *state* for it (`valid_from`, `valid_to`), and
the *articles'* days: the first and the last that call it current, and the first after these that calls it over.

A statement holds on a day, in this order:

1. **stated**: the day is not before `valid_from`, and not after `valid_to`, or, without a stated end, not after the last
   article that calls it current. With a stated end alone, it holds from the first article that calls it current; before
   that the start is open.
2. **article**: the day lies between the first and the last article that call it current, or after the last of them: then
   the end is open, until an article calls it over. A stated end closes it, unless a later article calls it current.

What is only announced, and what no article dates, holds on no day. An article says nothing of the days before it.

A group may have several leaders over time, and articles rarely say when one went. So an open end of a leadership ends
where another one begins or is reported (`RIVAL_STARTS`), and an open start does not reach behind what is known of another
one (`RIVAL_DAYS`). Leaders whom one article names together, both as current, are no rivals.

Two leaderships of a group *disagree* when what is known of them surely overlaps in time: from the stated start, or the first
article, to the stated end, or the last article. `queries/leaders-as-of.rq` and `queries/disagreements.rq` say the same in
SPARQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from kg.lookup.models import Relation
from kg.types import Modality, Phase

__all__ = ["Disagreement", "Standing", "disagreements", "leaders_on", "standing_on"]

DAY = 10  # characters of a full date
RIVAL_STARTS = ("valid_from", "first_current", "last_current")
RIVAL_DAYS = (*RIVAL_STARTS, "valid_to")


@dataclass(frozen=True, slots=True)
class Standing:
    """That a statement holds on a day. `basis` is "stated" or "article"; `since` and `until` are the dates that say so.

    Where `open_start` or `open_end` is set, the day lies beyond the date on that side, and nothing known contradicts.
    """

    relation: Relation
    basis: str
    since: str | None
    until: str | None
    open_start: bool = False
    open_end: bool = False

    @property
    def words(self) -> str:
        """The grounds, as people read them."""
        if self.basis == "stated":
            if self.open_start:
                return f"until {self.until} (stated); since when is not"
            if self.open_end:
                return f"since {self.since} (stated); nothing says that it ended"
            if self.since is None or self.until is None:
                return f"since {self.since} (stated)" if self.until is None else f"until {self.until} (stated)"
            return f"from {self.since} to {self.until} (stated)"
        if self.open_end:
            return f"last reported on {self.until}; nothing later says otherwise"
        if self.since == self.until:
            return f"reported on {self.since}"
        return f"reported from {self.since} to {self.until}"


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two leaderships of one group at one time, in articles that do not name both; each with what is known of its time."""

    one: Relation
    two: Relation
    one_span: tuple[str, str]
    two_span: tuple[str, str]


def standing_on(relation: Relation, day: str) -> Standing | None:
    """On which grounds a statement holds on a day; None when it does not, whoever else there is."""
    first, last = relation.first_current, relation.last_current
    if not relation.asserted or (relation.phase == Phase.FUTURE and first is None):
        return None
    start, end, over = relation.valid_from, relation.valid_to, relation.reported_over
    if start and not _before(day, start):
        if end:
            if not _before(end, day):
                return Standing(relation, "stated", start, end)
        elif last:
            if not _before(last, day):
                return Standing(relation, "stated", start, None)
        elif _before(day, over) if over else relation.phase != Phase.FORMER:
            return Standing(relation, "stated", start, None, open_end=True)
    elif not start and end and not _before(end, day):
        return Standing(relation, "stated", None, end, open_start=first is None or _before(day, first))
    if not first or not last or _before(day, first):
        return None
    if not _before(last, day):
        return Standing(relation, "article", first, last)
    closed = (end is not None and not _before(end, last)) or (over is not None and not _before(day, over))
    return None if closed else Standing(relation, "article", first, last, open_end=True)


def leaders_on(relations: Iterable[Relation], day: str) -> tuple[Standing, ...]:
    """Of the `kg:leads` statements about one group, with all their claims, those that hold on a day; stated ones first."""
    every = [relation for relation in relations if relation.asserted]
    found = [
        standing
        for relation in every
        if (standing := standing_on(relation, day)) is not None
        and not any(_supersedes(rival, standing, day) for rival in every if rival.statement != relation.statement)
    ]
    return tuple(sorted(found, key=_rank))


def disagreements(relations: Iterable[Relation]) -> tuple[Disagreement, ...]:
    """The pairs of `kg:leads` statements that give one group two leaders at one time."""
    spans = {r.statement: span for r in relations if r.asserted and r.predicate == "leads" and (span := _span(r))}
    known = [relation for relation in relations if relation.statement in spans]
    return tuple(
        Disagreement(one, two, spans[one.statement], spans[two.statement])
        for one, two in combinations(sorted(known, key=lambda r: (r.object, r.subject)), 2)
        if one.object == two.object
        and _overlap(spans[one.statement], spans[two.statement])
        and not _are_joint(one, two)
    )


def _rank(standing: Standing) -> tuple[bool, bool, int, str, str]:
    relation = standing.relation
    vague = standing.open_start or standing.open_end
    return vague, standing.basis != "stated", -relation.supporting_sources, relation.subject_label, relation.subject


def _supersedes(rival: Relation, standing: Standing, day: str) -> bool:
    """Whether what is known of another leadership ends the open end, or the open start, on which a standing rests."""
    if standing.open_end:
        since = standing.until or standing.since or ""
        days = _days(rival, RIVAL_STARTS)
        between = any(_before(since, one) and not _before(day, one) for one in days)
    elif standing.open_start:
        until = standing.until or ""
        between = any(not _before(one, day) and _before(one, until) for one in _days(rival, RIVAL_DAYS))
    else:
        between = False
    return between and not _are_joint(standing.relation, rival)


def _are_joint(one: Relation, two: Relation) -> bool:
    """Whether one article names both as current leaders."""
    return not _articles(one).isdisjoint(_articles(two))


def _articles(relation: Relation) -> set[str]:
    return {
        claim.article
        for claim in relation.claims
        if claim.supports and claim.phase == Phase.CURRENT and Modality(claim.modality).commits
    }


def _days(relation: Relation, names: Sequence[str]) -> Iterator[str]:
    for name in names:
        if (day := getattr(relation, name)) is not None:
            yield day


def _span(relation: Relation) -> tuple[str, str] | None:
    """From when to when a statement is known to hold: days that some article gives for it."""
    start, end = relation.valid_from, relation.valid_to
    first, last = relation.first_current, relation.last_current
    begins = first if start and first and _before(first, start) else start or first or end
    ends = last if end and last and _before(end, last) else end or last or start
    return (begins, ends) if begins and ends else None


def _overlap(one: tuple[str, str], two: tuple[str, str]) -> bool:
    return _surely(one[0], two[1]) and _surely(two[0], one[1])


def _surely(one: str, two: str) -> bool:
    """Whether one day is surely not after the other: 2019 may begin after 2019 ends."""
    return _before(one, two) or (one == two and len(one) == DAY)


def _before(one: str, two: str) -> bool:
    """Whether one day is surely before the other.

    >>> _before("2018-12-31", "2019"), _before("2019", "2019-06"), _before("2019-06", "2019")
    (True, False, False)
    """
    return one[: len(two)] < two[: len(one)]
