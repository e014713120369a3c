"""The ontology files hold what every term needs, and rdflib reads them."""

from __future__ import annotations

import json

import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SKOS

from kg import vocab
from kg.graph.jsonld import context, frame
from kg.resources import resource

KG = rdflib.Namespace(vocab.KG)
FOLDER = resource("ontology")


@pytest.fixture(scope="module")
def ontology() -> rdflib.Graph:
    return rdflib.Graph().parse(FOLDER / "kg.ttl")


def test_rdflib_reads_the_shapes() -> None:
    shapes = rdflib.Graph().parse(FOLDER / "shapes.ttl")
    assert set(shapes.subjects(RDF.type, rdflib.URIRef("http://www.w3.org/ns/shacl#NodeShape")))


def test_the_ontology_has_no_blank_nodes(ontology: rdflib.Graph) -> None:
    assert not [node for node in ontology.all_nodes() if isinstance(node, rdflib.BNode)]


@pytest.mark.parametrize("name", [*vocab.CLASSES, *vocab.PROPERTIES])
def test_each_term_has_a_label_and_a_comment_in_english(ontology: rdflib.Graph, name: str) -> None:
    for predicate in (RDFS.label, RDFS.comment):
        (text,) = ontology.objects(KG[name], predicate)
        assert isinstance(text, rdflib.Literal)
        assert text.language == "en"
        assert len(text) > 1


@pytest.mark.parametrize("name", vocab.CLASSES)
def test_each_class_is_aligned_with_another_vocabulary(ontology: rdflib.Graph, name: str) -> None:
    above = set(ontology.transitive_objects(KG[name], RDFS.subClassOf))
    assert [node for node in above if not str(node).startswith(vocab.KG)]


@pytest.mark.parametrize("name", vocab.PREDICATES)
def test_each_fact_predicate_is_aligned_with_another_vocabulary(ontology: rdflib.Graph, name: str) -> None:
    assert set(ontology.objects(KG[name], RDFS.subPropertyOf)) | set(ontology.objects(KG[name], SKOS.closeMatch))


@pytest.mark.parametrize("name", vocab.PROPERTIES)
def test_each_property_says_what_it_relates(ontology: rdflib.Graph, name: str) -> None:
    includes = {RDFS.domain: "domainIncludes", RDFS.range: "rangeIncludes"}
    for predicate, several in includes.items():
        assert ontology.value(KG[name], predicate) or ontology.value(KG[name], rdflib.URIRef(vocab.SCHEMA + several))


@pytest.mark.parametrize("name", vocab.EVENT_TYPES)
def test_each_event_type_is_a_defined_concept_of_the_scheme(ontology: rdflib.Graph, name: str) -> None:
    concept = KG[name]
    assert (concept, SKOS.inScheme, KG.EventTypes) in ontology
    assert ontology.value(concept, SKOS.prefLabel)
    assert ontology.value(concept, SKOS.definition)
    assert ontology.value(concept, SKOS.broader) or (concept, SKOS.topConceptOf, KG.EventTypes) in ontology


# as published: ACLED's event and sub-event types, CAMEO's codes (without its ", not specified below")
ACLED = {
    "Abduction/forced disappearance", "Agreement", "Air/drone strike", "Armed clash", "Arrests", "Attack", "Battles",
    "Change to group/activity", "Explosions/Remote violence", "Government regains territory",
    "Looting/property destruction", "Non-state actor overtakes territory", "Non-violent transfer of territory",
    "Protests", "Riots", "Suicide bomb", "Violence against civilians",
}  # fmt: skip
CAMEO = {
    "04": "Consult", "042": "Make a visit", "046": "Engage in negotiation", "057": "Sign formal agreement",
    "0871": "Declare truce, ceasefire", "0874": "Retreat or surrender militarily", "115": "Bring lawsuit against",
    "14": "Protest", "143": "Conduct strike or boycott", "145": "Protest violently, riot",
    "163": "Impose embargo, boycott, or sanctions", "171": "Seize or damage property",
    "173": "Arrest, detain, or charge with legal action", "174": "Expel or deport individuals", "18": "Assault",
    "181": "Abduct, hijack, or take hostage", "183": "Conduct suicide, car, or other non-military bombing",
    "186": "Assassinate", "19": "Fight", "190": "Use conventional military force", "192": "Occupy territory",
}  # fmt: skip
MATCHES = (SKOS.closeMatch, SKOS.narrowMatch, SKOS.relatedMatch)


def matched(ontology: rdflib.Graph, scheme: str) -> set[rdflib.term.Node]:
    """The concepts of another scheme that event types match."""
    return {
        node for name in vocab.EVENT_TYPES for kind in MATCHES for node in ontology.objects(KG[name], kind)
        if str(node).startswith(f"https://w3id.org/newsgraph/{scheme}#")
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["acled", "cameo"])
def test_event_types_match_just_the_concepts_that_stand_for_the_other_scheme(
    ontology: rdflib.Graph, scheme: str
) -> None:
    concepts = set(ontology.subjects(SKOS.inScheme, rdflib.URIRef(f"https://w3id.org/newsgraph/{scheme}")))
    assert matched(ontology, scheme) == concepts


def test_acled_types_have_their_published_names(ontology: rdflib.Graph) -> None:
    assert {str(ontology.value(node, SKOS.prefLabel)) for node in matched(ontology, "acled")} == ACLED


def test_cameo_codes_have_their_published_names(ontology: rdflib.Graph) -> None:
    nodes = matched(ontology, "cameo")
    assert all(str(node).endswith(f"#{ontology.value(node, SKOS.notation)}") for node in nodes)
    assert {str(ontology.value(n, SKOS.notation)): str(ontology.value(n, SKOS.prefLabel)) for n in nodes} == CAMEO


def test_only_containment_is_transitive_and_only_marriage_symmetric(ontology: rdflib.Graph) -> None:
    assert set(ontology.subjects(RDF.type, OWL.TransitiveProperty)) == {KG.within}
    assert set(ontology.subjects(RDF.type, OWL.SymmetricProperty)) == {KG.spouseOf}


def test_the_context_names_every_class_and_property_by_its_own_name() -> None:
    from pyld import jsonld

    names = [*vocab.PROPERTIES, *vocab.CLASSES]
    document = {"@context": context(), "@id": "http://e.org/a", "type": names, **dict.fromkeys(vocab.PROPERTIES, "x:y")}
    (node,) = jsonld.expand(document)
    assert {vocab.KG + name for name in vocab.PROPERTIES} <= node.keys()
    assert node["@type"] == [vocab.KG + name for name in names]


def test_the_frame_is_framed_with_the_published_context() -> None:
    assert json.loads((FOLDER / "frame.jsonld").read_bytes())["@context"] == "context.jsonld"
    assert frame()["@context"] == context()
