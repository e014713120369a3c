"""A service under test, spoken to byte for byte: an HTTP client library would mend what the tests break."""

from __future__ import annotations

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

from pyoxigraph import CanonicalizationAlgorithm, Dataset, Quad, RdfFormat, parse

KEY = "the key of the protocol tests"


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]


class ServiceUnderTest:
    """A running service. `all_graphs` says whether every graph may be written."""

    def __init__(self, url: str, *, all_graphs: bool) -> None:
        self.url = url
        self.all_graphs = all_graphs

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Response:
        """Send one request, with the key."""
        parts = urlsplit(self.url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            for name, value in {"Authorization": f"Bearer {KEY}", **(headers or {})}.items():
                connection.putheader(name, value)
            if body or method in ("POST", "PUT"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            got = connection.getresponse()
            return Response(got.status, {k.lower(): v for k, v in got.getheaders()}, got.read())
        finally:
            connection.close()

    def put(self, graph: str, triples: bytes) -> None:
        """Make a named graph."""
        path = f"/graphs?graph={quote(graph, safe='')}"
        assert self.send("PUT", path, {"Content-Type": "application/n-triples"}, triples).status in (201, 204)

    def reset(self) -> None:
        """Remove all graphs that may be removed."""
        if self.all_graphs:
            answer = self.send("POST", "/sparql", {"Content-Type": "application/sparql-update"}, b"DROP ALL")
            assert answer.status == 204, answer
            return
        query = quote("SELECT DISTINCT ?g { GRAPH ?g {} }")
        answer = self.send("GET", f"/sparql?query={query}&fresh=1", {"Accept": "application/sparql-results+json"})
        for row in json.loads(answer.body)["results"]["bindings"]:
            path = f"/graphs?graph={quote(row['g']['value'], safe='')}&fresh=0"
            assert self.send("DELETE", path).status in (204, 403)


def canonical(turtle: bytes) -> set[Quad]:
    """The triples of a document, with blank nodes named by what hangs on them."""
    found = Dataset(parse(turtle, RdfFormat.TURTLE, base_iri="http://base.example/"))
    found.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return set(found)
