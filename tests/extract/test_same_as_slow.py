"""Arrays, indexes and bounds change no result: the extractor against its slow formulation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import kg
from kg.articles import clean, read_articles
from kg.demo import demo_paths
from kg.extract import ModelExtractor, load_extractor
from kg.extract.decode import best_tags
from kg.extract.names import Sets, join_names
from kg.types import Article, Document, EntityClass, Mention, MentionKind, Span
from tests.extract import slow

CORPUS = Path(kg.__file__).parent / "train" / "corpus"


@pytest.fixture(scope="module")
def extractor() -> ModelExtractor:
    return load_extractor(threads=2)


def corpus_texts() -> list[Document]:
    """Every fortieth passage of our corpus, and a text made of eight."""
    from kg.evaluate.judge import document_of
    from kg.train.convert import records
    from kg.train.markup import read_story

    paths = sorted(CORPUS.glob("*.txt"))[7::40]
    found = [document_of(record) for path in paths for record in records(read_story(path))]
    text = "\n\n".join(d.text for d in found[:8])
    return [*found, clean(Article("long", text.encode(), text, "text/plain", "long"))]


def demo_texts() -> list[Document]:
    return [clean(article) for article in read_articles(demo_paths()) if isinstance(article, Article)]


@pytest.mark.parametrize("keep", [0.2, 0.6])
def test_a_text_says_the_same_as_when_every_pair_is_kept(
    extractor: ModelExtractor, monkeypatch: pytest.MonkeyPatch, keep: float
) -> None:
    extractor = ModelExtractor(extractor._model, keep=keep)
    texts = [*demo_texts()[::3], *(corpus_texts() if CORPUS.is_dir() else [])]
    fast = [extractor.extract(document) for document in texts]
    with monkeypatch.context() as patch:
        expected = [slow.extract(extractor, document, patch) for document in texts]
    assert sum(len(extraction.relations) for extraction in expected) >= 50
    for document, one, other in zip(texts, fast, expected, strict=True):
        assert one.mentions == other.mentions, document.id
        assert one.chains == other.chains, document.id
        assert one.relations == other.relations, document.id


def test_uncalibrated_scores_are_the_same(extractor: ModelExtractor, monkeypatch: pytest.MonkeyPatch) -> None:
    raw = ModelExtractor(extractor._model, keep=0.01, calibrated=False)
    document = replace(demo_texts()[0], published=None)
    fast = raw.extract(document)
    assert fast == slow.extract(raw, document, monkeypatch)


@settings(max_examples=80)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            arrays(np.float64, (n, 5), elements=st.floats(-5, 0, allow_nan=False), unique=True), arrays(np.bool_, (n,))
        )
    )
)
def test_sentences_are_tagged_alone_as_together(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    log_p, breaks = drawn
    one, other = best_tags(log_p, breaks), slow.best_tags(log_p, breaks)
    words = range(len(log_p))
    assert sum(log_p[words, one]) == pytest.approx(sum(log_p[words, other]))


NAMES = st.sampled_from(
    (
        *("Ana Diaz", "A. Diaz", "Diaz", "Jon Diaz", "Ana Maria Diaz", "Maria Diaz", "Ana", "Mr Diaz", "Diaz Diaz"),
        *("Harbour Pilots", "Harbour Pilots' Association", "Harbour Pilots Alliance", "HPA", "Harbour Pilots of Oslo"),
        *("the Front", "River Front", "United River Front", "United River Front Council", "URF", "Oslo"),
    )
)
CLASSES = st.sampled_from((EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE, EntityClass.EVENT))


@settings(max_examples=150)
@given(
    st.lists(st.tuples(NAMES, CLASSES, st.sampled_from((" ", " (", "'s (", "; "))), min_size=2, max_size=14),
    st.randoms(use_true_random=False),
)
def test_names_found_by_index_join_as_names_compared_one_by_one(drawn: list, random) -> None:  # type: ignore[no-untyped-def,type-arg]
    text, mentions = "", []
    for name, cls, between in drawn:
        mentions.append(Mention(Span(len(text), len(text) + len(name)), cls, MentionKind.NAME))
        text += name + between
    scores = {(j, i): random.random() for j in range(len(mentions)) for i in range(j)}
    names, fast, expected = range(len(mentions)), Sets(len(mentions)), Sets(len(mentions))
    join_names(text, mentions, names, scores, fast)
    slow.join_names(text, mentions, names, scores, expected)
    assert [fast.find(i) for i in names] == [expected.find(i) for i in names]


def test_a_text_has_the_same_pieces_in_parts(extractor: ModelExtractor, monkeypatch: pytest.MonkeyPatch) -> None:
    text, tokenizer = "\n\n".join(document.text for document in demo_texts()), extractor._model.tokenizer
    whole = tokenizer._pieces(text)
    monkeypatch.setattr("kg.extract.tokens.PART", 700)
    parts = tokenizer.pieces(text)
    for name in ("ids", "shapes", "starts", "ends", "first"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name)), name
