"""Profiles → features and a score: what joins, what only a person can say, what is forbidden."""

from __future__ import annotations

from math import exp, log1p

import pytest

from kg.resolve import SAME_AT, SAME_EVENT_AT, Profile, compare, merged

BESIDE = ("c:lund", "c:brandt", "c:kestrl lns", "g:prt aldr", "r:leads>kestrl lns")


def person(name: str, *values: str) -> Profile:
    return Profile(f"p:{name}", "", frozenset((f"n:{name}", *values)))


def called(name: str, *values: str) -> Profile:
    """Somebody of whom an article gives one word of the name."""
    return Profile(f"d:{abs(hash((name, values)))}", "Person", frozenset((f"n:{name}", *values)))


def thing(name: str, *values: str, cls: str = "Group") -> Profile:
    return Profile(f"o:{name}", cls, frozenset((f"n:{name}", *values)))


def event(*values: str) -> Profile:
    return Profile(f"d:{abs(hash(values))}", "Event", frozenset(values))


ATTACK = ("t:attack", "w:prt aldr", "a:kestrl lns", "l:attack", "c:lund", "c:brandt", "b:2024-03-02")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (person("muhammad hassan", *BESIDE), person("mohamed hasan", *BESIDE)),
        (person("eizo kuronuma", *BESIDE), person("kuronuma eizo", *BESIDE)),
        (person("ana diaz", *BESIDE), called("diaz", *BESIDE)),
        (thing("kopili valley university", "c:lund"), Profile("o:kvu", "Group", frozenset(("q:kvu", "c:lund")))),
        (thing("coastal front", "n:harbour union", "c:lund"), thing("harbour union", "c:brandt")),
        (thing("karsakpay", cls="Place"), thing("karsaqpay", cls="Place")),
        (thing("burma", "p:1327865", cls="Polity"), thing("myanmar", "p:1327865", cls="Polity")),
    ],
    ids=[
        "transliterated",
        "another order",
        "a surname in one story",
        "initials",
        "a former name",
        "a spelling",
        "one entry",
    ],
)
def test_what_is_one_scores_so(left: Profile, right: Profile) -> None:
    assert compare(left, right).score >= SAME_AT
    assert compare(left, right).score == compare(right, left).score


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (person("ahmad massoud", *BESIDE), person("ahmad shah massoud", *BESIDE)),
        (thing("harbour pilots association", "q:hpa"), thing("highland peoples army", "q:hpa")),
    ],
    ids=["a name between", "an acronym of two"],
)
def test_what_speaks_for_it_is_not_enough_for_names_like_these(left: Profile, right: Profile) -> None:
    assert compare(left, right).score < SAME_AT


def test_a_surname_alone_says_nothing() -> None:
    assert compare(person("ana diaz"), called("diaz")).score < SAME_AT
    assert compare(called("diaz", "c:holt"), called("diaz", "c:berg")).score < SAME_AT


@pytest.mark.parametrize(
    ("left", "right", "why"),
    [
        (person("ana diaz"), thing("kestrel lines"), "never one"),
        (person("ana diaz", *BESIDE), person("ana lund", *BESIDE), "two people"),
        (person("jens holt", "r:childOf>jns", "r:childOf>hlt"), person("jens p holt"), "family"),
        (person("jens holt", "z:7"), person("jens m holt", "z:7"), "takes them for two"),
        (thing("9th brigade", *BESIDE), thing("11th brigade", *BESIDE), "another number"),
        (thing("tripoli", "p:1", cls="Place"), thing("tripoli town", "p:2", cls="Place"), "two places"),
        (event(*ATTACK, "d:2024-03-01"), event(*ATTACK, "d:2024-03-08"), "other days"),
    ],
    ids=["class", "names", "father and son", "one article", "units", "cities", "a week apart"],
)
def test_what_is_forbidden_no_context_outweighs(left: Profile, right: Profile, why: str) -> None:
    found = compare(left, right)
    assert found.score == 0
    assert found.veto is not None
    assert why in found.veto


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (event(*ATTACK, "d:2024-03-01"), event(*ATTACK, "d:2024-03-01", "l:raid")),
        (
            thing("kestrel lines", *BESIDE),
            Profile("d:1", "Group", frozenset(("h:line", "h:shipping line", "b:2024-03-02", *BESIDE))),
        ),
    ],
    ids=["events", "a description"],
)
def test_one_article_that_takes_them_for_two_weighs_against_what_it_may_have_missed(
    left: Profile, right: Profile
) -> None:
    both = [Profile(side.bucket, side.shade, side.values | {"z:7"}) for side in (left, right)]
    found = compare(*both)
    assert found.veto is None
    assert found.score < compare(left, right).score
    assert found.contributions()["one article takes them for two"] < 0


