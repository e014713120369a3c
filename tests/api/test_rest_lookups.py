"""Look-ups and search over HTTP: filters, cursors, fields, timeline, paths, batches, kg:search, and their errors."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.api.test_rest import slug_of


@pytest.fixture(scope="module")
def kestrel(client: httpx.Client) -> str:
    return f"/entities/{slug_of(client, 'Kestrel Lines')}"


def test_filters_narrow_relations_and_their_total(client: httpx.Client, kestrel: str) -> None:
    parameters = {"predicate": ["leads", "partOf"], "direction": "in", "modality": "alleged"}
    answer = client.get(f"{kestrel}/relations", params=parameters).json()
    assert [r["subject_label"] for r in answer["relations"]] == ["Ana Diaz"]
    assert answer["total"] == 1


@pytest.mark.parametrize("sort", ["-sources", "last_reported", "-confidence", "label"])
def test_sorted_pages_have_no_gaps(client: httpx.Client, kestrel: str, sort: str) -> None:
    whole = client.get(f"{kestrel}/relations", params={"sort": sort}).json()["relations"]
    pages, cursor = [], None
    while True:
        parameters = {"sort": sort, "limit": 3, **({"cursor": cursor} if cursor else {})}
        page = client.get(f"{kestrel}/relations", params=parameters).json()
        pages += page["relations"]
        if (cursor := page["next"]) is None:
            break
    assert pages == whole


def test_fields_name_what_comes_back(client: httpx.Client, kestrel: str) -> None:
    fields = "predicate,claims.sentence.exact,claims.publisher"
    (relation, *_) = client.get(f"{kestrel}/relations", params={"fields": fields}).json()["relations"]
    assert relation.keys() == {"predicate", "claims"}
    assert relation["claims"][0].keys() == {"sentence", "publisher"}
    assert relation["claims"][0]["sentence"].keys() == {"exact"}
    evidence = client.get(f"{kestrel}/evidence", params={"fields": "claim.iri"}).json()["evidence"]
    assert evidence[0].keys() == {"claim"}


def test_facets_count_what_the_list_shows(client: httpx.Client, kestrel: str) -> None:
    answer = client.get(f"{kestrel}/facets").json()
    total = client.get(f"{kestrel}/relations").json()["total"]
    assert (
        answer["total"]
        == sum(answer["facets"]["predicate"].values())
        == sum(answer["facets"]["class"].values())
        == total
    )
    narrowed = client.get(f"{kestrel}/facets", params={"asserted": "true"}).json()["facets"]
    assert narrowed["asserted"] == {"true": 6}


def test_a_statement_and_a_claim_answer_for_themselves(client: httpx.Client, kestrel: str) -> None:
    relation = client.get(f"{kestrel}/relations", params={"limit": 1}).json()["relations"][0]
    statement = relation["statement"].rpartition("/")[2]
    assert client.get(f"/statements/{statement}").json() == relation
    evidence = client.get(f"/statements/{statement}/evidence").json()
    assert {one["claim"]["iri"] for one in evidence["evidence"]} == {claim["iri"] for claim in relation["claims"]}
    claim = evidence["evidence"][0]["claim"]["iri"].rpartition("/")[2]
    assert client.get(f"/claims/{claim}").json() == evidence["evidence"][0]


def test_a_timeline_is_in_order_of_time(client: httpx.Client, kestrel: str) -> None:
    entries = client.get(f"{kestrel}/timeline", params={"asserted": "true"}).json()["entries"]
    days = [entry["start"] or entry["end"] for entry in entries]
    assert days == sorted(days)
    newest = client.get(f"{kestrel}/timeline", params={"asserted": "true", "newest-first": "true"}).json()["entries"]
    assert newest == entries[::-1]


def test_neighbours_and_co_mentions_are_told_apart(client: httpx.Client, kestrel: str) -> None:
    around = client.get(f"{kestrel}/neighbourhood", params={"depth": 2}).json()
    assert around["entities"][0]["distance"] == 0
    named = client.get(f"{kestrel}/co-mentions", params={"limit": 1}).json()
    rest = client.get(f"{kestrel}/co-mentions", params={"cursor": named["next"]}).json()
    listed = [one["entity"]["slug"] for one in (*named["entities"], *rest["entities"])]
    assert len(listed) == len(set(listed))
    assert any(one["relations"] == 0 for one in rest["entities"])


def test_paths_are_found_by_name_with_evidence(client: httpx.Client) -> None:
    answer = client.get("/paths", params={"from": "Ana Diaz", "to": "Port Alder"}).json()
    assert answer["paths"][0]["length"] == 2
    assert all(step["relations"][0]["claims"] for path in answer["paths"] for step in path["steps"])
    longer = client.get(
        "/paths", params={"from": "Ana Diaz", "to": "Port Alder", "all": "true", "avoid": "Polity"}
    ).json()
    assert [path["length"] for path in longer["paths"]] == sorted(path["length"] for path in longer["paths"])
    assert not any(e["type"] == "Polity" for path in longer["paths"] for e in path["entities"])


def test_many_entities_are_looked_up_at_once(client: httpx.Client) -> None:
    answers = client.post("/entities/lookup", json={"entities": ["Kestrel Lines", "Ana", "nobody"]}).json()["answers"]
    assert [answer["status"] for answer in answers] == ["found", "ambiguous", "unknown"]
    assert client.post("/entities/lookup", json={"entities": ["x"] * 201}).status_code == 422


def test_a_search_finds_names_articles_and_sentences(client: httpx.Client) -> None:
    answer = client.get("/search", params={"q": "kestrel ships"}).json()
    (sentence, *_) = answer["sentences"]
    marked = [sentence["sentence"]["exact"][start:end] for start, end in sentence["highlights"]]
    assert marked == ["Kestrel", "ships"]
    assert answer["totals"] == {"entity": 0, "article": 2, "sentence": 2}
    assert client.get(sentence["article"].replace("http://localhost:8000", "")).status_code == 200


def test_a_search_suggests_what_may_have_been_meant(client: httpx.Client) -> None:
    answer = client.get("/search", params={"q": "Kestrl Lines"}).json()
    assert answer["entities"][0]["similar"] is True
    assert "Kestrel Lines" in answer["suggestions"]


def test_one_kind_of_result_can_be_paged_through(client: httpx.Client) -> None:
    parameters = {"q": "kestrel", "kind": "sentence"}
    whole = client.get("/search", params={**parameters, "limit": 100}).json()["sentences"]
    first = client.get("/search", params={**parameters, "limit": 4}).json()
    rest = client.get("/search", params={**parameters, "limit": 100, "cursor": first["next"]}).json()
    assert first["sentences"] + rest["sentences"] == whole
    assert client.get("/search", params={"q": "kestrel", "cursor": first["next"]}).status_code == 400


def test_sparql_searches_names_articles_and_sentences(client: httpx.Client) -> None:
    query = """PREFIX kg: <https://w3id.org/newsgraph/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    SELECT DISTINCT ?what { { ?x kg:search "kestrel" ; rdfs:label ?what } UNION
      { ?x kg:search "ships" ; a kg:Article BIND("article" AS ?what) } UNION
      { GRAPH ?g { ?x kg:search "ships" . ?claim kg:evidence ?x BIND("claim" AS ?what) } } }"""
    answer = client.post("/sparql", data={"query": query}, headers={"Accept": "text/csv"})
    assert sorted(answer.text.split("\r\n")[1:-1]) == ["Kestrel Lines", "article", "claim"]
    assert answer.headers["search-version"] == answer.headers["graph-version"]
    unchanged = client.get("/sparql", params={"query": query}, headers={"If-None-Match": answer.headers["etag"]})
    assert unchanged.status_code in (200, 304)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/entities/{}/relations?sort=nonsense", 400),
        ("/entities/{}/relations?direction=up", 400),
        ("/entities/{}/relations?type=Robot", 400),
        ("/entities/{}/relations?since=May", 400),
        ("/entities/{}/relations?cursor=x", 400),
        ("/entities/{}/relations?fields=claims.nothing", 400),
        ("/entities/{}/relations?min-confidence=2", 422),
        ("/entities/{}/neighbourhood?depth=3", 422),
        ("/entities/nobody/timeline", 404),
        ("/statements/0", 404),
        ("/statements/0/evidence", 404),
        ("/claims/0", 404),
        ("/paths?from=Ana&to=Boris Lund", 409),
        ("/paths?from=Ana Diaz&to=nobody", 404),
        ("/paths?from=Ana Diaz&to=Ana Diaz", 400),
        ("/search", 422),
        ("/search?q=x&kind=poem", 422),
        ("/sparql?query=PREFIX kg: <https://w3id.org/newsgraph/ontology%23> ASK { ?x kg:search ?y }", 400),
    ],
)
def test_what_cannot_be_looked_up_gets_a_problem_document(
    client: httpx.Client, kestrel: str, path: str, status: int
) -> None:
    response = client.get(path.format(kestrel.rpartition("/")[2]) if "{}" in path else path)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")
    assert response.json()["status"] == status


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/entities/{}/relations?min_sources=2", "min-sources is meant?"),
        ("/entities/{}/evidence?publishr=x", "publisher is meant?"),
        ("/entities/{}?colour=red", "it takes none"),
        ("/entities?name=Ana", "it takes q, type, limit, cursor"),
        ("/paths?from=Ana Diaz&to=Boris Lund&maxlength=2", "max-length is meant?"),
        ("/search?q=x&untill=2031", "until is meant?"),
        ("/articles?offset=3", "it takes limit, cursor"),
    ],
)
def test_a_parameter_that_a_route_does_not_have_is_named(
    client: httpx.Client, kestrel: str, path: str, hint: str
) -> None:
    response = client.get(path.format(kestrel.rpartition("/")[2]))
    assert (response.status_code, response.json()["hint"]) == (400, hint)
    assert response.json()["type"].endswith("/parameter-error")


def test_a_link_that_others_have_hung_things_on_still_opens_for_people(client: httpx.Client) -> None:
    page = client.get("/entities?type=Person&fbclid=x", headers={"Accept": "text/html"})
    assert page.status_code == 200


def test_what_was_merged_redirects_to_the_same_lookup(writable: httpx.Client, folder: Path) -> None:
    lund, diaz = slug_of(writable, "Boris Lund"), slug_of(writable, "Ana Maria Diaz")
    decided = writable.post("/judgements", json={"kind": "same", "entity": lund, "other": diaz})
    assert decided.status_code == 201
    gone, left = (lund, diaz) if writable.get(f"/entities/{lund}").status_code == 308 else (diaz, lund)
    response = writable.get(f"/entities/{gone}/facets?asserted=true")
    assert (response.status_code, response.headers["location"]) == (308, f"/entities/{left}/facets?asserted=true")
    writable.delete("/judgements/last")


def test_an_update_cannot_search(writable: httpx.Client) -> None:
    update = (
        "PREFIX kg: <https://w3id.org/newsgraph/ontology#>"
        'INSERT { GRAPH <http://e.org/g> { ?x a <http://e.org/Hit> } } WHERE { ?x kg:search "kestrel" }'
    )
    response = writable.post("/sparql", data={"update": update})
    assert response.status_code == 400
    assert "kg:search" in response.json()["detail"]
