"""Decisions over HTTP: made with a key, read by anyone, taken back; what was merged leads on, what is gone says so."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from kg.access import KeyRing
from tests.api.conftest import KEY
from tests.factory import World

ANA, MARIA = "Ana Diaz", "Ana Maria Diaz"


def path_of(client: httpx.Client, name: str) -> str:
    found = client.get("/entities", params={"q": name, "type": "Person"}).json()["entities"]
    (iri,) = (one["iri"] for one in found if one["label"] == name)
    return "/" + str(iri).removeprefix("http://localhost:8000/")


def merge(client: httpx.Client, **more: str) -> dict[str, Any]:
    body = {"kind": "same", "entity": ANA, "other": MARIA, "author": "desk", "reason": "she signs so", **more}
    response = client.post("/judgements", json=body)
    assert response.status_code == 201, response.text
    outcome: dict[str, Any] = response.json()
    assert response.headers["location"] == f"/judgements/{outcome['judgements'][0]['id']}"
    return outcome


def test_a_merged_iri_leads_on_until_the_merge_is_taken_back(writable: httpx.Client) -> None:
    ana, maria = path_of(writable, ANA), path_of(writable, MARIA)
    outcome = merge(writable)
    (made,) = outcome["judgements"]
    assert (made["kind"], made["state"], made["author"], made["reason"]) == ("same", "holds", "desk", "she signs so")
    (merged,) = outcome["effect"]["merged"]
    gone, kept = (maria, ana) if merged["iri"].endswith(maria) else (ana, maria)
    for suffix in ("", ".ttl", ".jsonld"):
        response = writable.get(gone + suffix)
        assert (response.status_code, response.headers["location"]) == (308, kept + suffix)
    relations = writable.get(f"/entities/{gone.rpartition('/')[2]}/relations")
    assert (relations.status_code, relations.headers["location"]) == (
        308,
        f"/entities/{kept.rpartition('/')[2]}/relations",
    )
    assert any(fact["predicate"] == "childOf" for fact in outcome["effect"]["lost"])
    assert writable.get(f"/judgements/{made['id']}").json() == made

    undone = writable.delete(f"/judgements/{made['id']}", params={"author": "you"}).json()
    assert [one["iri"] for one in undone["effect"]["appeared"]] == [merged["iri"]]
    assert (undone["judgements"][0]["state"], undone["judgements"][0]["undone_by"]) == ("undone", "you")
    assert writable.get(gone + ".ttl").status_code == 200
    again = writable.delete(f"/judgements/{made['id']}")
    assert (again.status_code, again.headers["content-type"]) == (409, "application/problem+json")


def test_what_no_article_speaks_of_any_more_is_gone(writable: httpx.Client) -> None:
    def events() -> set[str]:
        found = writable.get("/entities", params={"type": "Event", "limit": 500}).json()["entities"]
        return {"/" + one["iri"].removeprefix("http://localhost:8000/") for one in found}

    before = events()
    text = "The rebels attacked Kestrel Lines in Port Alder on 2023-02-01, and then they left as they had come."
    writable.post("/articles", json={"id": "gone", "text": text})
    (new,) = events() - before
    assert writable.get(new + ".ttl").status_code == 200
    writable.delete("/articles/gone")
    assert writable.get(new + ".ttl").status_code == 410


def test_contradictions_are_shown_where_they_are_made_and_where_they_are_listed(writable: httpx.Client) -> None:
    apart = writable.post("/judgements", json={"kind": "different", "entity": ANA, "other": MARIA}).json()
    forbidding = apart["judgements"][0]["id"]
    outcome = merge(writable)
    (made,) = outcome["judgements"]
    assert (made["state"], made["against"]) == ("contradicted", forbidding)
    assert [one["id"] for one in outcome["contradictions"]] == [made["id"]]
    listed = writable.get("/judgements", params={"state": "contradicted"}).json()["judgements"]
    assert [one["id"] for one in listed] == [made["id"]]
    question = writable.get("/review").json()["questions"][0]
    assert (question["judgement"]["id"], question["against"]["id"]) == (made["id"], forbidding)
    assert writable.delete("/judgements/last").json()["judgements"][0]["id"] == made["id"]
    writable.delete(f"/judgements/{forbidding}")
    assert writable.get("/judgements", params={"state": "contradicted"}).json()["judgements"] == []


def test_what_waits_is_answered_and_asked_no_more(writable: httpx.Client) -> None:
    def waiting() -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {"claim": [], "pair": [], "contradiction": []}
        for one in writable.get("/review").json()["questions"]:
            found[one["kind"]].append(one)
        return found

    # a second group of that acronym, so that nobody knows any more which one an article means by it
    assert writable.post("/articles", json={"id": "army", "text": World.sentences[1]}).status_code == 201
    before = waiting()
    (claim,) = before["claim"]
    assert claim["sentence"][slice(*claim["subject_at"])] == "Boris Lund"
    pair = before["pair"][0]
    assert pair["sentence"][slice(*pair["subject_at"])] == "HPA"
    accepted = writable.post("/judgements", json={"kind": "accept", "claim": claim["claim"]}).json()
    assert [fact["predicate"] for fact in accepted["effect"]["gained"]] == ["leads"]
    writable.post("/judgements", json={"kind": "different", "entity": pair["entity"], "other": pair["other"]})
    assert waiting() == {"claim": [], "pair": before["pair"][1:], "contradiction": []}
    for _ in range(2):
        writable.delete("/judgements/last")
    assert waiting() == before
    writable.delete("/articles/army")


def test_an_article_may_mean_someone_else(writable: httpx.Client) -> None:
    body = {"kind": "different", "entity": ANA, "articles": ["late"]}
    outcome = writable.post("/judgements", json=body).json()
    assert [one["label"] for one in outcome["effect"]["appeared"]] == [ANA]
    assert (
        writable.delete("/judgements/last").json()["effect"]["merged"][0]["iri"]
        == (outcome["effect"]["appeared"][0]["iri"])
    )


def test_an_explanation_names_what_decides(writable: httpx.Client) -> None:
    answer = writable.get("/explain", params={"a": ANA, "b": MARIA}).json()
    assert answer["one"] is False
    assert [factor["name"] for factor in answer["factors"] if factor["decides"]] == ["key"]
    assert all(factor["weight"] is None for factor in answer["factors"])


def test_decisions_are_paged(writable: httpx.Client) -> None:
    whole = writable.get("/judgements", params={"limit": 500}).json()["judgements"]
    pages: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = writable.get("/judgements", params={"limit": 2, **cursor}).json()
        pages += page["judgements"]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert pages == whole
    assert len(whole) > 4


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "same", "entity": "Harbour", "other": ANA}, 409),
        ({"kind": "same", "entity": "Nobody At All", "other": ANA}, 404),
        ({"kind": "same", "entity": ANA, "other": "Kestrel Lines"}, 409),
        ({"kind": "same", "entity": ANA}, 422),
        ({"kind": "perhaps", "entity": ANA}, 422),
        ({"kind": "label", "entity": ANA, "label": " "}, 422),
        ({"kind": "accept", "claim": "nothing"}, 404),
        ({"kind": "label", "entity": ANA, "label": "x", "colour": "red"}, 422),
        ([], 422),
    ],
    ids=["ambiguous", "unknown", "classes", "no other", "kind", "no label", "no claim", "unknown field", "no object"],
)
def test_a_decision_that_cannot_be_is_a_problem_and_is_not_kept(
    writable: httpx.Client, body: object, status: int
) -> None:
    before = writable.get("/judgements", params={"limit": 500}).json()
    response = writable.post("/judgements", json=body)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    if isinstance(body, dict) and body.get("entity") == "Harbour":
        assert len(response.json()["candidates"]) > 1
    assert writable.get("/judgements", params={"limit": 500}).json() == before


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/judgements/9999", 404),
        ("/judgements/nine", 422),
        ("/judgements?state=odd", 422),
        ("/judgements?cursor=odd", 400),
        ("/explain?a=Ana+Diaz", 422),
        ("/explain?a=Ana+Diaz&b=Nobody+At+All", 404),
        ("/review?within=2", 422),
    ],
)
def test_wrong_questions_are_problems(client: httpx.Client, path: str, status: int) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("which", ["9999", "nine", "-1"])
def test_taking_back_what_is_not_there_is_a_problem(writable: httpx.Client, which: str) -> None:
    assert writable.delete(f"/judgements/{which}").status_code == 404


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_deciding_needs_a_key(writable: httpx.Client, method: str) -> None:
    path = "/judgements" if method == "POST" else "/judgements/1"
    body = {"kind": "label", "entity": ANA, "label": "x"}
    for headers, status in (({"Authorization": ""}, 401), ({"Authorization": "Bearer wrong"}, 403)):
        assert writable.request(method, path, json=body, headers=headers).status_code == status


def test_who_names_nobody_decides_in_the_name_of_the_key(writable: httpx.Client, folder: Any) -> None:
    secret = KeyRing(folder).add("newsroom")
    body = {"kind": "label", "entity": "Boris Lund", "label": "B. Lund"}
    for key, name in ((secret, "newsroom"), (KEY, "api")):
        headers = {"Authorization": f"Bearer {key}"}
        made = writable.post("/judgements", json=body, headers=headers).json()["judgements"][0]
        assert made["author"] == name
        taken = writable.delete(f"/judgements/{made['id']}", headers=headers).json()["judgements"][0]
        assert taken["undone_by"] == name


def test_the_openapi_document_shows_each_kind_of_decision(client: httpx.Client) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    examples = paths["/judgements"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert {example["value"]["kind"] for example in examples.values()} == {
        "same",
        "different",
        "accept",
        "reject",
        "label",
        "match",
        "mismatch",
    }
    assert {"get", "delete"} <= paths["/judgements/{id}"].keys()
    assert "/review" in client.get("/docs").text
