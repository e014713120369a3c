"""Where a place is, on the command line and over HTTP."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kg.catalogue import Judgement, JudgementKind
from kg.types import EntityClass
from kg.workspace import Workspace
from tests.factory import FakeExtractor, anchor, article
from tests.serving import environment, running

THINGS = {
    "Gao": EntityClass.PLACE,
    "Kidal": EntityClass.PLACE,
    "Mali": EntityClass.POLITY,
    "Old Mill": EntityClass.PLACE,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served") / "world"
    with Workspace.create(folder) as workspace:
        workspace.ingest(
            [article("Rain fell in Gao and Kidal, in all of Mali, and in Old Mill.", "one")], FakeExtractor(THINGS)
        )
    return folder


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[httpx.Client]:
    with running(folder) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        yield client


def show(folder: Path, thing: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "kg", "show", thing, "--store", str(folder)],
        capture_output=True, text=True, check=True, env=environment(COLUMNS="200"),
    ).stdout  # fmt: skip


def slug(client: httpx.Client, name: str) -> str:
    (found,) = client.get("/entities", params={"q": name}).json()["entities"]
    return str(found["slug"])


def test_show_says_where_a_place_is_and_why(folder: Path) -> None:
    shown = show(folder, "Gao")
    assert "at: ML, 16.27, -0.04, https://sws.geonames.org/2457163/" in shown
    assert "why: Gao in Mali: the article also names Kidal and Mali" in shown
    assert "Gao — within — Mali  [from the gazetteer]" in shown


def test_show_says_what_articles_disagree_about(tmp_path: Path) -> None:
    things = {"Tripoli": EntityClass.PLACE, "Beirut": EntityClass.PLACE, "Benghazi": EntityClass.PLACE}
    with Workspace.create(tmp_path / "w") as workspace:
        texts = {"north": "Rain fell in Tripoli and Beirut.", "south": "Rain fell in Tripoli and Benghazi."}
        workspace.ingest([article(text, name) for name, text in texts.items()], FakeExtractor(things))
        one, other = anchor("north", "Tripoli", EntityClass.PLACE), anchor("south", "Tripoli", EntityClass.PLACE)
        workspace.judge(Judgement(JudgementKind.SAME, one, "ana", other))
    shown = show(tmp_path / "w", "Tripoli")
    assert "at: unknown, since articles disagree" in shown
    assert "Tripoli in Lebanon: the article also names Beirut (north)" in shown
    assert "Tripoli in Libya: the article also names Benghazi (south)" in shown


def test_an_entity_over_http_has_its_location(client: httpx.Client) -> None:
    gao = client.get(f"/entities/{slug(client, 'Gao')}").json()["location"]
    assert (gao["country"], round(gao["latitude"]), round(gao["longitude"])) == ("ML", 16, 0)
    assert gao["geonames"] == "https://sws.geonames.org/2457163/"
    assert [iri.rpartition("/")[2] for iri in gao["within"]] == [slug(client, "Mali")]
    assert client.get(f"/entities/{slug(client, 'Old Mill')}").json()["location"] is None


def test_the_page_of_a_place_shows_where_it_is(client: httpx.Client) -> None:
    page = client.get(f"/place/{slug(client, 'Gao')}", headers={"Accept": "text/html"}).text
    assert "Where it is" in page
    assert "https://sws.geonames.org/2457163/" in page
    assert "the article also names Kidal and Mali" in page
    assert "Where it is" not in client.get(f"/place/{slug(client, 'Old Mill')}", headers={"Accept": "text/html"}).text


def test_the_context_names_what_the_graph_says_of_a_place(client: httpx.Client) -> None:
    shown = client.get(f"/place/{slug(client, 'Gao')}", headers={"Accept": "application/ld+json"}).json()
    nodes = shown.get("@graph", [shown])
    (gao,) = (node for node in nodes if node.get("label") == "Gao" and "latitude" in node)
    assert gao["countryCode"] == "ML"
    assert gao["closeMatch"] == ["https://sws.geonames.org/2457163/"]
    assert float(gao["latitude"]) > 16
