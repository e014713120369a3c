"""The W3C's tests of the SPARQL Protocol, the Graph Store Protocol and the Service Description, over HTTP.

They run where KG_TEST_SUITES says where the suite is; tests/api holds cases of our own for the same clauses.
"""

from __future__ import annotations

import json

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg.api.negotiation import SOLUTIONS, TRIPLES
from tests.suites.manifest import VARIABLE, Exchange, ProtocolTest, read_tests, suite
from tests.suites.service import Response, ServiceUnderTest, canonical

PROTOCOL = read_tests("protocol/manifest.ttl")
GRAPH_STORE = read_tests("graph-store-protocol/manifest-direct.ttl", "graph-store-protocol/manifest-indirect.ttl")
DESCRIPTION = read_tests("service-description/manifest.ttl")
WANTED = {"protocol": (PROTOCOL, 34), "graph store": (GRAPH_STORE, 13), "service description": (DESCRIPTION, 3)}

# Tests that write the default graph, or all graphs at once: in a workspace these are not the user's to write.
MANAGED = frozenset(
    {"put_get_default", "update_post_form", "update_post_direct", "update_dataset_default_graph"}
    | {"update_dataset_default_graphs", "update_dataset_named_graphs", "update_dataset_full"}
)
PATHS = (("/sparql/", "/sparql"), ("/gsp", "/graphs"))
JSON, XML = (offer.media_type for offer in SOLUTIONS[:2])
FORMS = {
    "boolean": {JSON, XML},
    "tabular": {offer.media_type for offer in SOLUTIONS},
    "RDF": {offer.media_type for offer in TRIPLES},
}
SD = "http://www.w3.org/ns/sparql-service-description#"

needs_suite = pytest.mark.skipif(suite() is None, reason=f"{VARIABLE} does not say where the W3C's rdf-tests are")


@needs_suite
@pytest.mark.parametrize("part", WANTED)
def test_no_test_of_the_suite_is_passed_over(part: str) -> None:
    found, count = WANTED[part]
    assert len(found) == count


@needs_suite
@pytest.mark.parametrize("test", PROTOCOL + GRAPH_STORE, ids=lambda test: test.name)
def test_an_ordinary_store_conforms(plain: ServiceUnderTest, test: ProtocolTest) -> None:
    _run(plain, test)


@needs_suite
@pytest.mark.parametrize("test", [t for t in PROTOCOL + GRAPH_STORE if t.name not in MANAGED], ids=lambda t: t.name)
def test_the_graphs_of_its_users_in_a_workspace_conform(workspace: ServiceUnderTest, test: ProtocolTest) -> None:
    _run(workspace, test)


@needs_suite
@pytest.mark.parametrize("test", [t for t in PROTOCOL + GRAPH_STORE if t.name in MANAGED], ids=lambda t: t.name)
def test_a_workspace_keeps_its_managed_graphs(workspace: ServiceUnderTest, test: ProtocolTest) -> None:
    first = test.exchanges[0]
    assert workspace.send(first.method, _path(first.path), dict(first.headers), first.body).status == 403


@needs_suite
@pytest.mark.parametrize("test", DESCRIPTION, ids=lambda test: test.name)
@pytest.mark.parametrize("kind", ["plain", "workspace"])
def test_a_service_describes_itself(request: pytest.FixtureRequest, kind: str, test: ProtocolTest) -> None:
    service: ServiceUnderTest = request.getfixturevalue(kind)
    triples = _description(service)
    if test.name == "has-endpoint-triple":
        assert [t.object for t in triples if t.predicate.value == f"{SD}endpoint"] == [
            NamedNode(f"{service.url}sparql")
        ]
    elif test.name == "conforms-to-schema":
        _check_schema(triples)
    else:
        assert test.name == "returns-rdf"
        assert triples


def _run(service: ServiceUnderTest, test: ProtocolTest) -> None:
    service.reset()
    for graph, triples in test.data:
        service.put(graph, triples)
    known: dict[str, str] = {}
    for exchange in test.exchanges:
        path = _path(exchange.path)
        for name, value in known.items():
            path = path.replace(name, value)
        response = service.send(exchange.method, path, dict(exchange.headers), exchange.body)
        _compare(exchange, response)
        if exchange.location is not None:
            known[exchange.location] = response.headers["location"]


def _path(path: str) -> str:
    for theirs, ours in PATHS:
        if path.startswith(theirs):
            return ours + path.removeprefix(theirs)
    return path


def _compare(exchange: Exchange, response: Response) -> None:
    status = str(response.status)
    assert {status, f"{status[0]}xx"} & exchange.statuses, (exchange, response)
    if exchange.boolean is not None:
        assert str(json.loads(response.body)["boolean"]).lower() == exchange.boolean
    if exchange.form is not None:
        assert response.media_type in FORMS[exchange.form]
    for name, value in exchange.response_headers:
        assert response.headers[name.lower()] == value
    if exchange.graph is not None:
        assert canonical(response.body) == canonical(exchange.graph.encode())


def _description(service: ServiceUnderTest) -> set[Triple]:
    """What GET on the endpoint gives, which has to be the same in every format."""
    found = []
    for offer in TRIPLES:
        response = service.send("GET", "/sparql", {"Accept": offer.media_type})
        assert (response.status, response.media_type) == (200, offer.media_type)
        form = RdfFormat.from_media_type(offer.media_type)
        found.append({quad.triple for quad in parse(response.body, form)})
    assert all(triples == found[0] for triples in found)
    return found[0]


# The vocabulary of the Service Description that we use: property → class of its subject, class of its object.
SCHEMA = {
    "endpoint": ("Service", None),
    "supportedLanguage": ("Service", "Language"),
    "resultFormat": ("Service", None),
    "inputFormat": ("Service", None),
    "defaultDataset": ("Service", "Dataset"),
    "defaultGraph": ("Dataset", "Graph"),
}
LANGUAGES = {SD + name for name in ("SPARQL10Query", "SPARQL11Query", "SPARQL11Update")}


def _check_schema(triples: set[Triple]) -> None:
    """Domains, ranges and terms of https://www.w3.org/TR/sparql11-service-description/, section 3."""
    rdf_type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
    classes = {(t.subject, t.object) for t in triples if t.predicate.value == rdf_type}
    assert len([thing for thing, cls in classes if cls == NamedNode(f"{SD}Service")]) == 1
    for triple in triples:
        name = triple.predicate.value.removeprefix(SD)
        if name == triple.predicate.value:
            continue
        domain, range_ = SCHEMA[name]
        assert (triple.subject, NamedNode(SD + domain)) in classes
        if range_ == "Language":
            assert triple.object in map(NamedNode, LANGUAGES)
        elif range_ is not None:
            assert (triple.object, NamedNode(SD + range_)) in classes
