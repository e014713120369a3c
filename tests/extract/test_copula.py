"""Predicate nominals: what "is" says of a subject, whatever stands between, and of no other clause's."""

from __future__ import annotations

import pytest

from kg.extract.copula import predicate_nominals
from kg.types import EntityClass, Mention, MentionKind, Span

BANK, LENDER = "Delta Trust", "a regional lender"


def mentions_of(text: str, cls: EntityClass = EntityClass.GROUP) -> list[Mention]:
    found = []
    for words, kind in ((BANK, MentionKind.NAME), (LENDER, MentionKind.NOMINAL)):
        start = text.index(words)
        found.append(Mention(Span(start, start + len(words)), cls, kind))
    return found


@pytest.mark.parametrize(
    "text",
    [
        f"{BANK} is {LENDER}.",
        f"{BANK} was once {LENDER}.",
        f"{BANK} (DT) has become {LENDER}.",
        f"{BANK}, founded in 1901, remains {LENDER}.",
        f"{BANK}, Inc., is {LENDER}.",
        f"{BANK} which is {LENDER}.",
    ],
)
def test_a_copula_makes_subject_and_nominal_one(text: str) -> None:
    assert list(predicate_nominals(text, mentions_of(text))) == [(1, 0)]


@pytest.mark.parametrize(
    "text",
    [
        f"{BANK} is not {LENDER}.",
        f"{BANK} sued {LENDER}.",
        f"{BANK} said its rival is {LENDER}.",
        f"{BANK} was founded; today the rival is {LENDER}.",
        f"{BANK} is closed.\n{LENDER} took over.",
    ],
)
def test_other_verbs_negations_and_clauses_do_not(text: str) -> None:
    assert list(predicate_nominals(text, mentions_of(text))) == []


def test_classes_must_agree() -> None:
    text = f"{BANK} is {LENDER}."
    bank, lender = mentions_of(text)
    person = Mention(bank.span, EntityClass.PERSON)
    assert list(predicate_nominals(text, [person, lender])) == []


@pytest.mark.parametrize("between", [", Inc," * 30, " " * 190, " (" * 90, ", (x)," * 30, "," * 190])
def test_what_stands_between_costs_no_more_than_its_length(between: str) -> None:
    # one reading of each comma: with two there would be 2 ** 30 of them, and this would not end
    text = f"{BANK}{between} also is {LENDER}."
    list(predicate_nominals(text, mentions_of(text)))


def test_a_subject_far_off_is_not_looked_for() -> None:
    text = f"{BANK}{' ' * 100_000}is {LENDER}."
    assert list(predicate_nominals(text, mentions_of(text))) == []
