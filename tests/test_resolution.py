"""Across articles: who is one, who is two, in any order; what changed is unjoined when its reason goes."""

from __future__ import annotations

import random

import pytest

from kg.catalogue import Judgement, JudgementKind, Likeness, likeness
from kg.pipeline import clustering
from kg.types import Article, EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, anchor, article, canonical, facts

Person, Group, Place = EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE
SAID = "as it was told to us in the town by those who were there and who have seen it."

THINGS = {
    "Muhammad Hassan": Person,
    "Mohamed Hasan": Person,
    "Ahmad Holt": Person,
    "Ahmad Shah Holt": Person,
    "(?<![a-z] )Hassan": Person,
    "Jens Lund": Person,
    "Ilse Brandt": Person,
    "Kestrel Lines": Group,
    "Kestrel": Group,
    "9th Brigade": Group,
    "11th Brigade": Group,
    "Port Alder": Place,
}
SENTENCES = (
    "Muhammad Hassan leads Kestrel Lines in Port Alder, and Jens Lund and Ilse Brandt were there.",
    "Mohamed Hasan leads Kestrel Lines, and Jens Lund was there.",
    "Hassan formerly led Kestrel Lines in Port Alder, and Jens Lund and Ilse Brandt knew it.",
    "Ahmad Holt leads the 9th Brigade, and Jens Lund was there.",
    "Ahmad Shah Holt leads the 11th Brigade, and Jens Lund was there.",
    "The rebels attacked Kestrel Lines in Port Alder on 2024-03-01, and Jens Lund saw it.",
    "Men attacked Kestrel Lines at night in Port Alder on 2024-03-01, and Jens Lund saw it.",
    "The rebels attacked Kestrel Lines in Port Alder on 2024-03-08, and Jens Lund saw it.",
)


def told(number: int, *sentences: int) -> Article:
    text = "\n\n".join(SENTENCES[n] for n in sentences) + f"\n\nSo it is, {SAID}"
    return article(text, f"{number}.txt", published=f"2024-03-{number + 2:02}")


def opened(*contents: tuple[int, ...]) -> Workspace:
    workspace = Workspace.open("memory:")
    for number, sentences in enumerate(contents):
        workspace.ingest([told(number, *sentences)], FakeExtractor(THINGS))
    return workspace


def people(workspace: Workspace, cls: EntityClass = Person) -> set[frozenset[str]]:
    """For each entity of a class, the articles that speak of it, with its label."""
    return {
        frozenset({row.label, *(chain.anchor.article for chain in workspace.catalogue.chains_of(row.iri.value))})
        for row in workspace.catalogue.entities(cls=cls)
    }


def test_spellings_of_one_name_are_one_person_and_the_facts_are_one() -> None:
    with opened((0,), (1,)) as workspace:
        assert frozenset({"Muhammad Hassan", "0.txt", "1.txt"}) in people(workspace)
        assert facts(workspace.store) == {"Muhammad Hassan leads Kestrel Lines"}


def test_a_surname_joins_by_what_stands_beside_it_and_is_no_label() -> None:
    with opened((0,), (2,)) as workspace:
        assert frozenset({"Muhammad Hassan", "0.txt", "1.txt"}) in people(workspace)
        workspace.delete("0.txt")
        assert frozenset({"Hassan", "1.txt"}) in people(workspace)


def test_relatives_and_units_stay_apart() -> None:
    with opened((3,), (4,), (3, 4)) as workspace:
        labels = {row.label for row in workspace.catalogue.entities(limit=100)}
        assert labels >= {"Ahmad Holt", "Ahmad Shah Holt", "9th Brigade", "11th Brigade"}


def test_an_attack_told_twice_is_one_and_one_a_week_later_another() -> None:
    with opened((5,), (6,), (7,)) as workspace:
        assert {one & {"0.txt", "1.txt", "2.txt"} for one in people(workspace, EntityClass.EVENT)} == {
            frozenset({"0.txt", "1.txt"}),
            frozenset({"2.txt"}),
        }


