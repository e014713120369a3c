"""Articles in, a graph out: the laws that hold whatever the articles and their order."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, Triple

import kg
from kg import vocab
from kg.catalogue import Judgement, JudgementKind
from kg.errors import ArticleError, StoreLocked, UnknownEntity, WorkspaceError
from kg.graph.facts import statement_iri
from kg.pipeline import linking
from kg.resolve import anchors_in
from kg.types import Anchor, Article, Claim, EntityClass, Modality, Phase, Statement, StatementState
from kg.workspace import Workspace
from tests.factory import BASE, World, anchor, article, canonical, facts

Person, Group, Place, Polity = EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY
LAWS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])

ANA, BORIS, KESTREL = "Ana Diaz", "Boris Lund", "Kestrel Lines"
LEADS_HPA = World.sentences[0]
SAID = "and that is what they have said in the town, as it was told to us by those who were there."


def articles_of(contents: Sequence[Sequence[int]]) -> list[Article]:
    """An article for each list of sentence numbers, with a date and one of three publishers."""
    return [
        World.article(
            f"{n}.txt", numbers, published=f"2024-0{n % 9 + 1}-01", publisher=("The Gull", "The Tern", None)[n % 3]
        )
        for n, numbers in enumerate(contents)
    ]


contents = st.lists(
    st.lists(st.integers(0, len(World.sentences) - 1), min_size=1, max_size=4, unique=True), min_size=1, max_size=6
)


def built(articles: Iterable[Article], *, one_by_one: bool = False) -> Workspace:
    workspace = Workspace.open("memory:")
    for batch in [[a] for a in articles] if one_by_one else [list(articles)]:
        workspace.ingest(batch, World.extractor())
    return workspace


def graph_of(articles: Iterable[Article]) -> list[str]:
    with built(articles) as workspace:
        return canonical(workspace.store)


def dump(workspace: Workspace) -> list[str]:
    return sorted(map(str, workspace.store.quads()))


@LAWS
@given(contents, st.randoms(use_true_random=False))
def test_any_order_and_any_batching_give_one_graph(contents: list[list[int]], order: random.Random) -> None:
    articles = articles_of(contents)
    shuffled = order.sample(articles, len(articles))
    with built(shuffled, one_by_one=True) as workspace:
        assert canonical(workspace.store) == graph_of(articles)
        assert workspace.resolve() == 0
        assert canonical(workspace.store) == graph_of(articles)


@LAWS
@given(contents, st.data())
def test_a_deleted_article_leaves_no_trace(contents: list[list[int]], data: st.DataObject) -> None:
    articles = articles_of(contents)
    gone = data.draw(st.sets(st.sampled_from([a.id for a in articles])))
    with built(articles, one_by_one=True) as workspace:
        for article_id in sorted(gone):
            workspace.delete(article_id)
        assert canonical(workspace.store) == graph_of(a for a in articles if a.id not in gone)


@LAWS
@given(contents, contents)
def test_a_changed_article_replaces_what_it_said(old: list[list[int]], new: list[list[int]]) -> None:
    before, after = articles_of(old), articles_of(new)
    with built(before) as workspace:
        report = workspace.ingest(after, World.extractor())
        left = {a.id: a for a in before} | {a.id: a for a in after}
        assert report.added + report.replaced + report.unchanged == len(after)
        assert canonical(workspace.store) == graph_of(left.values())


@LAWS
@given(contents)
def test_statements_are_what_their_claims_make_of_them(contents: list[list[int]]) -> None:
    with built(articles_of(contents)) as workspace:
        found = {s.iri: s for s in workspace.catalogue.statements(lambda s: statement_iri(BASE, s))}
        assert found == brute_force(workspace)


def brute_force(workspace: Workspace) -> dict[NamedNode, StatementState]:
    """Every statement's state, from its claims and the definitions in DESIGN.md 4."""
    catalogue = workspace.catalogue
    groups: dict[Statement, list[tuple[object, ...]]] = defaultdict(list)
    for row in catalogue.articles.rows(limit=1000):
        for claim in catalogue.claims_of(row.id):
            groups[claim.statement].append((claim, row))
    states = {}
    for said, pairs in groups.items():
        supporting = [(c, r) for c, r in pairs if c.supports]
        disputing = [(c, r) for c, r in pairs if not c.supports]
        asserting = [
            (c, r) for c, r in supporting if c.modality in (Modality.STATED, Modality.REPORTED) and c.confidence >= 0.5
        ]
        best = asserting or supporting or disputing
        newest = sorted(
            best,
            key=lambda pair: (-(pair[1].published or 0).toordinal(), -pair[0].confidence, pair[0].phase),  # type: ignore[union-attr]
        )
        days = [r.published for _, r in supporting or disputing if r.published]
        current = [r.published for c, r in asserting if c.phase is Phase.CURRENT and r.published]
        former = [r.published for c, r in asserting if c.phase is Phase.FORMER and r.published]
        over = [day for day in former if not current or day > max(current)]
        known = [c.phase for c, _ in newest if c.phase is not Phase.UNKNOWN]
        iri = statement_iri(BASE, said)
        states[iri] = StatementState(
            iri=iri,
            statement=said,
            asserted=bool(asserting),
            supporting_articles=len({r.id for _, r in supporting}),
            disputing_articles=len({r.id for _, r in disputing}),
            supporting_sources=len({r.source_key for _, r in supporting}),
            disputing_sources=len({r.source_key for _, r in disputing}),
            confidence=max((c.confidence for c, _ in asserting), default=None),
            phase=known[0] if known else Phase.UNKNOWN,
            first_reported=min(days, default=None),
            last_reported=max(days, default=None),
            valid_from=next((c.valid_from for c, _ in newest if c.valid_from), None),
            valid_to=next((c.valid_to for c, _ in newest if c.valid_to), None),
            first_current=min(current, default=None),
            last_current=max(current, default=None),
            reported_over=min(over, default=None),
        )
    return states


