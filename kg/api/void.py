"""Descriptions for programs: the SPARQL service description of the endpoint, and the VoID description of the data set.

https://www.w3.org/TR/sparql11-service-description/ and https://www.w3.org/TR/void/. No blank nodes, as everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode, RdfFormat, Triple, serialize

from kg import vocab
from kg.api.negotiation import SOLUTIONS, TRIPLES, Offer
from kg.graph.export import FORMATS as RDF_FORMATS

if TYPE_CHECKING:
    from kg.api.service import Service

__all__ = ["service_description", "void_description"]

SD = "http://www.w3.org/ns/sparql-service-description#"
VOID = "http://rdfs.org/ns/void#"
FORMATS = "http://www.w3.org/ns/formats/"
INPUT_FORMATS = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")  # of /graphs
FORMAT_NAMES = {
    "srj": "SPARQL_Results_JSON", "srx": "SPARQL_Results_XML", "csv": "SPARQL_Results_CSV", "tsv": "SPARQL_Results_TSV",
    "ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples", "rdf": "RDF_XML",
}  # fmt: skip


def service_description(base: str, offer: Offer) -> bytes:
    """The description of /sparql in the format of an offer."""
    return _written(_service(base), offer)


def void_description(service: Service, offer: Offer) -> bytes:
    """The description of the data set in the format of an offer."""
    return _written(_data_set(service), offer)


def _written(triples: Iterator[Triple], offer: Offer) -> bytes:
    form = RdfFormat.from_media_type(offer.media_type)
    assert form is not None, offer
    prefixes = {**vocab.PREFIXES, "sd": SD, "void": VOID}
    written = serialize(triples, format=form, prefixes=None if form == RdfFormat.JSON_LD else prefixes)
    assert written is not None
    return written


def _service(base: str) -> Iterator[Triple]:
    endpoint = NamedNode(f"{base}sparql")
    yield Triple(endpoint, vocab.rdf_type, NamedNode(SD + "Service"))
    yield Triple(endpoint, NamedNode(SD + "endpoint"), endpoint)
    for language in ("SPARQL10Query", "SPARQL11Query", "SPARQL11Update"):
        yield Triple(endpoint, NamedNode(SD + "supportedLanguage"), NamedNode(SD + language))
    for form in INPUT_FORMATS:
        yield Triple(endpoint, NamedNode(SD + "inputFormat"), NamedNode(FORMATS + form))
    for offer in (*SOLUTIONS, *TRIPLES):
        yield Triple(endpoint, NamedNode(SD + "resultFormat"), NamedNode(FORMATS + FORMAT_NAMES[offer.extension]))
    data_set, graph = NamedNode(f"{endpoint.value}#dataset"), NamedNode(f"{endpoint.value}#default-graph")
    yield Triple(endpoint, NamedNode(SD + "defaultDataset"), data_set)
    yield Triple(data_set, vocab.rdf_type, NamedNode(SD + "Dataset"))
    yield Triple(data_set, NamedNode(SD + "defaultGraph"), graph)
    yield Triple(graph, vocab.rdf_type, NamedNode(SD + "Graph"))


def _data_set(service: Service) -> Iterator[Triple]:
    base = service.workspace.base
    node = NamedNode(f"{base}.well-known/void#dataset")
    counts = service.counts()
    yield Triple(node, vocab.rdf_type, NamedNode(VOID + "Dataset"))
    yield Triple(
        node, vocab.dcterms_title, Literal("A Newsgraph: what news articles say, with the sentences", language="en")
    )
    yield Triple(node, NamedNode(VOID + "sparqlEndpoint"), NamedNode(f"{base}sparql"))
    yield Triple(node, NamedNode(VOID + "uriSpace"), Literal(base))
    yield Triple(node, NamedNode(VOID + "vocabulary"), NamedNode(vocab.KG))
    yield Triple(node, NamedNode(VOID + "entities"), Literal(sum(counts[name] for name in vocab.ENTITY_CLASSES)))
    yield Triple(node, NamedNode(VOID + "documents"), Literal(counts["articles"]))
    yield Triple(node, NamedNode(VOID + "triples"), Literal(service.quads()))
    yield Triple(node, NamedNode(VOID + "rootResource"), NamedNode(f"{base}entities"))
    for name in RDF_FORMATS:
        yield Triple(node, NamedNode(VOID + "dataDump"), NamedNode(f"{base}export?format={name}"))
    for offer in TRIPLES:  # in which everything that has an address answers
        yield Triple(node, NamedNode(VOID + "feature"), NamedNode(FORMATS + FORMAT_NAMES[offer.extension]))
    yield Triple(node, NamedNode(f"{vocab.RDFS}seeAlso"), NamedNode(f"{base}changes.atom"))
    sizes = {name: counts[name] for name in vocab.ENTITY_CLASSES}
    sizes |= {"Article": counts["articles"], "Statement": counts["statements"], "Claim": counts["claims"]}
    for name, size in sizes.items():
        part = NamedNode(f"{node.value}-{name}")
        yield Triple(node, NamedNode(VOID + "classPartition"), part)
        yield Triple(part, NamedNode(VOID + "class"), vocab.term(name))
        yield Triple(part, NamedNode(VOID + "entities"), Literal(size))