def test_an_article_that_takes_one_full_name_for_two_may_be_wrong() -> None:
    found = compare(
        person("ana diaz", "z:7", *BESIDE), Profile("p:ana maria diaz", "", frozenset(("n:ana diaz", "z:7", *BESIDE)))
    )
    assert found.veto is None


def test_one_word_tells_of_one_event_where_the_articles_are_about_the_same() -> None:
    fire = ("t:disaster", "l:blaz", "b:2024-03-02")
    about = tuple(
        f"{letter}:{word}" for letter in "xk" for word in ("warehs", "quay", "brigad", "sprinkl", "timber", "roof")
    )
    other = tuple(
        f"{letter}:{word}" for letter in "xk" for word in ("hostel", "arson", "suburb", "matres", "stairc", "tenant")
    )
    assert (
        compare(event(*fire, *about), event(*fire, *about)).score
        > compare(event(*fire, *about), event(*fire, *other)).score
    )


def test_an_attack_told_by_two_papers_is_one() -> None:
    told = event("t:attack", "w:prt aldr", "a:kestrl lns", "l:raid", "c:lund", "d:2024-03", "b:2024-03-03")
    assert compare(event(*ATTACK, "d:2024-03-01"), told).score >= SAME_EVENT_AT


def test_events_of_two_types_in_one_town_are_never_joined_by_rule() -> None:
    talks = event("t:talks", "w:prt aldr", "l:talk", "c:lund", "d:2024-03-01", "b:2024-03-02")
    assert compare(event(*ATTACK, "d:2024-03-01"), talks).score < SAME_EVENT_AT


def test_contributions_are_the_log_odds() -> None:
    found = compare(person("eizo kuronuma", *BESIDE), person("kuronuma eizo", *BESIDE))
    assert found.score == pytest.approx(1 / (1 + exp(-sum(found.contributions().values()))), abs=1e-3)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (thing("hanlanna kurin bank"), thing("kurin kornan bank")),  # one skeleton twice: as many words, fewer letters
        (person("ana maria diaz", "n:maria ana diaz"), person("maria diaz", "n:ana maria cruz diaz")),
        (person("ana maria diaz"), person("ana diaz cruz")),  # as many words: in one of them one stands between
        (person("ana diaz", "n:diaz ana"), person("ana b diaz", "n:ana diaz b")),
    ],
)
def test_which_is_left_and_which_is_right_makes_no_difference(left: Profile, right: Profile) -> None:
    assert compare(left, right) == compare(right, left)


def test_a_range_of_months_that_two_papers_give_is_no_day() -> None:
    spring, days = "d:2024-03/2024-05", "d:2024-03-01/2024-03-03"
    assert "days that overlap" in compare(event(*ATTACK, spring), event(*ATTACK, spring)).features
    assert "one day" in compare(event(*ATTACK, days), event(*ATTACK, days)).features


def test_the_days_between_are_those_of_the_nearest_articles() -> None:
    left = called("diaz", "b:2024-03-01", "b:2024-03-20", *BESIDE)
    right = called("diaz", "b:2024-02-01", "b:2024-03-18", "b:2024-06-01", *BESIDE)
    assert compare(left, right).features["days between"] == pytest.approx(log1p(2) / 4)
    assert compare(left, left).features["days between"] == 0


def test_two_entries_are_two_places_though_too_much_is_said_of_them_to_read_it_all() -> None:
    hubs = [Profile("o:tripoli", f"Place@{n}", frozenset(("g:libi",))) for n in (1, 2)]
    assert compare(*hubs).veto == "two places of the gazetteer"


@pytest.mark.parametrize(
    ("shades", "cls"),
    [(("Place", "Place@1"), "Place"), (("Group", "Place"), "Polity"), (("Polity@1", "Group"), "Polity")],
    ids=["with and without its entry", "group and place", "polity and group"],
)
def test_what_is_one_of_several_classes_is_a_polity(shades: tuple[str, str], cls: str) -> None:
    assert merged([Profile("o:norland", shade, frozenset()) for shade in shades]).cls == cls