@LAWS
@given(contents)
def test_a_rebuild_changes_nothing(contents: list[list[int]]) -> None:
    with built(articles_of(contents)) as workspace:
        before = dump(workspace)
        workspace.rebuild()
        assert dump(workspace) == before  # the very same IRIs
        workspace.rebuild(extractor=World.extractor())
        assert dump(workspace) == before


def test_ingesting_again_changes_nothing_and_extracts_nothing() -> None:
    articles = articles_of([[0, 2], [8]])
    with built(articles) as workspace:
        before, version = dump(workspace), workspace.version
        extractor = World.extractor()
        report = workspace.ingest(articles, extractor)
        assert (report.added, report.replaced, report.unchanged) == (0, 0, 2)
        assert extractor.extracted == []
        assert (dump(workspace), workspace.version) == (before, version)


def test_another_model_reads_the_article_again() -> None:
    articles = articles_of([[0, 2], [8]])
    with built(articles) as workspace:
        report = workspace.ingest(articles, World.extractor(model="fake-2"))
        assert report.replaced == 2
        assert workspace.catalogue.articles.version("0.txt") == (articles[0].digest, "fake-2")


def test_an_article_twice_in_one_run_counts_once() -> None:
    with Workspace.open("memory:") as workspace:
        old, new = World.article("a", [0]), World.article("a", [8])
        report = workspace.ingest([old, new], World.extractor())
        assert (report.added, report.replaced) == (1, 1)
        assert canonical(workspace.store) == graph_of([new])


def test_a_bad_article_is_skipped_and_named() -> None:
    with Workspace.open("memory:") as workspace:
        bad = [ArticleError("x.bin", "binary"), article("", "empty.txt")]
        told: list[tuple[str, str]] = []
        report = workspace.ingest(
            [*bad, World.article("a", [0])],
            World.extractor(),
            progress=lambda name, outcome: told.append((name, outcome)),
        )
        assert report.added == 1
        assert [source for source, _ in report.skipped] == ["x.bin", "empty.txt"]
        assert told == [("x.bin", "skipped"), ("empty.txt", "skipped"), ("a", "added")]


