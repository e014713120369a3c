"""Shapes: the golden graph passes, and each shape catches what it is for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import rdflib
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, Triple

from kg import vocab
from kg.errors import UnknownEntity
from kg.graph import check
from kg.graph.check import shacl, violations
from kg.graph.facts import article_iri
from kg.graph.oxigraph import OxigraphStore
from kg.resources import resource
from tests.golden.story import (
    BASE,
    CARLA,
    ELECTION,
    INES,
    LEAGUE,
    MONTEVIDEO,
    PORT,
    RUI,
    STORY,
    TOMAS,
    URUGUAY,
    golden_store,
)

DEFAULT = DefaultGraph()
ODD = NamedNode("http://e.org/odd")
STATED = NamedNode("http://localhost:8000/statement/of-the-gazetteer")


@pytest.fixture(scope="module")
def golden() -> frozenset[Triple]:
    return frozenset(quad.triple for quad in golden_store().quads())


def test_the_golden_graph_conforms(golden: frozenset[Triple]) -> None:
    assert violations(golden) == ()


# One broken graph for each shape: what to take away, what to add, and the word that the message must hold.

Broken = Callable[[frozenset[Triple]], set[Triple]]


def without(golden: frozenset[Triple], subject: NamedNode, *predicates: NamedNode) -> set[Triple]:
    return {triple for triple in golden if triple.subject != subject or triple.predicate not in predicates}


def changed(subject: NamedNode, predicate: NamedNode, *values: NamedNode | Literal | BlankNode) -> Broken:
    """The graph with other values for one property of one subject."""
    return lambda golden: without(golden, subject, predicate) | {Triple(subject, predicate, value) for value in values}


def added(*triples: Triple) -> Broken:
    """The graph with more triples."""
    return lambda golden: {*golden, *triples}


def some(cls: NamedNode, predicate: NamedNode, *values: NamedNode | Literal) -> Broken:
    """The graph with other values for one property of some subject of a class that has it."""

    def broken(golden: frozenset[Triple]) -> set[Triple]:
        of_class = {t.subject for t in golden if t.predicate == vocab.rdf_type and t.object == cls}
        subject = min((t.subject for t in golden if t.predicate == predicate and t.subject in of_class), key=str)
        assert isinstance(subject, NamedNode)
        return changed(subject, predicate, *values)(golden)

    return broken


def fact(subject: NamedNode, predicate: NamedNode, value: NamedNode | Literal) -> Broken:
    """The graph with one more fact and an asserted statement of it, so that only domain and range can be wrong."""
    statement = NamedNode(f"{BASE}statement/more")
    zero = [(name, Literal(0)) for name in (vocab.supportingArticles, vocab.disputingArticles)]
    zero += [(name, Literal(0)) for name in (vocab.supportingSources, vocab.disputingSources)]
    node = [
        (vocab.rdf_type, vocab.Statement), (vocab.rdf_subject, subject), (vocab.rdf_predicate, predicate),
        (vocab.rdf_object, value), (vocab.asserted, Literal(True)), (vocab.phase, Literal("current")), *zero,
    ]  # fmt: skip
    return added(Triple(subject, predicate, value), *(Triple(statement, p, o) for p, o in node))


def decimal(text: str) -> Literal:
    return Literal(text, datatype=vocab.xsd_decimal)


def day(text: str) -> Literal:
    return Literal(text, datatype=vocab.xsd_date)


def over_before_current(golden: frozenset[Triple]) -> set[Triple]:
    """The graph with a statement that was over before it was last current."""
    statement = min((t.subject for t in golden if t.predicate == vocab.lastCurrent), key=str)
    return {*golden, Triple(statement, vocab.reportedOver, day("2001-01-01"))}


def known_from_article(golden: frozenset[Triple]) -> set[Triple]:
    """The graph with a statement that an article is to be the source of, beyond its claims."""
    statement = min((t.subject for t in golden if t.predicate == vocab.asserted), key=str)
    return {*golden, Triple(statement, vocab.prov_hadPrimarySource, ARTICLE)}


PASSAGE = NamedNode(f"{article_iri(BASE, 'courier/deal.txt').value}#char=0,7")  # "Uruguay", in the title
ARTICLE = article_iri(BASE, "courier/deal.txt")
RUN = NamedNode(f"{BASE}run/scripted-1")

ANCHOR = NamedNode(f"{BASE}anchor/one")
JUDGEMENT = (
    Triple(ODD, vocab.rdf_type, vocab.Judgement),
    Triple(ODD, vocab.decision, Literal("label")),
    Triple(ODD, vocab.newLabel, Literal("Ines Duarte")),
    Triple(ODD, vocab.undone, Literal(False)),
    Triple(ODD, vocab.schema_author, Literal("ann")),
    Triple(ODD, vocab.prov_generatedAtTime, Literal("2024-05-01T10:00:00Z", datatype=vocab.xsd_dateTime)),
    Triple(ODD, vocab.judges, INES.iri),
    Triple(ODD, vocab.anchor, ANCHOR),
    Triple(ANCHOR, vocab.rdf_type, vocab.Anchor),
    Triple(ANCHOR, vocab.oa_exact, Literal("Inês Duarte")),
    Triple(ANCHOR, vocab.occurrence, Literal(0)),
    Triple(ANCHOR, vocab.anchorClass, vocab.Person),
    Triple(ANCHOR, vocab.prov_wasDerivedFrom, ARTICLE),
)


def judged(subject: NamedNode, predicate: NamedNode, *values: NamedNode | Literal) -> Broken:
    """The graph with a judgement and its anchor, but with other values for one property of one of them."""
    return lambda golden: changed(subject, predicate, *values)(golden | frozenset(JUDGEMENT))


BROKEN = {
    "Entity: two labels": (added(Triple(INES.iri, vocab.rdfs_label, Literal("Ines", language="en"))), "one label"),
    "Entity: no label": (changed(INES.iri, vocab.rdfs_label), "one label"),
    "Entity: label without language": (changed(INES.iri, vocab.rdfs_label, Literal("Ines")), "one label"),
    "Entity: alternative label without language": (added(Triple(INES.iri, vocab.skos_altLabel, Literal("I"))), "alternative"),
    "Person: also a group": (added(Triple(CARLA.iri, vocab.rdf_type, vocab.Group)), "a person is nothing else"),
    "Polity: not stated to be a group": (changed(URUGUAY.iri, vocab.rdf_type, vocab.Polity, vocab.Place), "also stated"),
    "Place: too far north": (added(Triple(MONTEVIDEO.iri, vocab.wgs84_lat, decimal("97.5"))), "a latitude is"),
    "Place: a longitude of text": (added(Triple(MONTEVIDEO.iri, vocab.wgs84_long, Literal("56 W"))), "a longitude is"),
    "Place: a country by its name": (added(Triple(MONTEVIDEO.iri, vocab.countryCode, Literal("Uruguay"))), "a country code is"),
    "Place: a region without country": (added(Triple(MONTEVIDEO.iri, vocab.regionCode, Literal("MO"))), "a region code is"),
    "Place: grounded without language": (added(Triple(MONTEVIDEO.iri, vocab.groundedBecause, Literal("so"))), "told in words"),
    "Place: matched with text": (added(Triple(MONTEVIDEO.iri, vocab.skos_closeMatch, Literal("3441575"))), "matched with an IRI"),
    "Event: also a place": (added(Triple(ELECTION.iri, vocab.rdf_type, vocab.Place)), "an event is nothing else"),
    "Event: two types": (added(Triple(ELECTION.iri, vocab.eventType, vocab.term("war"))), "at most one type"),
    "Event: a type that is not in the scheme": (changed(ELECTION.iri, vocab.eventType, vocab.Person), "EventTypes"),
    "leads": (fact(INES.iri, vocab.leads, MONTEVIDEO.iri), "kg:leads"),
    "locatedIn": (fact(INES.iri, vocab.locatedIn, MONTEVIDEO.iri), "kg:locatedIn"),
    "involves": (fact(ELECTION.iri, vocab.involves, CARLA.iri), "kg:involves "),
    "involvesPerson": (fact(ELECTION.iri, vocab.involvesPerson, LEAGUE.iri), "kg:involvesPerson"),
    "occurredAt": (fact(ELECTION.iri, vocab.occurredAt, LEAGUE.iri), "kg:occurredAt"),
    "memberOf": (fact(TOMAS.iri, vocab.memberOf, PORT.iri), "kg:memberOf"),
    "foundedBy": (fact(LEAGUE.iri, vocab.foundedBy, URUGUAY.iri), "kg:foundedBy"),
    "partOf": (fact(PORT.iri, vocab.partOf, LEAGUE.iri), "kg:partOf"),
    "within": (fact(MONTEVIDEO.iri, vocab.within, LEAGUE.iri), "kg:within"),
    "childOf": (fact(INES.iri, vocab.childOf, LEAGUE.iri), "kg:childOf"),
    "spouseOf": (fact(LEAGUE.iri, vocab.spouseOf, TOMAS.iri), "kg:spouseOf"),
    "citizenOf": (fact(INES.iri, vocab.citizenOf, MONTEVIDEO.iri), "kg:citizenOf"),
    "startDate": (fact(ELECTION.iri, vocab.startDate, Literal("in spring")), "kg:startDate"),
    "endDate": (fact(INES.iri, vocab.endDate, day("2024-01-01")), "kg:endDate"),
    "Fact: no statement": (added(Triple(CARLA.iri, vocab.leads, LEAGUE.iri)), "only beside"),
    "Statement: known from an article": (known_from_article, "known from the gazetteer"),
    "Statement: no subject": (some(vocab.Statement, vocab.rdf_subject), "one subject"),
    "Statement: a predicate of others": (some(vocab.Statement, vocab.rdf_predicate, ODD), "one predicate"),
    "Statement: no object": (some(vocab.Statement, vocab.rdf_object), "one object"),
    "Statement: neither asserted nor not": (some(vocab.Statement, vocab.asserted), "asserted or not"),
    **{
        f"Statement: {name} below zero": (some(vocab.Statement, vocab.term(name), Literal(-1)), name)
        for name in ("supportingArticles", "disputingArticles", "supportingSources", "disputingSources")
    },
    "Statement: confidence above one": (some(vocab.Statement, vocab.confidence, decimal("1.1")), "confidence"),
    "Statement: an unknown phase": (some(vocab.Statement, vocab.phase, Literal("soon")), "phase"),
    "Statement: first report after the last": (some(vocab.Statement, vocab.firstReported, day("2030-01-01")), "first report"),
    "Statement: last report not a day": (some(vocab.Statement, vocab.lastReported, Literal("2024")), "last report"),
    "Statement: first current after the last": (some(vocab.Statement, vocab.firstCurrent, day("2030-01-01")), "first report as current"),
    "Statement: current after it is over": (over_before_current, "last report as current"),
    "Statement: over in words": (some(vocab.Statement, vocab.reportedOver, Literal("May")), "that it is over is a day"),
    "Statement: valid from words": (some(vocab.Statement, vocab.validFrom, Literal("May")), "valid from"),
    "Statement: valid to words": (some(vocab.Statement, vocab.validTo, Literal("May")), "valid to"),
    "Asserted: no triple": (lambda golden: golden - {Triple(INES.iri, vocab.leads, LEAGUE.iri)}, "is also a triple"),
    "NotAsserted: a triple": (added(Triple(TOMAS.iri, vocab.leads, LEAGUE.iri)), "is no triple"),
    "Claim: about nothing": (some(vocab.Claim, vocab.supports), "supports or disputes"),
    "Claim: no confidence": (some(vocab.Claim, vocab.confidence), "confidence"),
    "Claim: an unknown modality": (some(vocab.Claim, vocab.modality, Literal("sung")), "modality"),
    "Claim: an unknown phase": (some(vocab.Claim, vocab.phase, Literal("soon")), "phase"),
    "Claim: attributed to an IRI": (some(vocab.Claim, vocab.attributedTo, TOMAS.iri), "who says so"),
    "Claim: no sentence": (some(vocab.Claim, vocab.evidence), "one sentence"),
    "Claim: no subject": (some(vocab.Claim, vocab.subjectMention), "its subject"),
    "Claim: no object": (some(vocab.Claim, vocab.objectMention), "its object"),
    "Claim: from no article": (some(vocab.Claim, vocab.prov_wasDerivedFrom, TOMAS.iri), "one article"),
    "Claim: from no run": (some(vocab.Claim, vocab.prov_wasGeneratedBy), "one run"),
    "Claim: valid from words": (some(vocab.Claim, vocab.validFrom, Literal("May")), "valid from"),
    "Claim: valid to words": (some(vocab.Claim, vocab.validTo, Literal("May")), "valid to"),
    "Article: no id": (changed(ARTICLE, vocab.dcterms_identifier), "one id"),
    "Article: a title without language": (changed(ARTICLE, vocab.dcterms_title, Literal("x")), "title"),
    "Article: two publishers": (changed(ARTICLE, vocab.schema_publisher, Literal("a"), Literal("b")), "publisher"),
    "Article: published in a year": (changed(ARTICLE, vocab.schema_datePublished, Literal("2024")), "one day"),
    "Article: a hash of another kind": (added(Triple(ARTICLE, vocab.digest, Literal("abc"))), "one hash"),
    "Article: a copy of words": (added(Triple(ARTICLE, vocab.copyOf, Literal("a wire"))), "copy of one"),
    "Passage: nothing quoted": (changed(PASSAGE, vocab.oa_exact), "is quoted"),
    "Passage: ends before it starts": (changed(PASSAGE, vocab.oa_start, Literal(9)), "starts before"),
    "Passage: no end": (changed(PASSAGE, vocab.oa_end), "ends somewhere"),
    "PassageOffsets: a quote of another length": (changed(PASSAGE, vocab.oa_exact, Literal("Urugua")), "as long as"),
    "Mention: of nothing": (changed(PASSAGE, vocab.denotes), "denotes an entity"),
    "Mention: of an article": (changed(PASSAGE, vocab.denotes, ARTICLE), "denotes an entity"),
    "Mention: of an unknown kind": (changed(PASSAGE, vocab.mentionKind, Literal("hint")), "name, nominal"),
    "Run: no model": (changed(RUN, vocab.model), "names its model"),
    "Judgement: an unknown decision": (judged(ODD, vocab.decision, Literal("maybe")), "judgement decides"),
    "Judgement: undone in words": (judged(ODD, vocab.undone, Literal("no")), "undone or not"),
    "Judgement: on no anchor": (judged(ODD, vocab.anchor), "hangs on an anchor"),
    "Judgement: compared with a claim": (judged(ODD, vocab.otherAnchor, RUN), "at most one other anchor"),
    "Judgement: by nobody": (judged(ODD, vocab.schema_author), "has an author"),
    "Judgement: at no time": (judged(ODD, vocab.prov_generatedAtTime), "at one time"),
    "Judgement: about words": (judged(ODD, vocab.judges, Literal("it")), "about entities or claims"),
    "Judgement: about a record in words": (judged(ODD, vocab.target, Literal("Q42")), "thing of another data set"),
    "JudgementParts: a label without one": (judged(ODD, vocab.newLabel), "has its parts"),
    "JudgementParts: undone by nobody": (judged(ODD, vocab.undone, Literal(True)), "has its parts"),
    "Anchor: without text": (judged(ANCHOR, vocab.oa_exact), "quotes its text"),
    "Anchor: occurrence below zero": (judged(ANCHOR, vocab.occurrence, Literal(-1)), "n-th occurrence"),
    "Anchor: of a class that nothing has": (judged(ANCHOR, vocab.anchorClass, vocab.Run), "of one class"),
    "Anchor: in no article": (judged(ANCHOR, vocab.prov_wasDerivedFrom), "lies in one article"),
}  # fmt: skip


@pytest.mark.parametrize(("broken", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_each_shape_catches_what_it_is_for(golden: frozenset[Triple], broken: Broken, message: str) -> None:
    graph = broken(golden)
    changed_nodes = {triple.subject for triple in golden ^ graph}
    focus = changed_nodes | {triple.subject for triple in graph if triple.object in changed_nodes}
    # only what these touch, whole nodes two links far: pySHACL takes seconds for the whole
    reach: set[object] = set(focus)
    for _ in range(2):
        reach |= {triple.object for triple in graph if triple.subject in reach}
    found = violations(triple for triple in graph if triple.subject in reach)
    wanted = {node.value for node in focus if isinstance(node, NamedNode)}
    assert any(message in one.message and one.focus in wanted for one in found)


def test_a_judgement_and_its_anchor_conform() -> None:
    assert violations([*JUDGEMENT, Triple(ARTICLE, vocab.rdfs_comment, Literal("x"))]) == ()


def test_every_shape_has_a_broken_example() -> None:
    shapes = rdflib.Graph().parse(resource("ontology") / "shapes.ttl")
    kind = rdflib.URIRef("http://www.w3.org/ns/shacl#NodeShape")
    names = {str(shape).rpartition("#")[2] for shape in shapes.subjects(rdflib.RDF.type, kind)}
    assert names == {example.partition(":")[0] for example in BROKEN}


def test_every_message_of_the_shapes_is_seen() -> None:
    shapes = rdflib.Graph().parse(resource("ontology") / "shapes.ttl")
    messages = {str(text) for text in shapes.objects(None, rdflib.URIRef("http://www.w3.org/ns/shacl#message"))}
    expected = [message for _, message in BROKEN.values()]
    assert [text for text in messages if not any(part in text for part in expected)] == []


# whole stores


def test_a_store_is_checked_article_by_article(monkeypatch: pytest.MonkeyPatch) -> None:
    store = golden_store()
    seen: list[int] = []
    real = violations
    monkeypatch.setattr(check, "TRIPLES_PER_RUN", 1)
    monkeypatch.setattr(check, "violations", lambda triples: (seen.append(len(triples)), real(triples))[1])
    assert shacl(store) == ()
    assert len(seen) == len(STORY)


def test_a_wrong_claim_is_found_in_its_article_and_in_the_whole() -> None:
    store = golden_store()
    graph = article_iri(BASE, "courier/deal.txt")
    (claim, *_) = sorted((quad.subject for quad in store.quads(None, vocab.rdf_type, vocab.Claim, graph)), key=str)
    store.update(f"DELETE WHERE {{ GRAPH {graph} {{ {claim} {vocab.modality} ?m }} }}")
    (found,) = shacl(store, article=graph)
    assert (found.focus, found.path) == (claim.value, vocab.modality.value)
    assert shacl(store) == (found,)
    assert shacl(store, article=article_iri(BASE, "wire/strike.txt")) == ()


def test_a_fact_without_a_statement_is_found_in_the_whole() -> None:
    store = golden_store()
    store.update(f"INSERT DATA {{ {CARLA.iri} {vocab.childOf} {RUI.iri} }}")
    (found,) = shacl(store)
    assert (found.focus, found.path, found.value) == (CARLA.iri.value, vocab.childOf.value, RUI.iri.value)


def test_an_asserted_statement_without_its_triple_is_found_though_no_article_speaks_of_it() -> None:
    store = golden_store()
    assert not any(store.quads(None, verb, STATED) for verb in (vocab.supports, vocab.disputes))
    parts = ((vocab.rdf_type, vocab.Statement), (vocab.asserted, Literal("true", datatype=vocab.xsd_boolean)),
             (vocab.rdf_subject, MONTEVIDEO.iri), (vocab.rdf_predicate, vocab.within), (vocab.rdf_object, URUGUAY.iri),
             (vocab.prov_hadPrimarySource, vocab.gazetteer))  # fmt: skip
    for predicate, value in parts:
        store.update(f"INSERT DATA {{ {STATED} {predicate} {value} }}")
    fact = f"{MONTEVIDEO.iri} {vocab.within} {URUGUAY.iri}"
    store.update(f"INSERT DATA {{ {fact} }}")
    assert shacl(store) == ()
    store.update(f"DELETE DATA {{ {fact} }}")
    found = [one for one in shacl(store) if one.focus == STATED.value]
    assert [(one.message, one.value) for one in found] == [
        ("an asserted statement is also a triple of the graph", URUGUAY.iri.value)
    ]


def test_a_statement_that_no_claim_speaks_of_is_found_in_the_whole() -> None:
    store = golden_store()
    store.clear_graph(article_iri(BASE, "wire/strike.txt"))
    found = shacl(store)
    assert {one.message for one in found} == {"some claim supports or disputes each statement"}
    assert len(found) == 7


def test_a_store_without_articles_conforms() -> None:
    store = OxigraphStore.in_memory()
    store.replace_graph(NamedNode("http://e.org/mine"), [Triple(ODD, vocab.rdf_type, vocab.Claim)])
    assert shacl(store) == ()


def test_an_unknown_article_is_an_error() -> None:
    with pytest.raises(UnknownEntity, match="nowhere"):
        shacl(golden_store(), article=NamedNode("http://e.org/nowhere"))


def test_violations_hold_quads_from_any_graph_together() -> None:
    quad = Quad(INES.iri, vocab.rdfs_label, Literal("x", language="en"), DEFAULT)
    assert violations([quad.triple]) == ()
