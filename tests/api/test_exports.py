"""Exports over HTTP: every format, every scope, and what does not go together."""

from __future__ import annotations

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from pyoxigraph import RdfFormat, parse

from kg import vocab
from kg.exports import FORMATS

LEADS = "CONSTRUCT { ?p <https://w3id.org/newsgraph/ontology#leads> ?g } WHERE { ?p <https://w3id.org/newsgraph/ontology#leads> ?g }"


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_what_it_is(client: httpx.Client, form: str) -> None:
    response = client.get("/export", params={"format": form, "entity": "Kestrel Lines"})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(FORMATS[form].media_type.partition(";")[0])
    assert f'.{FORMATS[form].extension}"' in response.headers["content-disposition"]
    assert b"Kestrel Lines" in response.content


def test_other_tools_read_what_is_not_rdf(client: httpx.Client) -> None:
    table = client.get("/export", params={"format": "csv", "table": "claims"}).content
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert {row["stance"] for row in rows} == {"supports", "disputes"}
    lines = client.get("/export", params={"format": "ftm"}).content.splitlines()
    assert {"Person", "Company", "Organization"} & {json.loads(line)["schema"] for line in lines}
    graph = ElementTree.fromstring(client.get("/export", params={"format": "graphml"}).content)
    assert graph.tag == "{http://graphml.graphdrawing.org/xmlns}graphml"


def triples_of(client: httpx.Client, **parameters: object) -> set[str]:
    response = client.get("/export", params={"format": "ntriples", **parameters})
    assert response.status_code == 200, response.text
    return {str(quad.triple) for quad in parse(response.content, RdfFormat.N_TRIPLES)}


def test_a_query_says_what_is_exported(client: httpx.Client) -> None:
    alone = triples_of(client, query=LEADS, provenance="none")
    assert alone
    assert all(str(vocab.leads) in triple for triple in alone)
    assert alone < triples_of(client, query=LEADS, provenance="statements") < triples_of(client, query=LEADS)


def test_a_named_query_says_what_is_exported(client: httpx.Client) -> None:
    parameters = {"named": "leaders-of-group", "argument": "group=Kestrel Lines"}
    found = triples_of(client, **parameters, provenance="none")
    assert any(str(vocab.leads) in triple for triple in found)
    assert found < triples_of(client, named="leaders-of-group", provenance="none")


def test_a_time_says_what_is_exported(client: httpx.Client) -> None:
    early, all_ = triples_of(client, until="2031-04-03"), triples_of(client, since="2031-04-01", until="2031-12-31")
    assert early < all_
    assert not any("The Evening Post" in triple for triple in early)


def test_a_greater_depth_is_more(client: httpx.Client) -> None:
    assert triples_of(client, entity="Port Alder") < triples_of(client, entity="Port Alder", depth=2)


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"query": LEADS, "entity": "x"}, 400),
        ({"query": "ASK { ?s ?p ?o }"}, 400),
        ({"query": "CONSTRUCT {"}, 400),
        ({"query": "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }"}, 400),
        ({"named": "no-such-query"}, 404),
        ({"named": "leaders-of-group", "argument": "group"}, 400),
        ({"argument": "group=x"}, 400),
        ({"depth": "2"}, 400),
        ({"depth": "9", "entity": "x"}, 422),
        ({"since": "yesterday"}, 422),
        ({"provenance": "some"}, 422),
        ({"format": "jsonld", "reifiers": "true"}, 400),
        ({"format": "graphml", "reifiers": "true"}, 400),
    ],
)
def test_what_cannot_be_is_a_problem_document(client: httpx.Client, parameters: dict[str, str], status: int) -> None:
    response = client.get("/export", params=parameters)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


OWN = "http://e.test/own"