def test_only_what_is_committed_to_is_asserted() -> None:
    with built([World.article("a", [0, 3, 4, 5, 7])]) as workspace:
        assert facts(workspace.store) == {f"{ANA} leads Harbour Pilots' Association"}
        said = {(s.asserted, s.supporting_articles, s.disputing_articles) for s in states_of(workspace)}
        assert said == {(True, 1, 0), (False, 1, 0), (False, 0, 1)}


def states_of(workspace: Workspace) -> list[StatementState]:
    return list(workspace.catalogue.statements(lambda s: statement_iri(BASE, s)))


def state_of(workspace: Workspace) -> StatementState:
    (state,) = states_of(workspace)
    return state


def test_the_threshold_is_inclusive_and_can_be_moved() -> None:
    text = f"Perhaps it is so: Boris Lund leads the firm of Norland, but perhaps not, {SAID}"
    with built([article(text)]) as workspace:
        assert facts(workspace.store) == set()
        workspace.set_threshold(0.3)
        assert facts(workspace.store) == {f"{BORIS} leads Norland"}
        assert state_of(workspace).confidence == 0.3
        workspace.set_threshold(0.31)
        assert facts(workspace.store) == set()


def test_a_denial_elsewhere_does_not_unassert() -> None:
    one = article(f"Boris Lund leads Kestrel Lines, {SAID}", "a.txt", publisher="The Gull")
    two = article(f"Boris Lund does not lead Kestrel Lines, {SAID}", "b.txt", publisher="The Tern")
    with built([one, two]) as workspace:
        state = state_of(workspace)
        assert (state.asserted, state.supporting_sources, state.disputing_sources) == (True, 1, 1)


def test_copies_and_articles_of_one_publisher_are_one_source() -> None:
    wire = f"Boris Lund leads Kestrel Lines, {SAID} " + " ".join(f"The {n} ships were in the port." for n in range(30))
    copies = [
        article(wire, "a.txt", publisher="The Gull"),
        article(f"Lund leads again\n\n{wire}", "b.txt", publisher="The Tern"),
        article(f"Boris Lund leads Kestrel Lines, as The Gull has found out, {SAID}", "c.txt", publisher="The Gull"),
        article(f"Boris Lund leads Kestrel Lines, as the Skua has it, {SAID}", "d.txt", publisher="The Skua"),
    ]
    with built(copies) as workspace:
        state = next(s for s in states_of(workspace) if s.supporting_articles == 4)
        assert state.supporting_sources == 2
        assert workspace.catalogue.articles.copies("a.txt") == ["b.txt"]
        workspace.delete("a.txt")
        state = next(s for s in states_of(workspace) if s.supporting_articles == 3)
        assert state.supporting_sources == 3


def test_the_newest_article_says_how_things_stand() -> None:
    old = article(f"Ana Diaz leads Kestrel Lines, {SAID}", "old.txt", published="2018-01-01")
    new = article(f"Ana Diaz formerly led Kestrel Lines until 2019, {SAID}", "new.txt", published="2020-01-01")
    with built([new, old]) as workspace:
        state = state_of(workspace)
        assert (state.phase, state.valid_to) == (Phase.FORMER, "2019")
        assert [str(state.first_reported), str(state.last_reported)] == ["2018-01-01", "2020-01-01"]


def iri_of(workspace: Workspace, label: str) -> str:
    found = [row.iri.value for row in workspace.catalogue.entities(limit=1000) if row.label == label]
    assert len(found) == 1, found
    return found[0]


