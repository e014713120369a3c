"""The articles that ship for `kg demo`: read whole, cleaned without loss, nothing of their sites left."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
from lxml import html

from kg.articles import clean, read_articles
from kg.demo import demo_paths
from kg.types import Article, Document

SEEN = [one for one in read_articles(demo_paths()) if isinstance(one, Article)]
IDS = [article.id.rpartition("/")[2] for article in SEEN]
NOISE = re.compile(
    r"cookie|leave a reply|be the first to comment$|rights reserved|newsletter|subscribe|advertisement|akismet|tweet\b|whatsapp"
    r"|most read|you may (?:also )?like|read also|read more|privacy|log in|skip to|copyright|wensley|winston|maikel"
    r"|download our app|photo:|share this|related stories|min read|timeline:|next article|e-paper|follow (?:us|caribbean)",
    re.I | re.M,
)


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {article.id: clean(article) for article in SEEN}


def article_paragraphs(article: Article) -> list[str]:
    """The paragraphs that an editor would call the article's, found without our code."""
    if article.media_type == "text/html":
        tree = html.fromstring(article.content)
        found = tree.xpath("//article//p[not(ancestor::aside)] | //div[@id='content']//p | //div[@class='story']//p")
        parts = (part for node in found if "ad" not in node.classes for part in node.itertext())
        return [squeezed(part) for part in parts if len(part) > 150]
    blocks = re.split(r"\n\s*\n", article.content)
    return [squeezed(block) for block in blocks if len(block) > 150 and not NOISE.search(block)]


def test_there_are_eight_articles_and_no_errors() -> None:
    assert all(isinstance(one, Article) for one in read_articles(demo_paths()))
    assert len(SEEN) == 8
    assert len({article.id for article in SEEN}) == 8
    assert {path.suffix for path in demo_paths()} == {".txt", ".html", ".jsonl"}


@pytest.mark.parametrize("article", SEEN, ids=IDS)
def test_a_demo_article_is_cleaned_without_loss(article: Article, documents: dict[str, Document]) -> None:
    text = squeezed(documents[article.id].text)
    expected = article_paragraphs(article)
    assert len(expected) >= 5
    assert [paragraph for paragraph in expected if paragraph not in text] == []


@pytest.mark.parametrize("article", SEEN, ids=IDS)
def test_nothing_of_the_site_is_left(article: Article, documents: dict[str, Document]) -> None:
    text = documents[article.id].text.replace("I was not the first to comment", "")
    assert NOISE.findall(text) == []


@pytest.mark.parametrize("article", SEEN, ids=IDS)
def test_a_demo_article_is_as_long_as_a_real_one_and_knows_its_title_and_day(
    article: Article, documents: dict[str, Document]
) -> None:
    document = documents[article.id]
    assert 300 <= len(document.text.split()) <= 750
    assert document.title
    assert document.title_span is not None
    assert document.published is not None
    assert date(2019, 3, 14) <= document.published <= date(2023, 6, 14)


def test_the_wire_copy_is_nearly_the_agency_s_text(documents: dict[str, Document]) -> None:
    agency, copy = documents["1-convoy-ambush.txt"], documents["courier-2019-03-15-convoy"]
    assert agency.publisher != copy.publisher
    sentences = {squeezed(span.of(copy.text)) for span in copy.sentences}
    shared = [span for span in agency.sentences if squeezed(span.of(agency.text)) in sentences]
    assert len(shared) > 0.6 * len(copy.sentences)


def test_no_demo_text_is_in_the_training_corpus(documents: dict[str, Document]) -> None:
    corpus = Path(__file__).parents[2] / "kg" / "train" / "corpus"
    texts = " ".join(path.read_text(encoding="utf-8") for path in corpus.glob("*.txt"))
    for name in ("Marowijne", "Apinsa", "Coermotibo", "Doekhie", "Marlene Dinge"):
        assert name not in texts


def test_the_demo_says_how_it_is_licensed() -> None:
    licence = (demo_paths()[0].parent / "LICENSE.md").read_text(encoding="utf-8")
    assert "CC BY 4.0" in licence
    assert "written for this project" in licence


def test_records_are_one_line_each() -> None:
    (path,) = [path for path in demo_paths() if path.suffix == ".jsonl"]
    assert len([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]) == 2
