"""Triples → JSON-LD: compact, with the context of `ontology/context.jsonld`, framed by PyLD.

Framed means: a statement carries its claims, a claim the sentence and the words it rests on, an entity its mentions;
everything else is referred to by id. PyLD looks for reverse properties in all nodes for each node, so it is given one
batch of trees at a time. What no frame reaches (a user's own nodes) follows as it is, so that nothing gets lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from typing import IO, Any

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg import vocab
from kg.errors import OntologyError, StoreError
from kg.graph.compaction import Compactor, Node, offline
from kg.resources import resource

__all__ = ["context", "frame", "write_flat", "write_framed"]

# nodes given to PyLD at once: with fewer its fixed costs count, with more its search for reverse properties
BATCH_NODES = 200

_CANONICAL = {
    vocab.xsd_integer: re.compile(r"0|-?[1-9][0-9]{0,14}"),  # JSON numbers are exact up to 2^53
    vocab.xsd_boolean: re.compile("true|false"),
}
_ABOUT = (vocab.supports.value, vocab.disputes.value)
_DENOTES = vocab.denotes.value
_QUOTES = (vocab.evidence.value, vocab.subjectMention.value, vocab.objectMention.value)
_UPWARDS = {*_ABOUT, _DENOTES}
_OF_PASSAGES = {_DENOTES}
_OF_CLAIMS = {*_ABOUT, *_QUOTES, vocab.prov_wasDerivedFrom.value, vocab.prov_wasGeneratedBy.value}
_LINKS = _OF_PASSAGES | _OF_CLAIMS


@cache
def context() -> Node:
    """The published context: terms for all that the ontology names."""
    document: Node = _read("context.jsonld")["@context"]
    return document


@cache
def frame() -> Node:
    """The published frame, with the context in place."""
    return {**_read("frame.jsonld"), "@context": context()}


def write_framed(subjects: Iterable[tuple[NamedNode | BlankNode, list[Triple]]], out: IO[bytes]) -> None:
    """Write nodes as trees. All of them are held in memory."""
    nodes = {node["@id"]: node for node in (_node(subject, triples) for subject, triples in subjects)}
    trees = _trees(nodes)
    reached = {iri for tree in trees for iri in tree}
    rest = [node for iri, node in nodes.items() if iri not in reached]
    _write(chain(_framed(trees, nodes), map(_compactor().compact, rest)), out, indent=2)


def write_flat(subjects: Iterable[tuple[NamedNode | BlankNode, list[Triple]]], out: IO[bytes]) -> None:
    """Write nodes one after the other, one to a line, however many there are."""
    _write((_compactor().compact(_node(subject, triples)) for subject, triples in subjects), out, indent=None)


def _trees(nodes: dict[str, Node]) -> list[list[str]]:
    """Each root of the frame with all that the frame puts inside it: claims and what they quote, mentions.

    Only nodes of the shape that ours have are framed. A user may use our properties otherwise: PyLD fails on text as the
    value of a reverse property, and follows links inside what it embeds wherever they lead.
    """
    types = {f"{vocab.KG}{name}" for name in frame()["type"]}
    roots, claims, passages = [], [], set()
    for iri, node in nodes.items():
        links = {name for name in node if name[0] != "@" and any("@id" in value for value in node[name])}
        texts = {name for name in _LINKS if any("@id" not in value for value in node.get(name, ()))}
        if not types.isdisjoint(node.get("@type", ())):
            if links.isdisjoint(_UPWARDS) and not texts:
                roots.append(iri)
        elif not texts and links <= _OF_PASSAGES:
            passages.add(iri)
        elif not texts and links <= _OF_CLAIMS:
            claims.append(iri)
    inside: dict[str, list[str]] = {}
    for iri in passages:
        for entity in _targets(nodes[iri], _DENOTES):
            inside.setdefault(entity, []).append(iri)
    for iri in claims:
        quoted = [target for name in _QUOTES for target in _targets(nodes[iri], name) if target in nodes]
        if passages.issuperset(quoted):
            for statement in (target for name in _ABOUT for target in _targets(nodes[iri], name)):
                inside.setdefault(statement, []).extend([iri, *quoted])
    return [list(dict.fromkeys([root, *sorted(inside.get(root, ()))])) for root in roots]


def _targets(node: Node, name: str) -> list[str]:
    return [value["@id"] for value in node.get(name, ())]


def _framed(trees: list[list[str]], nodes: dict[str, Node]) -> Iterator[Node]:
    batch: dict[str, Node] = {}
    roots: list[str] = []
    for tree in trees:
        if roots and len(batch) + len(tree) > BATCH_NODES:
            yield from _frame(batch, roots)
            batch, roots = {}, []
        roots.append(tree[0])
        batch.update((iri, nodes[iri]) for iri in tree)
    if roots:
        yield from _frame(batch, roots)


def _frame(batch: dict[str, Node], roots: list[str]) -> Iterator[Node]:
    from pyld import jsonld

    options = {"omitGraph": False, "documentLoader": offline}
    yield from jsonld.frame(list(batch.values()), {**frame(), "id": roots}, options)["@graph"]


@cache
def _compactor() -> Compactor:
    return Compactor(context())


def _write(nodes: Iterable[Node], out: IO[bytes], *, indent: int | None) -> None:
    head = json.dumps(context(), ensure_ascii=False, separators=(",", ":"))
    out.write(f'{{"@context": {head},\n"@graph": ['.encode())
    for number, node in enumerate(nodes):
        text = json.dumps(node, ensure_ascii=False, indent=indent)
        out.write(f"{',' if number else ''}\n{text}".encode())
    out.write(b"\n]}\n")


def _node(subject: NamedNode | BlankNode, triples: Iterable[Triple]) -> Node:
    """A subject in expanded form, with JSON's own numbers and booleans where nothing is lost."""
    node: Node = {"@id": _id(subject)}
    for triple in triples:
        if triple.predicate == vocab.rdf_type and not isinstance(triple.object, Literal):
            node.setdefault("@type", []).append(_id(triple.object))
        else:
            node.setdefault(triple.predicate.value, []).append(_value(triple.object))
    return node


def _value(term: Any) -> Node:
    if not isinstance(term, Literal):
        return {"@id": _id(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype == vocab.xsd_string:
        return {"@value": term.value}
    pattern = _CANONICAL.get(term.datatype)
    native = pattern is not None and pattern.fullmatch(term.value)
    return {"@value": json.loads(term.value) if native else term.value, "@type": term.datatype.value}


def _id(term: Any) -> str:
    if isinstance(term, NamedNode):
        return term.value
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    raise StoreError("JSON-LD cannot carry triples about triples", hint="export as trig or nquads")


def _read(name: str) -> Node:
    path = resource("ontology") / name
    try:
        document: Node = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise OntologyError(f"{path}: {error}", hint="the file is damaged: install newsgraph again") from error
    return document