def test_an_iri_is_readable_and_kept_while_a_mention_remains() -> None:
    with built(articles_of([[0], [4]])) as workspace:
        iri = iri_of(workspace, ANA)
        assert iri.startswith(f"{BASE}person/ana-diaz-")
        workspace.delete("0.txt")
        assert iri_of(workspace, ANA) == iri
        workspace.ingest(articles_of([[0], [4]]), World.extractor())
        assert iri_of(workspace, ANA) == iri


def test_an_iri_whose_mentions_are_gone_is_retired_and_comes_back() -> None:
    with built(articles_of([[0]])) as workspace:
        iri = iri_of(workspace, ANA)
        workspace.delete("0.txt")
        retired = workspace.catalogue.retired(iri)
        assert retired is not None
        assert retired.successor is None
        workspace.ingest(articles_of([[0]]), World.extractor())
        assert iri_of(workspace, ANA) == iri
        assert workspace.catalogue.retired(iri) is None


def test_a_merged_iri_leads_to_the_one_that_stays() -> None:
    group = article(f"Kestrel Lines is part of the firm of Norland, {SAID}", "group.txt")
    place = article(f"Port Alder lies in the town of Norland, {SAID}", "place.txt")
    polity = article(f"Ana Diaz is a citizen of the state of Norland, {SAID}", "polity.txt")
    with built([group, place], one_by_one=True) as workspace:
        before = {row.iri.value for row in workspace.catalogue.entities() if row.label == "Norland"}
        assert len(before) == 2
        workspace.ingest([polity], World.extractor())
        kept = iri_of(workspace, "Norland")
        assert kept in before
        (merged,) = before - {kept}
        retired = workspace.catalogue.retired(merged)
        assert retired is not None
        assert retired.successor is not None
        assert retired.successor.value == kept
        workspace.delete("polity.txt")
        assert len([row for row in workspace.catalogue.entities() if row.label == "Norland"]) == 2


def test_what_would_move_too_much_at_once_waits_for_the_global_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    articles = articles_of([[0], [2], [2, 9], [1], [9, 10, 11]])
    whole = graph_of(articles)
    monkeypatch.setattr(linking, "MOST_MOVES", 0)
    with built(articles, one_by_one=True) as workspace:
        assert workspace.catalogue.unsettled > 0
        assert canonical(workspace.store) != whole
        workspace.resolve()
        assert workspace.catalogue.unsettled == 0
        assert canonical(workspace.store) == whole


def test_two_people_who_differ_in_a_middle_name_stay_two() -> None:
    with built(articles_of([[0], [1], [12]])) as workspace:
        assert {row.label for row in workspace.catalogue.entities(cls=Person)} == {"Ana Diaz", "Ana Maria Diaz"}


def test_an_acronym_joins_across_articles_only_while_it_is_clear() -> None:
    with built(articles_of([[0], [2]]), one_by_one=True) as workspace:
        assert f"{BORIS} leads Harbour Pilots' Association" in facts(workspace.store)
        workspace.ingest([World.article("other.txt", [1])], World.extractor())
        assert f"{BORIS} leads HPA" in facts(workspace.store)
        workspace.delete("other.txt")
        assert f"{BORIS} leads Harbour Pilots' Association" in facts(workspace.store)


def test_a_same_judgement_joins_and_its_undoing_parts() -> None:
    with built(articles_of([[0], [12]])) as workspace:
        plain = canonical(workspace.store)
        number = workspace.judge(
            Judgement(JudgementKind.SAME, anchor("0.txt", ANA, Person), "me", anchor("1.txt", "Ana Maria Diaz", Person))
        )
        assert len(workspace.catalogue.entities(cls=Person)) == 1
        assert not any("childOf" in fact for fact in facts(workspace.store))  # nobody is their own child
        joined = dump(workspace)
        workspace.rebuild()
        assert dump(workspace) == joined
        workspace.undo(number, author="me")
        assert canonical(workspace.store) == plain


