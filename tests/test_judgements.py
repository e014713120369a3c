"""People's decisions: the graph shows them all as RDF, they survive what happens to it, and contradictions are named."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse

from kg import vocab
from kg.catalogue import Judgement, JudgementKind
from kg.errors import ResolutionError, StoreError
from kg.graph.check import shacl
from kg.graph.facts import judgements_graph
from kg.graph.judgements import anchor_iri, judgement_iri
from kg.types import Anchor, EntityClass
from kg.workspace import Workspace
from tests.factory import BASE, Failing, World, anchor, article, canonical

Person, Group, Place = EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE
ANA, MARIA, KESTREL = "Ana Diaz", "Ana Maria Diaz", "Kestrel Lines"
GRAPH = judgements_graph(BASE)
WHEN = datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)

ANA_0, ANA_1, MARIA_1 = anchor("0.txt", ANA, Person), anchor("1.txt", ANA, Person), anchor("1.txt", MARIA, Person)
SAME = Judgement(JudgementKind.SAME, ANA_0, "me", MARIA_1, time=WHEN, reason='she writes it "so"\nherself')
DIFFERENT = Judgement(JudgementKind.DIFFERENT, ANA_0, "me", ANA_1, time=WHEN)
REJECT = Judgement(JudgementKind.REJECT, ANA_0, "me", anchor("0.txt", KESTREL, Group), "leads", time=WHEN)
ACCEPT = Judgement(JudgementKind.ACCEPT, ANA_0, "me", anchor("0.txt", KESTREL, Group), "leads", time=WHEN)
LABEL = Judgement(JudgementKind.LABEL, anchor("0.txt", KESTREL, Group), "me", label="Kestrel Shipping", time=WHEN)
MATCH = Judgement(
    JudgementKind.MATCH, ANA_0, "me", predicate="exactMatch", target="http://www.wikidata.org/entity/Q1", time=WHEN
)
MISMATCH = Judgement(JudgementKind.MISMATCH, ANA_0, "me", target="http://www.wikidata.org/entity/Q2", time=WHEN)
DATED = Judgement(
    JudgementKind.ACCEPT, anchor("2.txt", "attacked", EntityClass.EVENT), "me",
    anchor("2.txt", "2024-03-01", EntityClass.DATE), "startDate", time=WHEN,
)  # fmt: skip
KINDS = [pytest.param(j, id=i) for j, i in ((SAME, "same"), (DIFFERENT, "different"), (REJECT, "reject"),
                                            (ACCEPT, "accept"), (LABEL, "label"), (DATED, "date"),
                                            (MATCH, "match"), (MISMATCH, "mismatch"))]  # fmt: skip

ARTICLES = [World.article("0.txt", [4, 0]), World.article("1.txt", [12, 1]), World.article("2.txt", [13, 8])]


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Workspace.open("memory:") as opened:
        opened.ingest(ARTICLES, World.extractor())
        yield opened


def shown(workspace: Workspace, number: int) -> dict[str, set[str]]:
    """What the graph says of a judgement: local name of the property → values."""
    found: dict[str, set[str]] = {}
    for quad in workspace.store.quads(judgement_iri(BASE, number), None, None, GRAPH):
        found.setdefault(vocab.local(quad.predicate), set()).add(getattr(quad.object, "value", ""))
    return found


def entities(workspace: Workspace, *labels: str) -> set[str]:
    return {row.iri.value for row in workspace.catalogue.entities(limit=1000) if row.label in labels}


def claims(workspace: Workspace, article_id: str, predicate: str) -> set[str]:
    found = workspace.catalogue.claims_of(article_id)
    return {claim.iri.value for claim in found if claim.statement.predicate == vocab.term(predicate)}


@pytest.mark.parametrize("judgement", KINDS)
def test_the_graph_shows_each_kind_whole(workspace: Workspace, judgement: Judgement) -> None:
    found = shown(workspace, workspace.judge(judgement))
    judges = found.pop("judges")
    expected = {
        "type": {vocab.Judgement.value},
        "decision": {judgement.kind},
        "anchor": {anchor_iri(BASE, judgement.anchor).value},
        "author": {"me"},
        "generatedAtTime": {"2024-05-06T07:08:09Z"},
        "undone": {"false"},
    }
    if judgement.other:
        expected["otherAnchor"] = {anchor_iri(BASE, judgement.other).value}
    if judgement.predicate:
        expected["predicate"] = {(vocab.SKOS if judgement.kind == "match" else vocab.KG) + judgement.predicate}
    if judgement.target:
        expected["target"] = {judgement.target}
    if judgement.label:
        expected["newLabel"] = {judgement.label}
    if judgement.reason:
        expected["comment"] = {judgement.reason}
    assert found == expected
    if judgement.kind in JudgementKind.CLAIMS:
        assert len(judges) == 1
        (claim,) = judges
        assert workspace.catalogue.claim(claim) is not None
        assert claim in claims(workspace, judgement.anchor.article, judgement.predicate or "")
    else:
        parted = judgement.kind == JudgementKind.DIFFERENT
        assert len(judges) == (2 if parted else 1)
        assert judges <= entities(workspace, ANA, MARIA, "Kestrel Shipping")
    assert shacl(workspace.store) == ()


def test_an_anchor_says_where_it_lies(workspace: Workspace) -> None:
    workspace.judge(REJECT)
    node = anchor_iri(BASE, ANA_0)
    assert {(quad.predicate, quad.object) for quad in workspace.store.quads(node, None, None, GRAPH)} == {
        (vocab.rdf_type, vocab.Anchor),
        (vocab.prov_wasDerivedFrom, NamedNode(f"{BASE}article/0.txt")),
        (vocab.oa_exact, Literal(ANA)),
        (vocab.anchorClass, vocab.Person),
        (vocab.occurrence, Literal(0)),
    }


def test_an_undone_judgement_stays_in_sight(workspace: Workspace) -> None:
    number = workspace.judge(SAME)
    workspace.undo(number, author="you")
    found = shown(workspace, number)
    assert (found["undone"], found["undoneBy"]) == ({"true"}, {"you"})
    assert len(found["invalidatedAtTime"]) == 1
    assert found["judges"] == entities(workspace, ANA, MARIA)  # they are two again
    assert shacl(workspace.store) == ()


def test_what_a_judgement_is_about_follows_the_articles(workspace: Workspace) -> None:
    number, label = workspace.judge(REJECT), workspace.judge(LABEL)
    (claim,) = shown(workspace, number)["judges"]
    workspace.delete("0.txt")
    assert "judges" not in shown(workspace, number)
    assert "judges" not in shown(workspace, label)
    workspace.ingest([World.article("0.txt", [2, 4])], World.extractor())  # the claim stands elsewhere now
    (moved,) = shown(workspace, number)["judges"]
    assert moved != claim
    assert shown(workspace, label)["judges"] == entities(workspace, "Kestrel Shipping")


def test_what_a_judgement_is_about_follows_a_merge_by_another_article() -> None:
    said = "as it was told to us in the town by those who were there and who have seen it."
    group = article(f"Kestrel Lines is part of the firm of Norland, {said}", "group.txt")
    place = article(f"Port Alder lies in the town of Norland, {said}", "place.txt")
    polity = article(f"Ana Diaz is a citizen of the state of Norland, {said}", "polity.txt")
    with Workspace.open("memory:") as workspace:
        for item in (group, place):
            workspace.ingest([item], World.extractor())
        numbers = [
            workspace.judge(Judgement(JudgementKind.LABEL, anchor(*at), "me", label="Nordland"))
            for at in (("group.txt", "Norland", Group), ("place.txt", "Norland", Place))
        ]
        assert len({iri for number in numbers for iri in shown(workspace, number)["judges"]}) == 2
        workspace.ingest([polity], World.extractor())
        assert [shown(workspace, number)["judges"] for number in numbers] == [entities(workspace, "Nordland")] * 2


def test_a_judgement_on_what_never_came_is_shown_too() -> None:
    with Workspace.open("memory:") as workspace:
        number = workspace.judge(SAME)
        assert "judges" not in shown(workspace, number)
        assert shacl(workspace.store) == ()
        workspace.ingest(ARTICLES, World.extractor())
        assert shown(workspace, number)["judges"] == entities(workspace, ANA, MARIA)


def test_a_rebuild_writes_judgements_again(workspace: Workspace) -> None:
    numbers = [workspace.judge(judgement) for judgement in (SAME, LABEL, REJECT, DIFFERENT)]
    workspace.undo(numbers[0], author="you")
    before = sorted(map(str, workspace.store.quads()))
    stale = Triple(judgement_iri(BASE, 99), vocab.decision, Literal("nothing that the catalogue knows"))
    workspace.store.replace_graph(GRAPH, [stale])
    workspace.rebuild()
    assert sorted(map(str, workspace.store.quads())) == before


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("action", ["judge", "undo", "rebuild"])
def test_judgements_are_completed_after_a_failure(tmp_path: Path, action: str, after: bool) -> None:
    with Workspace.create(tmp_path / "w") as workspace, Workspace.open("memory:") as model:
        for one in (workspace, model):
            one.ingest(ARTICLES, World.extractor())
            for judgement in (SAME, LABEL):
                one.judge(judgement)
        real = workspace.store
        workspace.store = Failing(real, 2 if action == "rebuild" else 1, after=after)  # type: ignore[assignment]
        with pytest.raises(StoreError):
            act(workspace, action)
        act(model, action)
    with Workspace.open(tmp_path / "w") as workspace, Workspace.open("memory:") as model:
        model.ingest(ARTICLES, World.extractor())
        for judgement in workspace.catalogue.judgements.all():
            model.judge(judgement)
        for number in (1, 2, 3):
            if (found := workspace.catalogue.judgements.get(number)) is not None and found.undone_by:
                model.undo(number, author=found.undone_by)
        assert canonical(workspace.store) == canonical(model.store)
        states = [shown(workspace, number) | {"invalidatedAtTime": set()} for number in (1, 2, 3)]
        assert states == [shown(model, number) | {"invalidatedAtTime": set()} for number in (1, 2, 3)]
        assert len(workspace.catalogue.judgements.all()) == (3 if action == "judge" else 2)


def act(workspace: Workspace, action: str) -> None:
    match action:
        case "judge":
            workspace.judge(REJECT)
        case "undo":
            workspace.undo(1, author="you")
        case _:
            workspace.rebuild()


@pytest.mark.parametrize("form", ["trig", "nquads", "turtle", "ntriples", "rdfxml"])
def test_exports_hold_the_judgements(workspace: Workspace, form: str) -> None:
    number = workspace.judge(SAME)
    out = io.BytesIO()
    workspace.export(form, out)
    media = {"trig": RdfFormat.TRIG, "nquads": RdfFormat.N_QUADS, "turtle": RdfFormat.TURTLE,
             "ntriples": RdfFormat.N_TRIPLES, "rdfxml": RdfFormat.RDF_XML}  # fmt: skip
    exported = set(parse(out.getvalue(), format=media[form]))
    graph = GRAPH if form in ("trig", "nquads") else None
    stored = workspace.store.quads(None, None, None, GRAPH)
    assert {Quad(q.subject, q.predicate, q.object, *([graph] if graph else [])) for q in stored} <= exported
    without = io.BytesIO()
    workspace.export(form, without, provenance=False)
    assert judgement_iri(BASE, number).value.encode() not in without.getvalue()


def test_a_judgement_in_json_ld_reads_well(workspace: Workspace) -> None:
    import json

    number = workspace.judge(SAME)
    out = io.BytesIO()
    workspace.export("jsonld", out)
    nodes = {node["id"]: node for node in json.loads(out.getvalue())["@graph"]}
    node = nodes[judgement_iri(BASE, number).value]
    assert (node["type"], node["decision"], node["author"]) == ("Judgement", "same", ["me"])
    assert (node["undone"], node["madeAt"]) == (False, "2024-05-06T07:08:09Z")
    assert set(node["judges"]) == entities(workspace, ANA, MARIA)
    assert nodes[node["anchor"]]["anchorClass"] == "Person"
    assert nodes[node["anchor"]]["article"] == f"{BASE}article/0.txt"


@pytest.mark.parametrize(
    ("predicate", "value", "message"),
    [
        (vocab.decision, Literal("perhaps"), "decides"),
        (vocab.undone, Literal(True), "undone"),
        (vocab.schema_author, Literal("another"), "author"),
        (vocab.newLabel, Literal("Ana"), "parts"),
        (vocab.anchor, NamedNode(f"{BASE}anchor/nowhere"), "anchor"),
    ],
    ids=["decision", "undone", "author", "label", "anchor"],
)
def test_shapes_reject_a_broken_judgement(
    workspace: Workspace, predicate: NamedNode, value: NamedNode | Literal, message: str
) -> None:
    node = judgement_iri(BASE, workspace.judge(SAME))
    workspace.store.update(f"INSERT DATA {{ GRAPH {GRAPH} {{ {node} {predicate} {value} }} }}")
    assert any(message in violation.message for violation in shacl(workspace.store))


def test_contradicting_judgements_are_listed_with_what_forbids_them() -> None:
    a, b, c = (anchor(f"{n}.txt", name, Person) for n, name in enumerate((ANA, "Boris Lund", MARIA)))
    articles = [World.article("0.txt", [4]), World.article("1.txt", [5]), World.article("2.txt", [1])]
    with Workspace.open("memory:") as workspace:
        workspace.ingest(articles, World.extractor())
        first = workspace.judge(Judgement(JudgementKind.SAME, a, "me", b))
        second = workspace.judge(Judgement(JudgementKind.SAME, b, "me", c))
        assert workspace.catalogue.contradictions() == []
        assert len(workspace.catalogue.entities(cls=Person)) == 1
        forbidding = workspace.judge(Judgement(JudgementKind.DIFFERENT, a, "you", c))
        (found,) = workspace.catalogue.contradictions()
        assert found.against is not None
        assert (found.judgement.id, found.against.id) == (second, forbidding)
        assert len(workspace.catalogue.entities(cls=Person)) == 2
        plain = canonical(workspace.store)
        workspace.rebuild()
        assert canonical(workspace.store) == plain
        assert [one.judgement.id for one in workspace.catalogue.contradictions()] == [second]
        workspace.delete("0.txt")  # its anchor is carried by nothing, so nothing is forbidden
        assert workspace.catalogue.contradictions() == []
        workspace.ingest(articles, World.extractor())
        assert [one.judgement.id for one in workspace.catalogue.contradictions()] == [second]
        workspace.undo(first, author="me")
        assert workspace.catalogue.contradictions() == []
        assert len(workspace.catalogue.entities(cls=Person)) == 2


def test_one_thing_of_an_article_cannot_be_judged_two(workspace: Workspace) -> None:
    text = (
        "Ana Diaz leads Kestrel Lines. Ana Diaz formerly led the firm of Norland, as everyone in the town knows well."
    )
    with Workspace.open("memory:") as workspace:
        workspace.ingest([article(text, "0.txt"), World.article("1.txt", [0])], World.extractor())
        before = canonical(workspace.store)
        number = workspace.judge(Judgement(JudgementKind.DIFFERENT, ANA_0, "me", anchor("0.txt", ANA, Person, 1)))
        (found,) = workspace.catalogue.contradictions()
        assert (found.judgement.id, found.against) == (number, None)
        assert canonical(workspace.store) == before


@pytest.mark.parametrize(
    "judgement",
    [
        Judgement(JudgementKind.REJECT, ANA_0, "me", anchor("1.txt", KESTREL, Group), "leads"),
        Judgement(JudgementKind.SAME, ANA_0, "me", anchor("0.txt", KESTREL, Group)),
        Judgement(JudgementKind.SAME, ANA_0, "me"),
        Judgement(JudgementKind.LABEL, ANA_0, "me", label=" "),
        Judgement("perhaps", ANA_0, "me", ANA_1),
        Judgement(JudgementKind.SAME, ANA_0, " ", ANA_1),
    ],
    ids=["a claim of two articles", "a person and a group", "one anchor", "no label", "no kind", "no author"],
)
def test_a_judgement_that_cannot_be_meant_is_refused(workspace: Workspace, judgement: Judgement) -> None:
    with pytest.raises(ResolutionError):
        workspace.judge(judgement)
    assert workspace.store.quads(None, None, None, GRAPH) == []
    assert workspace.catalogue.judgements.all() == []


def test_an_anchor_is_named_by_all_its_parts() -> None:
    parts = [Anchor("a", "b", "Person", 0), Anchor("ab", "", "Person", 0), Anchor("a", "b", "Group", 0)]
    assert len({anchor_iri(BASE, one).value for one in [*parts, Anchor("a", "b", "Person", 1)]}) == 4
