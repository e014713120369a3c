"""The map: points where they belong, one where they overlap, links that zoom, and a list that says the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from math import dist
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.api.pages.atlas import CELL, Box, Spot, box_around, picture
from kg.types import EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, article
from tests.pages.conftest import text_of
from tests.pages.signed import tree_of
from tests.serving import running

CITIES = ("Rotterdam", "Delft", "Gdansk", "Lagos", "Nairobi", "Osaka", "Valparaiso")
SPOTS = st.lists(
    st.builds(
        lambda n, long, lat: Spot(f"http://e.org/place/{n}", f"Place {n}", "Place", lat, long),
        st.integers(0, 99), st.floats(-179, 179), st.floats(-80, 80),
    ),
    min_size=1, max_size=60,
)  # fmt: skip


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("map") / "world"
    things = {**dict.fromkeys(CITIES, EntityClass.PLACE), "Kestrel Lines": EntityClass.GROUP}
    said = [
        f"The rebels attacked Kestrel Lines in {city} on 2024-03-0{n}, and left." for n, city in enumerate(CITIES, 1)
    ]
    with Workspace.create(folder) as workspace:
        workspace.ingest([article("\n\n".join(said), "a.txt", published="2031-01-01")], FakeExtractor(things))
    with (
        running(folder, {"KG_QUERY_WORKERS": "1"}) as url,
        httpx.Client(base_url=url, headers={"Accept": "text/html"}, trust_env=False, timeout=60) as client,
    ):
        yield client


def test_every_place_is_drawn_or_counted_and_listed(client: httpx.Client) -> None:
    tree = tree_of(client, "/map")
    listed = [text_of(a) for a in tree.xpath("//section[@aria-labelledby='places']/ul/li/a")]
    assert sorted(listed) == sorted(CITIES)
    (drawing,) = tree.xpath("//*[contains(@class, 'wide-drawing')]")
    spots = drawing.xpath(".//a")
    assert 1 < len(spots) < len(CITIES)  # two of them lie close together
    counted = [label for label in drawing.xpath(".//a/@aria-label") if "1 place near it, 2 events" in label]
    assert len(counted) == 1
    assert all(spot.xpath("./title") for spot in spots)


def test_every_link_leads_to_a_page_or_closer(client: httpx.Client) -> None:
    tree = tree_of(client, "/map")
    for link in {*tree.xpath("//main//a/@href"), *tree.xpath("//*[contains(@class, 'spot')]/@href")}:
        assert client.get(link).status_code == 200, link
    closer = next(link for link in tree.xpath("//*[contains(@class, 'spot')]/@href") if link.startswith("/map?box="))
    near = tree_of(client, closer)
    (drawing,) = near.xpath("//*[contains(@class, 'wide-drawing')]")
    assert {label.split(",")[0] for label in drawing.xpath(".//a/@aria-label")} == {"Rotterdam", "Delft"}


def test_a_part_of_the_world_and_a_type_narrow_it(client: httpx.Client) -> None:
    europe = tree_of(client, "/map?box=-12,35,42,71&type=attack")
    names = [text_of(a) for a in europe.xpath("//section[@aria-labelledby='places']/ul/li/a")]
    assert sorted(names) == ["Delft", "Gdansk", "Rotterdam"]
    assert "No article has named" in client.get("/map?type=election").text


@pytest.mark.parametrize(
    "query", ["box=1,2,3", "box=a,b,c,d", "box=10,0,5,5", "box=nan,0,1,1", "box=-999,0,1,1", "type=x"]
)
def test_a_box_that_is_none_is_a_clear_problem(client: httpx.Client, query: str) -> None:
    assert client.get(f"/map?{query}").status_code == 400


@given(SPOTS, st.sampled_from([1000.0, 380.0]))
def test_points_lie_on_the_paper_apart_from_each_other_and_none_is_lost(spots: list[Spot], width: float) -> None:
    drawn = picture(spots, box_around(spots), width)
    assert sum(len(one.spots) for one in drawn.clusters) == len(spots)
    assert all(0 <= one.x <= drawn.width and 0 <= one.y <= drawn.height for one in drawn.clusters)
    for one, two in combinations(drawn.clusters, 2):
        assert dist((one.x, one.y), (two.x, two.y)) >= CELL - 0.01


@given(SPOTS)
def test_north_is_up_and_east_is_right(spots: list[Spot]) -> None:
    for one, two in combinations(picture(spots, box_around(spots), 1000.0).clusters, 2):
        assert (one.x < two.x) == (one.spots[0].longitude < two.spots[0].longitude) or one.x == two.x
        assert (one.y < two.y) == (one.spots[0].latitude > two.spots[0].latitude) or one.y == two.y


@given(st.floats(0.1, 4), st.floats(-1, 1), st.floats(-1, 1))
def test_moves_stay_in_the_world(factor: float, right: float, up: float) -> None:
    moved = Box(-170.0, -50.0, 175.0, 70.0).scaled(factor, right, up)
    assert -180 <= moved.west < moved.east <= 180
    assert -90 <= moved.south < moved.north <= 90