def test_a_different_judgement_parts_what_the_rules_join() -> None:
    with built(articles_of([[0], [8], [4]])) as workspace:
        plain = canonical(workspace.store)
        number = workspace.judge(
            Judgement(JudgementKind.DIFFERENT, anchor("0.txt", ANA, Person), "me", anchor("2.txt", ANA, Person))
        )
        assert len(workspace.catalogue.entities(cls=Person)) == 2
        workspace.undo(number, author="me")
        assert canonical(workspace.store) == plain


def test_a_rejected_claim_counts_for_nothing_and_an_accepted_one_needs_no_score() -> None:
    doubtful = article(f"Perhaps Boris Lund leads Kestrel Lines, {SAID}", "d.txt")
    ends = (anchor("d.txt", BORIS, Person), anchor("d.txt", KESTREL, Group))
    with built([doubtful]) as workspace:
        assert facts(workspace.store) == set()
        accepted = workspace.judge(Judgement(JudgementKind.ACCEPT, ends[0], "me", ends[1], "leads"))
        assert facts(workspace.store) == {f"{BORIS} leads {KESTREL}"}
        assert state_of(workspace).confidence == 1.0
        workspace.judge(Judgement(JudgementKind.REJECT, ends[0], "me", ends[1], "leads"))
        state = state_of(workspace)
        assert (state.asserted, state.supporting_articles, state.supporting_sources) == (False, 0, 0)
        workspace.undo(2, author="me")
        workspace.undo(accepted, author="me")
        assert facts(workspace.store) == set()
        assert state_of(workspace).supporting_articles == 1


def test_a_label_is_what_a_person_says_it_is() -> None:
    with built(articles_of([[4]])) as workspace:
        number = workspace.judge(
            Judgement(JudgementKind.LABEL, anchor("0.txt", KESTREL, Group), "me", label="Kestrel Shipping")
        )
        row = workspace.catalogue.entity(iri_of(workspace, "Kestrel Shipping"))
        assert row is not None
        assert row.altlabels == (KESTREL,)
        workspace.undo(number, author="me")
        assert iri_of(workspace, KESTREL) == row.iri.value


def test_judgements_hold_through_a_new_revision_and_before_their_article_comes() -> None:
    judgement = Judgement(
        JudgementKind.REJECT, anchor("0.txt", ANA, Person), "me", anchor("0.txt", "HPA", Group), "leads"
    )
    same = Judgement(JudgementKind.SAME, anchor("0.txt", ANA, Person), "me", anchor("1.txt", "Ana Maria Diaz", Person))
    with Workspace.open("memory:") as early, built(articles_of([[4], [12]])) as late:
        for workspace in (early, late):
            workspace.judge(same)
            workspace.judge(judgement)
            workspace.ingest(articles_of([[0, 4], [12]]), World.extractor())
        assert canonical(early.store) == canonical(late.store)
        assert len(early.catalogue.entities(cls=Person)) == 1


@pytest.mark.parametrize("seed", range(6))
def test_any_judgements_hold_in_any_order_and_can_be_undone(seed: int) -> None:
    dice = random.Random(seed)
    articles = articles_of([dice.sample(range(len(World.sentences)), 3) for _ in range(5)])
    with built(articles) as plain, Workspace.open("memory:") as early, built(articles) as late:
        judgements = [j for j in (random_judgement(plain, dice) for _ in range(6)) if j is not None]
        for judgement in judgements:
            early.judge(judgement)
            late.judge(judgement)
        for item in dice.sample(articles, len(articles)):
            early.ingest([item], World.extractor())
        late.delete(articles[0].id)
        late.ingest(articles, World.extractor())
        assert canonical(early.store) == canonical(late.store)
        for judgement in early.catalogue.judgements.all():
            early.undo(judgement.id or 0, author="me")
        assert canonical(early.store) == canonical(plain.store)


