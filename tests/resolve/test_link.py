"""Keys → slots: what is one thing, what stays apart, whatever the order."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from kg.resolve import local_slot, members, mint, neighbourhood, slot_of, slug, target, unite
from kg.types import Anchor, EntityClass

HERE = Anchor("a.txt", "x", "Group", 0)


class Keys:
    """An index over (bucket, shade, acronyms defined) triples."""

    def __init__(self, *chains: tuple[str, str] | tuple[str, str, str]) -> None:
        self._chains = [(*chain, "")[:3] for chain in chains]

    def shades(self, bucket: str) -> Collection[str]:
        return {shade for other, shade, _ in self._chains if other == bucket}

    def definers(self, acronym: str) -> Collection[tuple[str, str]]:
        return {(bucket, shade) for bucket, shade, other in self._chains if other == acronym}

    def acronyms(self, bucket: str) -> Collection[str]:
        return {acronym for other, _, acronym in self._chains if other == bucket and acronym}


def test_same_named_people_are_one() -> None:
    keys = Keys(("p:ana diaz", ""))
    assert slot_of(keys, "p:ana diaz", "", HERE) == slot_of(keys, "p:ana diaz", "", Anchor("b.txt", "y", "Person", 3))


def test_what_has_no_bucket_stays_where_it_is() -> None:
    assert slot_of(Keys(), None, "", HERE) == local_slot(HERE)


def test_a_group_and_a_place_of_one_name_are_two() -> None:
    keys = Keys(("o:norland", "Group"), ("o:norland", "Place"))
    assert target(keys, "o:norland", "Group") != target(keys, "o:norland", "Place")


def test_a_polity_joins_the_group_and_the_place_of_its_name() -> None:
    keys = Keys(("o:norland", "Group"), ("o:norland", "Place"), ("o:norland", "Polity"))
    assert len({target(keys, "o:norland", cls) for cls in ("Group", "Place", "Polity")}) == 1


def test_an_acronym_that_one_group_defines_is_that_group() -> None:
    keys = Keys(("o:harbour pilots", "Group", "o:hp"), ("o:hp", "Group"))
    assert target(keys, "o:hp", "Group") == target(keys, "o:harbour pilots", "Group")


def test_an_acronym_that_nobody_defines_is_a_name() -> None:
    assert target(Keys(("o:hp", "Group")), "o:hp", "Group") == "o:hp|Group"


def test_an_acronym_that_two_groups_define_is_ambiguous() -> None:
    keys = Keys(("o:harbour pilots", "Group", "o:hp"), ("o:highland people", "Group", "o:hp"), ("o:hp", "Group"))
    assert target(keys, "o:hp", "Group") is None
    assert slot_of(keys, "o:hp", "Group", HERE) == local_slot(HERE)


def test_two_names_that_are_given_as_each_others_acronym_are_one() -> None:
    keys = Keys(("o:hpa", "Group", "o:hpf"), ("o:hpf", "Group", "o:hpa"))
    assert target(keys, "o:hpa", "Group") == target(keys, "o:hpf", "Group") == "o:hpa|Group"
    assert set(members(keys, "o:hpa|Group")) == {("o:hpa", "Group"), ("o:hpf", "Group")}


def test_an_acronym_of_a_place_does_not_join_a_group() -> None:
    keys = Keys(("o:hill park", "Place", "o:hp"), ("o:hp", "Group"))
    assert target(keys, "o:hp", "Group") == "o:hp|Group"


def test_a_polity_known_by_its_acronym_is_a_polity_under_its_full_name() -> None:
    keys = Keys(("o:united norlands", "Place", "o:un"), ("o:un", "Polity"))
    assert target(keys, "o:un", "Polity") == target(keys, "o:united norlands", "Place") == "o:united norlands"


@pytest.mark.parametrize(
    ("years", "joined"), [((), True), (("2024",), True), (("2023", "2024"), False)], ids=["none", "one", "two"]
)
def test_an_event_without_a_year_joins_the_only_one_of_its_name(years: tuple[str, ...], joined: bool) -> None:
    keys = Keys(("e:harbour summit", ""), *(("e:harbour summit", year) for year in years))
    assert (target(keys, "e:harbour summit", "") is not None) is joined
    for year in years[:1]:
        assert (target(keys, "e:harbour summit", "") == target(keys, "e:harbour summit", year)) is joined


def test_events_of_one_name_in_two_years_are_two() -> None:
    keys = Keys(("e:harbour summit", "2023"), ("e:harbour summit", "2024"))
    assert target(keys, "e:harbour summit", "2023") != target(keys, "e:harbour summit", "2024")


def test_the_neighbourhood_of_a_name_holds_the_others_that_share_its_acronym() -> None:
    keys = Keys(("o:harbour pilots", "Group", "o:hp"), ("o:highland people", "Group", "o:hp"), ("o:other", "Group"))
    assert neighbourhood(keys, ["o:hp"]) == {"o:hp", "o:harbour pilots", "o:highland people"}
    assert neighbourhood(keys, ["o:other"]) == {"o:other"}


def test_equal_anchors_mint_equal_iris_and_other_anchors_other_ones() -> None:
    first = mint("http://e.org/", EntityClass.PERSON, "Ana Díaz", HERE)
    assert first == mint("http://e.org/", EntityClass.PERSON, "Ana Díaz", HERE)
    assert first != mint("http://e.org/", EntityClass.PERSON, "Ana Díaz", Anchor("b.txt", "x", "Group", 0))
    assert first.value.startswith("http://e.org/person/ana-diaz-")
    assert len(first.value.rpartition("-")[2]) == 8


def test_a_label_without_letters_still_has_an_address() -> None:
    assert slug("—") == "x"
    assert len(slug("word " * 50)) <= 60


def test_decisions_join_transitively_whatever_their_order() -> None:
    joined = unite([(1, "c", "b"), (2, "b", "a")], []).canonical
    assert joined == unite([(1, "b", "a"), (2, "c", "b")], []).canonical == {"b": "a", "c": "a"}


def test_a_decision_that_contradicts_others_is_shown() -> None:
    union = unite([(1, "a", "b"), (2, "b", "c")], [(3, "a", "c")])
    assert union.canonical == {"b": "a"}
    assert union.contradicted == ((2, 3),)
