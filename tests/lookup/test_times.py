"""Who led a group on a day: what articles and the dates in them say, in Python and in SPARQL."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import lookup
from kg.lookup import Standing, disagreements, leaders_on
from kg.query import bind, read_queries
from kg.resources import resource
from kg.types import Article
from kg.workspace import Workspace
from tests.factory import World, article

QUERIES = read_queries(resource("queries"))
PORT = "Port Alder lies in the town of Norland, and it always did, as people say there when they are asked."


def told(*days: tuple[str | None, str]) -> list[Article]:
    """An article for each (day, sentence)."""
    return [
        article(f"{said}, {PORT}", f"{n}.txt", published=day, publisher=f"Paper {n}")
        for n, (day, said) in enumerate(days)
    ]


def answers(articles: list[Article], day: str) -> dict[str, Standing]:
    """Who led Kestrel Lines on a day; the same in SPARQL."""
    with Workspace.open("memory:") as workspace:
        workspace.ingest(articles, World.extractor())
        workspace.resolve()

        def select(query: str) -> list[dict[str, object]]:
            return workspace.store.query(query).rows()  # type: ignore[return-value]

        group = lookup.find_entity(workspace.catalogue, workspace.base, "Kestrel Lines")
        relations = lookup.relations_of(select, group, predicate="leads", limit=1000)
        found = {one.relation.subject_label: one for one in leaders_on(relations, day)}
        rows = select(bind(QUERIES["leaders-as-of"], {"group": group, "day": day}))
        assert {(r["personLabel"].value, r["basis"].value, r["open"].value) for r in rows} == {  # type: ignore[attr-defined]
            (name, one.basis, "end" if one.open_end else "start" if one.open_start else "")
            for name, one in found.items()
        }
        return found


A_LEADS, B_LEADS = "Ana Diaz leads Kestrel Lines", "Boris Lund leads Kestrel Lines"
A_LED, B_LED = "Ana Diaz formerly led Kestrel Lines", "Boris Lund formerly led Kestrel Lines"


@pytest.mark.parametrize(
    ("articles", "day", "expected"),
    [
        pytest.param([("2018-05-01", A_LEADS)], "2018-05-01", {"Ana Diaz": "reported on 2018-05-01"}, id="on the day"),
        pytest.param([("2018-05-01", A_LEADS)], "2018-04-30", {}, id="an article says nothing of the days before it"),
        pytest.param(
            [("2018-05-01", A_LEADS), ("2020-05-01", A_LEADS)],
            "2019-01-01",
            {"Ana Diaz": "reported from 2018-05-01 to 2020-05-01"},
            id="between two articles",
        ),
        pytest.param(
            [("2018-05-01", A_LEADS)],
            "2021-01-01",
            {"Ana Diaz": "last reported on 2018-05-01; nothing later says otherwise"},
            id="after the last article",
        ),
        pytest.param([("2018-05-01", A_LEADS), ("2019-05-01", A_LED)], "2021", {}, id="after one that calls it over"),
        pytest.param(
            [("2018-05-01", A_LEADS), ("2019-05-01", A_LED)],
            "2019-04",
            {"Ana Diaz": "last reported on 2018-05-01; nothing later says otherwise"},
            id="before one that calls it over",
        ),
        pytest.param(
            [("2018-05-01", A_LEADS), ("2020-05-01", B_LEADS)],
            "2021-01-01",
            {"Boris Lund": "last reported on 2020-05-01; nothing later says otherwise"},
            id="a successor ends an open end",
        ),
        pytest.param(
            [("2018-05-01", A_LEADS), ("2020-05-01", B_LEADS)],
            "2019-01-01",
            {"Ana Diaz": "last reported on 2018-05-01; nothing later says otherwise"},
            id="before the successor",
        ),
        pytest.param(
            [("2018-05-01", A_LEADS), ("2020-05-01", f"{B_LEADS} since 2019")],
            "2019-06-01",
            {"Boris Lund": "since 2019 (stated)"},
            id="a successor's stated start",
        ),
        pytest.param(
            [("2020-05-01", f"{A_LED} since 2015 until 2018")],
            "2018-11",
            {"Ana Diaz": "from 2015 to 2018 (stated)"},
            id="both dates stated",
        ),
        pytest.param([("2020-05-01", f"{A_LED} since 2015 until 2018")], "2019", {}, id="after the stated end"),
        pytest.param(
            [("2020-05-01", f"{A_LED} since 2015 until 2018")], "2014-12-31", {}, id="before the stated start"
        ),
        pytest.param(
            [("2020-05-01", f"{A_LED} until 2018"), ("2020-05-02", f"{B_LED} until 2010")],
            "2005",
            {"Boris Lund": "until 2010 (stated); since when is not"},
            id="an open start reaches to whoever was before",
        ),
        pytest.param(
            [("2020-05-01", f"{A_LED} until 2018"), ("2020-05-02", f"{B_LED} until 2010")],
            "2015",
            {"Ana Diaz": "until 2018 (stated); since when is not"},
            id="the next one's open start",
        ),
        pytest.param([(None, A_LEADS)], "2020", {}, id="no date at all"),
        pytest.param(
            [(None, f"{A_LEADS} since 2012")],
            "2020",
            {"Ana Diaz": "since 2012 (stated); nothing says that it ended"},
            id="a stated start in an undated article",
        ),
        pytest.param([("2020-05-01", "Boris Lund will lead Kestrel Lines")], "2021", {}, id="only announced"),
        pytest.param([("2020-05-01", "Boris Lund allegedly leads Kestrel Lines")], "2021", {}, id="only alleged"),
        pytest.param(
            [("2018-05-01", A_LEADS), ("2018-05-02", f"{A_LEADS}. {B_LEADS}")],
            "2019",
            {
                "Ana Diaz": "last reported on 2018-05-02; nothing later says otherwise",
                "Boris Lund": "last reported on 2018-05-02; nothing later says otherwise",
            },
            id="joint leaders do not end one another",
        ),
    ],
)
def test_who_led_on_a_day(articles: list[tuple[str | None, str]], day: str, expected: dict[str, str]) -> None:
    assert {name: one.words for name, one in answers(told(*articles), day).items()} == expected


DAYS = ("2018", "2018-06", "2018-06-15", "2019", "2019-03-01", "2020-01-01", "2020-02", "2021")
FULL = ("2018-06-15", "2019-03-01", "2019-09-09", "2020-01-01")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(
        st.tuples(
            st.sampled_from((A_LEADS, B_LEADS, A_LED, B_LED, "Ana Maria Diaz leads Kestrel Lines")),
            st.sampled_from(("", "", " since 2015", " until 2018", " since 2018", " since 2016 until 2019")),
            st.sampled_from((None, *FULL)),
        ),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(DAYS),
)
def test_python_and_sparql_agree(claims: list[tuple[str, str, str | None]], day: str) -> None:
    articles = told(*((when, said + dates) for said, dates, when in claims))
    answers(articles, day)
    pairs(articles)


def pairs(articles: list[Article]) -> set[tuple[str, ...]]:
    """Who disagrees about Kestrel Lines, with what is known of their times; the same in SPARQL."""
    with Workspace.open("memory:") as workspace:
        workspace.ingest(articles, World.extractor())
        workspace.resolve()

        def select(query: str) -> list[dict[str, object]]:
            return workspace.store.query(query).rows()  # type: ignore[return-value]

        group = lookup.find_entity(workspace.catalogue, workspace.base, "Kestrel Lines")
        found = {
            (one.one.subject_label, *one.one_span, one.two.subject_label, *one.two_span)
            for one in disagreements(lookup.relations_of(select, group, predicate="leads", limit=1000))
        }
        names = ("oneLabel", "oneFrom", "oneTo", "twoLabel", "twoFrom", "twoTo")
        rows = select(bind(QUERIES["disagreements"], {"group": group}))
        assert {tuple(row[name].value for name in names) for row in rows} == found  # type: ignore[attr-defined]
        of_all = select(QUERIES["disagreements"].text)
        assert [row for row in of_all if row["group"].value == group] == rows  # type: ignore[attr-defined]
        return found


@pytest.mark.parametrize(
    ("articles", "expected"),
    [
        pytest.param([("2018-05-01", A_LEADS), ("2020-05-01", B_LEADS)], 0, id="one after the other"),
        pytest.param([("2018-05-01", A_LEADS), ("2018-05-01", B_LEADS)], 1, id="on one day"),
        pytest.param(
            [("2018-05-01", A_LEADS), ("2019-05-01", B_LEADS), ("2020-05-01", A_LEADS)], 1, id="one between the other's"
        ),
        pytest.param([("2018-05-01", f"{A_LEADS}. {B_LEADS}")], 0, id="named together"),
        pytest.param(
            [("2020-05-01", f"{A_LED} until 2018"), ("2020-05-02", f"{B_LEADS} since 2018")], 0, id="in one year"
        ),
        pytest.param(
            [("2020-05-01", f"{A_LED} since 2015 until 2018"), ("2020-05-02", f"{B_LEADS} since 2017")], 1, id="stated"
        ),
        pytest.param(
            [("2018-05-01", A_LEADS), ("2018-05-01", "Boris Lund allegedly leads Kestrel Lines")], 0, id="alleged"
        ),
    ],
)
def test_two_leaders_at_one_time_disagree(articles: list[tuple[str, str]], expected: int) -> None:
    assert len(pairs(told(*articles))) == expected
