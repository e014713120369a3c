"""Relations → drafts of claims: what the ontology admits, one for each place, the surest."""

from __future__ import annotations

from kg.resolve import drafts_of
from kg.types import Chain, DateValue, EntityClass, Extraction, Mention, Relation, Span
from tests.factory import relation

Person, Group, Place, Polity = EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY
Event, Date = EntityClass.EVENT, EntityClass.DATE


def draft_one(
    subject: EntityClass, predicate: str, target: EntityClass, *relations: Relation, value: DateValue | None = None
) -> int:
    mentions = (Mention(Span(0, 3), subject), Mention(Span(4, 7), target))
    chains = (Chain((0,), subject, ("One",)), Chain((1,), target, ("Two",), value=value))
    return len(drafts_of(Extraction("a", "m", mentions, chains, relations or (relation(0, predicate, 1),))))


def test_a_relation_outside_domain_and_range_is_no_claim() -> None:
    assert draft_one(Person, "leads", Group) == 1
    assert draft_one(Person, "leads", Polity) == 1
    assert draft_one(Group, "leads", Person) == 0
    assert draft_one(Event, "startDate", Place) == 0


def test_a_date_without_a_value_is_no_claim() -> None:
    assert draft_one(Event, "startDate", Date, value=DateValue("2024")) == 1
    assert draft_one(Event, "startDate", Date) == 0


def test_the_end_of_a_range_is_the_end_date() -> None:
    mentions = (Mention(Span(0, 3), Event), Mention(Span(4, 7), Date))
    chains = (Chain((0,), Event, ("One",)), Chain((1,), Date, ("Two",), value=DateValue("2024-03-01", "2024-03-05")))
    relations = (relation(0, "startDate", 1), relation(0, "endDate", 1))
    drafts = drafts_of(Extraction("a", "m", mentions, chains, relations))
    assert {(d.predicate, d.literal) for d in drafts} == {("startDate", "2024-03-01"), ("endDate", "2024-03-05")}


def test_of_two_relations_in_one_place_the_surer_is_the_claim() -> None:
    mentions = (Mention(Span(0, 3), Person), Mention(Span(4, 7), Group))
    chains = (Chain((0,), Person, ("One",)), Chain((1,), Group, ("Two",)))
    relations = (relation(0, "leads", 1, score=0.4), relation(0, "leads", 1, score=0.8))
    drafts = drafts_of(Extraction("a", "m", mentions, chains, relations))
    assert [draft.confidence for draft in drafts] == [0.8]
