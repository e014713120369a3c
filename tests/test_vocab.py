"""The vocabulary in Python and the ontology file name the same things, and domains and ranges are the file's."""

from __future__ import annotations

import pytest
from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg import vocab
from kg.errors import OntologyError
from kg.resources import resource
from kg.types import EntityClass, Modality, Phase

OWN = {name: value for name, value in vars(vocab).items() if isinstance(value, NamedNode) and name[0] != "_"}


@pytest.fixture(scope="module")
def ontology() -> set[Triple]:
    return {quad.triple for quad in parse((resource("ontology") / "kg.ttl").read_bytes(), RdfFormat.TURTLE)}


def declared(ontology: set[Triple], *kinds: str) -> set[str]:
    return {
        vocab.local(triple.subject)
        for triple in ontology
        if triple.predicate == vocab.rdf_type
        and isinstance(triple.subject, NamedNode)
        and triple.subject.value.startswith(vocab.KG)
        and vocab.local(triple.object) in kinds
    }


def test_classes_are_those_of_the_ontology(ontology: set[Triple]) -> None:
    assert declared(ontology, "Class") == set(vocab.CLASSES)


def test_properties_are_those_of_the_ontology(ontology: set[Triple]) -> None:
    assert declared(ontology, "ObjectProperty", "DatatypeProperty") == set(vocab.PROPERTIES)


def test_event_types_are_those_of_the_ontology(ontology: set[Triple]) -> None:
    assert declared(ontology, "Concept") == set(vocab.EVENT_TYPES)


def test_each_term_of_ours_has_a_constant_of_its_name() -> None:
    constants = {name for name, node in OWN.items() if node.value.startswith(vocab.KG)}
    assert constants == {*vocab.CLASSES, *vocab.PROPERTIES, "EventTypes", "gazetteer"}
    assert all(OWN[name] == vocab.term(name) for name in constants)


def test_constants_of_other_vocabularies_are_named_prefix_and_local_name() -> None:
    others = {name: node for name, node in OWN.items() if not node.value.startswith(vocab.KG)}
    assert others
    for name, node in others.items():
        prefix, _, local = name.partition("_")
        assert node.value == vocab.PREFIXES[prefix] + local


def test_entity_classes_of_the_ontology_are_those_that_mentions_have() -> None:
    assert {cls.value for cls in EntityClass} - {"Date"} == set(vocab.ENTITY_CLASSES)


@pytest.mark.parametrize("word", [*Modality, *Phase])
def test_shapes_know_every_modality_and_phase(word: str) -> None:
    assert f'"{word}"' in (resource("ontology") / "shapes.ttl").read_text(encoding="utf-8")


P, G, PL, PO, E, D = EntityClass


@pytest.mark.parametrize(
    ("subject", "predicate", "value", "fits"),
    [
        (P, "leads", G, True),
        (P, "leads", PO, True),
        (G, "leads", P, False),
        (P, "leads", PL, False),
        (G, "locatedIn", PL, True),
        (PO, "locatedIn", PO, True),
        (P, "locatedIn", PL, False),
        (E, "involves", PO, True),
        (E, "involves", P, False),
        (E, "startDate", D, True),
        (E, "startDate", PL, False),
        (P, "startDate", D, False),
        (PL, "within", PO, True),
        (PL, "within", G, False),
        (P, "citizenOf", PO, True),
        (P, "citizenOf", G, False),
        (P, "citizenOf", PL, False),
    ],
)
def test_domains_and_ranges_decide_what_fits(
    subject: EntityClass, predicate: str, value: EntityClass, fits: bool
) -> None:
    assert vocab.fits(subject, predicate, value) is fits


@pytest.mark.parametrize("predicate", vocab.PREDICATES)
def test_a_polity_fits_wherever_a_group_or_a_place_does(predicate: str) -> None:
    for classes in (vocab.domain(predicate), vocab.range_(predicate)):
        assert (EntityClass.POLITY in classes) or classes.isdisjoint({EntityClass.GROUP, EntityClass.PLACE})


def test_an_unknown_predicate_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(OntologyError, match="likes") as caught:
        vocab.domain("likes")
    assert "leads" in (caught.value.hint or "")


def test_a_polity_is_stated_to_be_a_group_and_a_place_too() -> None:
    assert [vocab.local(node) for node in vocab.super_classes(PO)] == ["Polity", "Group", "Place"]
    assert vocab.super_classes(P) == (vocab.Person,)