@pytest.mark.parametrize("form", FORMATS)
def test_whoever_has_an_export_already_hears_so(client: httpx.Client, form: str) -> None:
    first = client.get("/export", params={"format": form})
    again = client.get("/export", params={"format": form}, headers={"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
    for name in ("etag", "graph-version", "cache-control"):
        assert again.headers[name] == first.headers[name]


EXPORTS: list[dict[str, Any]] = [
    {}, {"format": "nquads"}, {"provenance": "none"}, {"reifiers": "true"}, {"format": "csv"},
    {"format": "csv", "table": "claims"}, {"entity": "Port Alder"}, {"entity": "Port Alder", "depth": "2"},
    {"entity": "Kestrel Lines"}, {"article": "wire/one.txt"}, {"since": "2031-04-03"}, {"until": "2031-04-03"},
    {"query": LEADS}, {"query": f"{LEADS} LIMIT 1"}, {"query": LEADS, "provenance": "none"},
    {"named": "leaders-of-group"}, {"named": "leaders-of-group", "argument": "group=Kestrel Lines"},
]  # fmt: skip


def test_each_export_has_a_tag_of_its_own_that_only_it_is_known_by(client: httpx.Client) -> None:
    tags = [client.get("/export", params=asked).headers["etag"] for asked in EXPORTS]
    assert len(set(tags)) == len(EXPORTS)
    for asked, tag in zip(EXPORTS, tags, strict=True):
        others = ", ".join(other for other in tags if other != tag)
        assert client.get("/export", params=asked, headers={"If-None-Match": others}).status_code == 200
        assert client.get("/export", params=asked, headers={"If-None-Match": f"{others}, {tag}"}).status_code == 304


def test_one_entity_has_one_export_whatever_it_is_called(client: httpx.Client) -> None:
    named = client.get("/export", params={"entity": "Port Alder"})
    iri = client.get("/entities", params={"q": "Port Alder"}).json()["entities"][0]["iri"]
    assert client.get("/export", params={"entity": iri}).headers["etag"] == named.headers["etag"]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?p ?g { ?p <https://w3id.org/newsgraph/ontology#leads> ?g FILTER(NOW() > 0 || RAND() < 2) }",
        'SELECT ?x { ?x <https://w3id.org/newsgraph/ontology#search> "Alder" }',
    ],
    ids=["another answer each time", "a search of the catalogue"],
)
def test_what_a_version_does_not_decide_has_no_tag(client: httpx.Client, query: str) -> None:
    response = client.get("/export", params={"query": query})
    assert (response.status_code, "etag" in response.headers) == (200, False)
    assert client.get("/export", params={"query": query}, headers={"If-None-Match": "*"}).status_code == 200


@pytest.mark.parametrize("asked", [{}, {"entity": "Port Alder"}, {"query": LEADS}], ids=["all", "entity", "query"])
def test_an_export_of_before_a_change_is_not_that_of_after_it(writable: httpx.Client, asked: dict[str, Any]) -> None:
    asked = {"format": "ntriples", **asked}
    before = writable.get("/export", params=asked)
    written = writable.put("/graphs", params={"graph": OWN, "fresh": "1"}, content="<http://e.test/a> a <http://e.test/B> .",
                           headers={"Content-Type": "text/turtle"})  # fmt: skip
    assert written.is_success, written.text
    after = writable.get("/export", params=asked, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert int(after.headers["graph-version"]) > int(before.headers["graph-version"])
    assert after.headers["etag"] != before.headers["etag"]
    writable.delete("/graphs", params={"graph": OWN, "fresh": "1"})


def test_the_data_set_says_how_large_it_is_and_where_its_dumps_are(client: httpx.Client) -> None:
    response = client.get("/.well-known/void", headers={"Accept": "application/n-triples"})
    triples = list(parse(response.content, RdfFormat.N_TRIPLES))
    dumps = [t.object.value for t in triples if t.predicate.value.endswith("#dataDump")]
    assert len(dumps) == 6
    path = dumps[0].partition("/export")[2]
    assert client.get(f"/export{path}").status_code == 200
    sizes = {
        t.subject.value.rpartition("-")[2]: t.object.value for t in triples if t.predicate.value.endswith("#entities")
    }
    assert int(sizes["Article"]) == 4
    assert int(sizes["Person"]) >= 3
