"""`kg link` in a process of its own against a real `oxigraph serve`, and its proposals in the review queue, here and over HTTP."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from kg.cli.link import ProfileName
from kg.cli.review import Kind
from kg.decisions import ALL_KINDS
from kg.linking import PROFILES, ledger_path, read_profile
from kg.workspace import Workspace
from tests.api.conftest import KEY
from tests.cli.conftest import Kg, kg  # noqa: F401 - a fixture
from tests.linking.conftest import DATA, WD, fill
from tests.servers import served
from tests.serving import running


@pytest.fixture(scope="module")
def wikidata() -> Iterator[str]:
    """The address of an endpoint with the data set."""
    with served() as url:
        httpx.post(f"{url}/store?default", content=DATA, headers={"Content-Type": "text/turtle"}).raise_for_status()
        yield f"{url}/query"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    with Workspace.create(tmp_path / "kg") as workspace:
        fill(workspace)
    return tmp_path / "kg"


def test_it_proposes_and_a_person_decides(kg: Kg, store: Path, wikidata: str) -> None:  # noqa: F811
    asked = ("link", "--endpoint", wikidata, "--profile", "wikidata", "--rate", "100")
    cut = kg(*asked, "--limit", "2", store=store)
    assert cut.returncode == 0, cut.stderr
    assert "run it again to go on" in cut.stderr
    done = kg(*asked, store=store)
    assert done.returncode == 0, done.stderr
    assert f"{WD}Q34370" in done.stdout
    assert stat.S_IMODE(ledger_path(store).stat().st_mode) == 0o600
    again = kg(*asked, store=store)
    assert "with 0 requests" in again.stdout

    reviewed = kg("review", "--kind", "match", store=store, input="ycu" + "nq")
    assert reviewed.returncode == 0, reviewed.stderr
    assert "one GeoNames id +5.0" in reviewed.stdout
    assert f"exact match: {WD}Q34370" in kg("show", "Rotterdam", store=store).stdout
    turtle = kg("show", "Rotterdam", "--format", "turtle", store=store).stdout
    assert f"skos:exactMatch <{WD}Q34370>" in turtle
    exported = kg("export", "--format", "nquads", store=store).stdout
    assert f"<http://www.w3.org/2004/02/skos/core#exactMatch> <{WD}Q34370> ." in exported
    assert "exactMatch" in kg("export", "--format", "jsonld", store=store).stdout
    listed = json.loads(kg("judgements", "--json", store=store).stdout)
    assert [(one["kind"], one["target"]) for one in listed] == [("match", f"{WD}Q34370"), ("mismatch", f"{WD}Q55")]
    assert kg("check", store=store).returncode == 0


def test_only_what_is_named_is_looked_up(kg: Kg, store: Path, wikidata: str) -> None:  # noqa: F811
    done = kg("link", "Ana Diaz", "--endpoint", wikidata, "--profile", "wikidata", "--rate", "100", store=store)
    assert "1 proposal for 1 entity" in done.stdout
    assert kg("link", "Nobody", "--endpoint", wikidata, store=store).returncode == 1


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        pytest.param((), 2, id="no endpoint"),
        pytest.param(("--endpoint", "file:///etc/passwd"), 1, id="no address"),
        pytest.param(("--endpoint", "http://127.0.0.1:9/", "--language", "not a tag"), 2, id="no language"),
        pytest.param(("--endpoint", "http://127.0.0.1:9/", "--profile", "dbpedia"), 2, id="no profile"),
        pytest.param(("--endpoint", "http://127.0.0.1:9/", "--contact", "a\nb"), 1, id="no contact"),
        pytest.param(("--endpoint", "http://127.0.0.1:9/", "--retries", "0"), 1, id="nobody there"),
    ],
)
def test_what_cannot_be_is_said(kg: Kg, store: Path, arguments: tuple[str, ...], status: int) -> None:  # noqa: F811
    done = kg("link", *arguments, store=store)
    assert done.returncode == status, done.stderr
    assert "Traceback" not in done.stderr
    assert "error:" in done.stderr


def test_proposals_are_questions_over_http_beside_a_service(kg: Kg, store: Path, wikidata: str) -> None:  # noqa: F811
    headers = {"Authorization": f"Bearer {KEY}"}
    with (
        running(store, {"KG_API_KEY": KEY, "KG_QUERY_WORKERS": "1"}) as url,
        httpx.Client(base_url=url, headers=headers, trust_env=False, timeout=60) as client,
    ):
        assert client.get("/review?kind=match").json()["questions"] == []
        done = kg("link", "--endpoint", wikidata, "--profile", "wikidata", "--rate", "100", store=store)
        assert done.returncode == 0, done.stderr
        questions = client.get("/review?kind=match").json()["questions"]
        assert {one["kind"] for one in questions} == {"match"}
        asked = next(one for one in questions if one["target"] == f"{WD}Q1001")
        assert (asked["subject"], asked["object"], asked["description"]) == ("Ana Diaz", "Ana Diaz", "trade unionist")
        assert asked["predicate"] == "closeMatch"
        assert {"the same name", "the same class"} <= {one["name"] for one in asked["features"]}

        match = {"kind": "match", "entity": asked["entity"], "target": asked["target"], "how": "exactMatch"}
        made = client.post("/judgements", json=match)
        assert made.status_code == 201, made.text
        assert made.json()["judgements"][0]["target"] == asked["target"]
        slug = asked["entity"].rpartition("/")[2]
        assert client.get(f"/entities/{slug}").json()["matches"] == [{"how": "exactMatch", "target": asked["target"]}]
        page = client.get(f"/person/{slug}", headers={"Accept": "text/html"}).text
        assert f'href="{asked["target"]}"' in page
        left = client.get("/review?kind=match").json()["questions"]
        assert asked["target"] not in {one["target"] for one in left}

        wrong = {**match, "target": "javascript:alert(1)"}
        assert client.post("/judgements", json=wrong).status_code in (409, 422)
        assert client.post("/judgements", json={"kind": "match", "entity": asked["entity"]}).status_code == 422
        client.delete(f"/judgements/{made.json()['judgements'][0]['id']}").raise_for_status()
        assert client.get(f"/entities/{slug}").json()["matches"] == []


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_has_all_its_questions(name: str) -> None:
    profile = read_profile(name)
    assert set(profile.questions) == {"labels", "aliases", "identifiers", "facts", "relations"}
    assert profile.languages


def test_the_terminal_knows_every_kind_and_profile() -> None:
    assert {profile.value for profile in ProfileName} == set(PROFILES)
    assert {kind.value for kind in Kind} == set(ALL_KINDS)
