"""Compact nodes: what PyLD makes of each, whatever is in it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld import jsonld

from kg import vocab
from kg.errors import StoreError
from kg.graph.compaction import Compactor, offline
from kg.graph.jsonld import context

COMPACTOR = Compactor(context())
# nothing to the context; its terms; in its namespaces; beside them; like its prefixes, with another meaning
IRIS = st.sampled_from([
    "http://e.org/a", "http://e.org/b#c", "urn:x:y", "_:b0", f"{vocab.KG}leads", f"{vocab.KG}attack", f"{vocab.KG}id",
    f"{vocab.KG}type", f"{vocab.KG}a/b", vocab.KG, f"{vocab.PROV}Entity", f"{vocab.PROV}wasDerivedFrom", vocab.PROV,
    "http://www.w3.org/ns/", "http://www.w3.org/2000/01/rdf-schema#label", "https://schema.org/url", "schemas:x",
])  # fmt: skip
PROPERTIES = st.sampled_from([
    *(vocab.term(name).value for name in vocab.PROPERTIES), vocab.rdfs_label.value, vocab.skos_altLabel.value,
    vocab.rdf_predicate.value, vocab.rdf_object.value, vocab.rdf_type.value, vocab.oa_exact.value, vocab.oa_start.value,
    vocab.schema_url.value, vocab.dcterms_title.value, f"{vocab.KG}id", f"{vocab.PROV}odd", "http://e.org/odd", "urn:x:odd",
])  # fmt: skip
TEXTS = st.text(max_size=6) | st.sampled_from(["7", "true", "http://e.org/a", "en"])
DATATYPES = st.sampled_from([
    f"{vocab.XSD}{name}" for name in ("integer", "decimal", "date", "boolean", "gYear")
] + [f"{vocab.KG}odd", "http://e.org/type"])  # fmt: skip
VALUES = st.one_of(
    st.builds(lambda iri: {"@id": iri}, IRIS),
    st.builds(lambda text: {"@value": text}, TEXTS),
    st.builds(
        lambda text, language: {"@value": text, "@language": language}, TEXTS, st.sampled_from(["en", "de", "en-gb"])
    ),
    st.builds(lambda text, kind: {"@value": text, "@type": kind}, TEXTS, DATATYPES),
    st.builds(lambda number: {"@value": number, "@type": f"{vocab.XSD}integer"}, st.integers(-9, 9)),
    st.builds(lambda truth: {"@value": truth, "@type": f"{vocab.XSD}boolean"}, st.booleans()),
)


@st.composite
def nodes(draw: st.DrawFn) -> dict[str, Any]:
    types = draw(st.lists(IRIS, max_size=3, unique=True))
    said = draw(st.dictionaries(PROPERTIES, st.lists(VALUES, min_size=1, max_size=4), min_size=0 if types else 1))
    return {"@id": draw(IRIS), **({"@type": types} if types else {}), **said}


@settings(max_examples=300, deadline=None)
@given(nodes())
def test_a_node_becomes_what_pyld_makes_of_it(node: dict[str, Any]) -> None:
    (expected,) = jsonld.compact([node], context(), {"graph": True, "documentLoader": offline})["@graph"]
    found = COMPACTOR.compact(node)
    assert found == expected
    assert list(found) == list(expected)


@pytest.mark.parametrize("node", [
    {"@id": "schema:x", f"{vocab.KG}leads": [{"@id": "http://e.org/a"}]},
    {"@id": "http://e.org/a", f"{vocab.KG}leads": [{"@id": "prov:x"}]},
    {"@id": "http://e.org/a", "prov:x": [{"@value": "x"}]},
])  # fmt: skip
def test_what_would_be_read_as_another_iri_is_an_error(node: dict[str, Any]) -> None:
    with pytest.raises(StoreError, match="confused with prefix"):
        COMPACTOR.compact(node)
