"""A withdrawn article leaves nothing behind but that it was there: in the graph, in the words to search, in any table."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.catalogue import Catalogue, Judgement, JudgementKind
from kg.types import Article, EntityClass
from kg.workspace import Workspace
from tests.factory import World, anchor, canonical

# what remembers on purpose: IRIs that answer 410 or 308, decisions that wait, that an article was there, the feed, the version
REMEMBERS = {"changes", "meta", "retired", "withdrawn", "judgements", "sqlite_sequence", "unsettled", "pending"}
PADDING = " ".join(f"The {n} ships were in the port, and the {n + 1} boats on the river." for n in range(12))

contents = st.lists(
    st.tuples(
        st.lists(st.integers(0, len(World.sentences) - 1), min_size=1, max_size=4, unique=True),
        st.sampled_from((None, "The Gull", "The Tern", "The Skua")),
        st.sampled_from((None, "2024-01-01", "2024-02-01", "2024-03-01")),
        st.integers(0, 2),  # articles of equal sentences and padding are copies
    ),
    min_size=2,
    max_size=6,
)


def articles_of(drawn: list[tuple[list[int], str | None, str | None, int]]) -> list[Article]:
    from tests.factory import article

    return [
        article(
            "\n\n".join([*(World.sentences[number] for number in numbers), *([PADDING] * (padded > 0))]),
            f"{n}.txt",
            published=day,
            publisher=publisher,
        )
        for n, (numbers, publisher, day, padded) in enumerate(drawn)
    ]


def sizes(catalogue: Catalogue) -> dict[str, int]:
    """Table → its rows, but of those that remember."""
    db = catalogue._reader
    names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    # FTS5 keeps its index in pages, which are merged when it likes
    kept = (name for name in names if name not in REMEMBERS and not name.endswith(("_data", "_idx")))
    return {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in kept}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contents, st.data())
def test_a_withdrawn_article_leaves_no_trace(
    drawn: list[tuple[list[int], str | None, str | None, int]], data: st.DataObject
) -> None:
    articles = articles_of(drawn)
    gone = data.draw(st.sets(st.sampled_from([article.id for article in articles])))
    replaced = data.draw(st.sets(st.sampled_from([article.id for article in articles])))
    judged = Judgement(
        JudgementKind.SAME,
        anchor(articles[0].id, "Ana Diaz", EntityClass.PERSON),
        "me",
        anchor(articles[1].id, "Ana Maria Diaz", EntityClass.PERSON),
    )
    with Workspace.open("memory:") as workspace, Workspace.open("memory:") as clean:
        for one in (workspace, clean):
            one.judge(judged)
        before = [World.article(article.id, [3, 7]) if article.id in replaced else article for article in articles]
        workspace.ingest(before, World.extractor())
        workspace.ingest(articles, World.extractor())
        for article_id in sorted(gone):
            workspace.delete(article_id)
        workspace.resolve()
        clean.ingest([article for article in articles if article.id not in gone], World.extractor())
        clean.resolve()
        assert canonical(workspace.store) == canonical(clean.store)
        ours, theirs = sizes(workspace.catalogue), sizes(clean.catalogue)
        again = len(replaced - gone)  # each has been something else
        assert {**ours, "revisions": ours["revisions"] - again} == theirs
        for words in ("quay", "Kestrel", "ships", "Diaz"):
            assert hits(workspace, words) == hits(clean, words)
        for article_id in gone:
            assert workspace.catalogue.articles.texts(article_id) == []
            assert workspace.catalogue.articles.withdrawn(article_id) is not None


def hits(workspace: Workspace, words: str) -> set[tuple[str, str]]:
    return {(hit.kind, hit.snippet or hit.label) for hit in workspace.catalogue.search(words, limit=500)}