def test_what_holds_two_names_together_may_be_undone_and_a_decision_keeps_them_apart() -> None:
    with opened((0,), (1,)) as workspace:
        joined = canonical(workspace.store)
        left, right = anchor("0.txt", "Muhammad Hassan", Person), anchor("1.txt", "Mohamed Hasan", Person)
        number = workspace.judge(Judgement(JudgementKind.DIFFERENT, left, "me", right))
        assert frozenset({"Mohamed Hasan", "1.txt"}) in people(workspace)
        workspace.rebuild()
        assert frozenset({"Mohamed Hasan", "1.txt"}) in people(workspace)
        workspace.undo(number, author="me")
        assert canonical(workspace.store) == joined


@pytest.mark.parametrize("seed", range(6))
def test_any_order_gives_one_graph_and_a_deleted_article_leaves_no_trace(seed: int) -> None:
    dice = random.Random(seed)
    contents = [tuple(dice.sample(range(len(SENTENCES)), dice.randrange(1, 4))) for _ in range(6)]
    articles = [told(number, *sentences) for number, sentences in enumerate(contents)]
    with Workspace.open("memory:") as one, Workspace.open("memory:") as other:
        one.ingest(articles, FakeExtractor(THINGS))
        for item in dice.sample(articles, len(articles)):
            other.ingest([item], FakeExtractor(THINGS))
        assert canonical(other.store) == canonical(one.store)
        assert other.resolve() == 0
        gone = dice.choice(articles)
        other.delete(gone.id)
        with Workspace.open("memory:") as never:
            never.ingest([item for item in articles if item is not gone], FakeExtractor(THINGS))
            assert canonical(other.store) == canonical(never.store)


def test_what_is_too_much_for_one_commit_is_done_by_the_global_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    contents = [(0,), (1, 5), (2,), (6, 3), (7, 4)]
    with opened(*contents) as workspace:
        whole = canonical(workspace.store)
    monkeypatch.setattr(clustering, "MOST_SLOTS", 0)
    with opened(*contents) as workspace:
        assert workspace.catalogue.unsettled > 0
        workspace.resolve()
        assert workspace.catalogue.unsettled == 0
        assert canonical(workspace.store) == whole


@pytest.mark.parametrize("silent", ["p:mohamed hasan", "p:muhammad hassan"])
def test_two_are_compared_whichever_of_them_finds_the_other(silent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Likeness.candidates

    def candidates(self: Likeness, place: int) -> list[int]:  # as of a place that so many are like that one is left out
        return [] if (self.name(place) or ("",))[0] == silent else found(self, place)

    monkeypatch.setattr(Likeness, "candidates", candidates)
    with opened((0,), (1,)) as workspace:
        workspace.resolve()
        assert frozenset({"Muhammad Hassan", "0.txt", "1.txt"}) in people(workspace)
        workspace.ingest([told(2, 0), told(3, 1)], FakeExtractor(THINGS))
        assert any(one >= {"0.txt", "1.txt", "2.txt", "3.txt"} for one in people(workspace) if "Muhammad Hassan" in one)


def test_a_decision_keeps_apart_what_is_put_into_a_cluster_too_large_to_make_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with opened((0,), (1,)) as workspace:
        left, right = anchor("0.txt", "Muhammad Hassan", Person), anchor("1.txt", "Mohamed Hasan", Person)
        workspace.judge(Judgement(JudgementKind.DIFFERENT, left, "me", right))
        monkeypatch.setattr(clustering, "MOST_SLOTS", -10)
        workspace.ingest([told(2, 1)], FakeExtractor(THINGS))
        assert frozenset({"Mohamed Hasan", "1.txt", "2.txt"}) in people(workspace)


def test_of_a_thing_of_which_very_much_is_said_the_names_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(likeness, "MOST_VALUES", 1)
    with opened((0,), (5,)) as workspace:
        place = workspace.catalogue.likeness.place("o:kestrel lines", "Group")
        assert place is not None
        row = workspace.catalogue.likeness.row(place)
        assert row is not None
        assert {value[0] for value in row.values} == {"c", "n"}