def random_judgement(workspace: Workspace, dice: random.Random) -> Judgement | None:
    """A decision about two things that may be one, or about a claim, at random."""
    claims = [claim for row in workspace.catalogue.articles.rows() for claim in workspace.catalogue.claims_of(row.id)]
    one, two = dice.choice(claims), dice.choice(claims)
    anchors = {claim.iri: anchors_of(workspace, claim) for claim in (one, two)}
    kind = dice.choice(JudgementKind.ALL)
    left, right = anchors[one.iri][0], anchors[two.iri][0]
    if kind in JudgementKind.CLAIMS:
        left, right = anchors[one.iri]
        return Judgement(kind, left, "me", right, one.statement.predicate.value.rpartition("#")[2])
    if kind == JudgementKind.LABEL:
        return Judgement(kind, left, "me", label=f"Thing {dice.randrange(9)}")
    if kind in JudgementKind.TARGETS:
        how = dice.choice(sorted(vocab.MATCHES)) if kind == JudgementKind.MATCH else None
        return Judgement(kind, left, "me", predicate=how, target=f"https://data.example.org/thing/{dice.randrange(4)}")
    return Judgement(kind, left, "me", right) if left.cls == right.cls else None


def anchors_of(workspace: Workspace, claim: Claim) -> tuple[Anchor, Anchor]:
    """The anchors of a claim's ends."""
    document = workspace.catalogue.articles.document(claim.article_id)
    extraction = workspace.catalogue.articles.extraction(claim.article_id)
    assert document is not None
    assert extraction is not None
    by_span = {m.span: a for m, a in zip(extraction.mentions, anchors_in(document, extraction), strict=True)}
    return by_span[claim.subject_span], by_span[claim.object_span]


def test_contradicting_judgements_leave_things_apart() -> None:
    a, b = anchor("0.txt", ANA, Person), anchor("1.txt", "Ana Maria Diaz", Person)
    with built(articles_of([[0], [12]])) as workspace:
        workspace.judge(Judgement(JudgementKind.DIFFERENT, a, "me", b))
        workspace.judge(Judgement(JudgementKind.SAME, a, "you", b))
        assert len(workspace.catalogue.entities(cls=Person)) == 2


def test_the_users_own_graphs_survive_a_rebuild() -> None:
    with built(articles_of([[0]])) as workspace:
        own = NamedNode("http://example.org/mine")
        workspace.store.replace_graph(own, [Triple(own, NamedNode("http://example.org/p"), Literal("x"))])
        workspace.rebuild()
        assert workspace.store.quads(graph=own) == [Quad(own, NamedNode("http://example.org/p"), Literal("x"), own)]


def test_deleting_what_is_not_there_is_an_error() -> None:
    with Workspace.open("memory:") as workspace, pytest.raises(UnknownEntity, match="no article nowhere"):
        workspace.delete("nowhere")


def test_every_claim_quotes_its_article() -> None:
    with built(articles_of([range(6), range(6, 12), range(12, 18)])) as workspace:
        catalogue = workspace.catalogue
        rows = workspace.store.query(
            "PREFIX oa: <http://www.w3.org/ns/oa#> SELECT ?g ?start ?end ?exact WHERE"
            " { GRAPH ?g { ?s oa:start ?start ; oa:end ?end ; oa:exact ?exact } }"
        ).rows()
        assert len(rows) > 50
        for row in rows:
            document = catalogue.articles.document(row["g"].value.removeprefix(f"{BASE}article/"))  # type: ignore[union-attr]
            assert document is not None
            start, end = int(row["start"].value), int(row["end"].value)  # type: ignore[union-attr]
            assert document.text[start:end] == row["exact"].value  # type: ignore[union-attr]


