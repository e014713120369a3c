"""The life of an article, copies, and what held on a day, over HTTP."""

from __future__ import annotations

import httpx
import pytest

from tests.api.test_rest import slug_of

PADDING = " ".join(f"The {n} ships were in the port, and the {n + 1} boats were on the river." for n in range(30))
LEADS = "Boris Lund leads Kestrel Lines, and that is what they have said in the town."


@pytest.fixture
def story(writable: httpx.Client) -> httpx.Client:
    """Three papers print one report, one of them corrects it, a fourth names another leader."""
    wire = f"{LEADS} {PADDING}"
    articles = [
        {"id": "gull", "date": "2031-06-01", "publisher": "The Gull", "title": "Lund leads", "text": wire},
        {"id": "tern", "date": "2031-06-02", "publisher": "The Tern", "title": "Who leads", "text": wire},
        {
            "id": "skua",
            "date": "2031-06-01",
            "publisher": "The Skua",
            "text": "Ana Maria Diaz leads Kestrel Lines, it says.",
        },
    ]
    for article in articles:
        assert writable.post("/articles", json=article).is_success
    corrected = {**articles[1], "text": wire.replace("in the town", "in the market")}
    assert writable.post("/articles", json=corrected).json()["outcome"] == "replaced"
    yield writable
    for article in articles:
        writable.delete(f"/articles/{article['id']}")


def test_an_article_names_its_copies_and_their_earliest(story: httpx.Client) -> None:
    late = story.get("/articles/tern").json()
    assert (late["copy_of"], late["copies"]) == ("gull", ["gull"])
    early = story.get("/articles/gull").json()
    assert (early["copy_of"], early["copies"]) == (None, ["tern"])
    turtle = story.get("/article/tern", headers={"Accept": "text/turtle"}).text
    assert "copyOf <http://localhost:8000/article/gull>" in turtle
    assert 'href="/article/gull"' in story.get("/article/tern", headers={"Accept": "text/html"}).text
    story.delete("/articles/gull")
    assert story.get("/articles/tern").json()["copy_of"] is None
    assert "copyOf" not in story.get("/article/tern", headers={"Accept": "text/turtle"}).text


def test_a_correction_keeps_what_was_before(story: httpx.Client) -> None:
    versions = story.get("/articles/tern/versions").json()["versions"]
    assert [one["current"] for one in versions] == [False, True]
    assert versions[0]["digest"] != versions[1]["digest"]
    assert versions[1]["digest"] == story.get("/articles/tern").json()["digest"]
    assert "-Boris Lund leads Kestrel Lines, and that is what they have said in the town." in versions[1]["changes"]
    assert story.get("/articles/nothing/versions").status_code == 404
    story.delete("/articles/tern")
    gone = story.get("/articles/tern/versions")
    assert (gone.status_code, "withdrawn" in gone.json()["detail"]) == (404, True)


def test_relations_say_what_held_on_a_day_and_who_disagrees(story: httpx.Client) -> None:
    slug = slug_of(story, "Kestrel Lines")

    def leaders(day: str) -> dict[str, str]:
        answer = story.get(f"/entities/{slug}/relations", params={"predicate": "leads", "as-of": day})
        return {one["subject_label"]: one["grounds"] for one in answer.json()["relations"]}

    assert set(leaders("2031-06-01")) == {"Boris Lund", "Ana Maria Diaz"}
    assert leaders("2015") == {"Ana Diaz": "until 2019 (stated); since when is not"}
    whole = story.get(f"/entities/{slug}/relations", params={"predicate": "leads"}).json()
    (pair,) = whole["disagreements"]
    assert {one["person_label"] for one in pair["leaders"]} == {"Boris Lund", "Ana Maria Diaz"}
    assert story.get(f"/entities/{slug}/relations", params={"as-of": "May"}).status_code == 400


def test_copies_count_once_as_a_source(story: httpx.Client) -> None:
    slug = slug_of(story, "Kestrel Lines")
    relations = story.get(f"/entities/{slug}/relations", params={"predicate": "leads"}).json()["relations"]
    lund = next(one for one in relations if one["subject_label"] == "Boris Lund" and one["asserted"])
    assert (lund["supporting_articles"], lund["supporting_sources"]) == (3, 2)  # one says that he will
    assert (lund["first_current"], lund["last_current"]) == ("2031-06-01", "2031-06-02")