def test_a_commit_costs_the_same_however_large_the_graph(tmp_path: Path) -> None:
    """Steps of SQLite's engine for one article of common names, against 30 and against 300 others that share them."""
    costs = []
    for others in (30, 300):
        with Workspace.create(tmp_path / str(others)) as workspace:
            fill = [
                World.article(f"{n}.txt", [n, n + 5, n + 11], published="2024-01-01", publisher=f"Paper {n}")
                for n in range(others)
            ]
            # a batch writes each statement's state once, so it does not matter that these are many
            workspace.ingest(fill, World.extractor())
            steps = 0

            def count() -> int:
                nonlocal steps
                steps += 1
                return 0

            for connection in (workspace.catalogue._db, workspace.catalogue._reader):
                connection.set_progress_handler(count, 10)
            workspace.ingest([World.article("new.txt", [0, 4, 8, 13], publisher="Paper new")], World.extractor())
            costs.append(steps)
    assert costs[1] <= 1.5 * costs[0], costs


def test_a_workspace_comes_back_as_it_was(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "w", base="https://example.org/kg/") as workspace:
        workspace.ingest(articles_of([[0], [4]]), World.extractor())
        before = dump(workspace)
        assert any("https://example.org/kg/person/ana-diaz-" in quad for quad in before)
    with Workspace.open(tmp_path / "w") as workspace:
        assert workspace.base == "https://example.org/kg/"
        assert dump(workspace) == before


def test_one_writer_at_a_time_and_readers_beside_it(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "w") as writer:
        writer.ingest(articles_of([[0]]), World.extractor())
        with pytest.raises(StoreLocked):
            Workspace.open(tmp_path / "w")
        writer.snapshot()
        writer.ingest(articles_of([[0], [4]]), World.extractor())
        with Workspace.open(tmp_path / "w", read_only=True) as reader:
            assert facts(reader.store) == {f"{ANA} leads Harbour Pilots' Association"}
            assert reader.snapshot_age_s is not None
            with pytest.raises(WorkspaceError, match="reading only"):
                reader.delete("0.txt")
    with Workspace.open(tmp_path / "w", read_only=True) as reader:
        assert dump(reader) != []
        assert reader.snapshot_age_s is None
        assert reader.catalogue.articles.count() == 2


def test_snapshots_are_made_once_a_version_and_old_ones_go(tmp_path: Path) -> None:
    with Workspace.create(tmp_path / "w") as workspace:
        assert workspace.snapshot() == workspace.snapshot()
        for n in range(5):
            workspace.ingest([World.article(f"{n}.txt", [n])], World.extractor())
            workspace.snapshot()
        assert len(list((tmp_path / "w" / "snapshots").iterdir())) == 3


@pytest.mark.parametrize("base", ["ftp://e.org/", "http://e.org", "http://e.org/ x/", "nonsense"])
def test_a_base_that_cannot_name_things_is_refused(base: str, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError):
        Workspace.create(tmp_path / "w", base=base)


def test_a_directory_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    with pytest.raises(WorkspaceError, match="empty"):
        Workspace.create(tmp_path)
    with pytest.raises(WorkspaceError, match="no workspace") as caught:
        Workspace.open(tmp_path)
    assert caught.value.hint


def test_the_python_api_opens_ingests_asks_and_exports(tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    (folder / "one.txt").write_text(f"Boris Lund leads Kestrel Lines, {SAID}")
    with kg.open(tmp_path / "w", extractor=World.extractor()) as graph:
        assert graph.ingest(folder).added == 1
        rows = graph.query("SELECT ?name WHERE { ?person kg:leads ?group . ?person rdfs:label ?name }")
        assert [row["name"].value for row in rows] == [BORIS]  # type: ignore[index, union-attr]
        assert graph.query("ASK { ?p kg:leads ?g }") is True
        assert len(graph.query("CONSTRUCT WHERE { ?p kg:leads ?g }")) == 1  # type: ignore[arg-type]
        assert graph.search("kestr")[0].label == KESTREL
        graph.export(tmp_path / "graph.ttl")
        graph.export(tmp_path / "graph.jsonld")
    assert "leads" in (tmp_path / "graph.ttl").read_text()
    with kg.open(tmp_path / "w") as graph:
        assert graph.stats()["articles"] == 1
