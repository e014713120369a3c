"""Cleaning: titles, paragraphs, metadata, and the laws of offsets."""

from __future__ import annotations

import textwrap
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.articles import clean
from kg.articles.lines import settle
from kg.errors import ArticleError
from kg.types import Article, Document, Span

BODY = "The dockers of Coronel ended their strike on Monday, their leader Ana Paz said. The port will open on Tuesday."


def article(
    content: str, *, title: str | None = None, media_type: str = "text/plain", published: date | None = None
) -> Article:
    return Article("a", content.encode(), content, media_type, "a.txt", title=title, published=published)


def paragraphs(document: Document) -> list[str]:
    return [span.of(document.text) for span in document.paragraphs]


@pytest.mark.parametrize(
    ("content", "given_title", "title", "first"),
    [
        pytest.param(
            f"Dockers end strike\n\n{BODY}", None, "Dockers end strike", "Dockers end strike", id="first short line"
        ),
        pytest.param(
            f"Dockers end strike\n{BODY}", None, "Dockers end strike", "Dockers end strike", id="no blank line"
        ),
        pytest.param(BODY, "Dockers end strike", "Dockers end strike", "Dockers end strike", id="given apart"),
        pytest.param(
            f"DOCKERS END STRIKE!\n\n{BODY}",
            "Dockers end strike",
            "Dockers end strike",
            "DOCKERS END STRIKE!",
            id="there",
        ),
        pytest.param(
            BODY, "The dockers of Coronel", "The dockers of Coronel", BODY, id="the first sentence begins with it"
        ),
        pytest.param(
            f"They said it was over.\n\n{BODY}", None, None, "They said it was over.", id="a sentence is no title"
        ),
        pytest.param(f"By Ana Paz\n\n{BODY}", None, None, "By Ana Paz", id="a byline is no title"),
        pytest.param(BODY, None, None, BODY, id="one paragraph"),
        pytest.param(
            f"Is the strike over?\n\n{BODY}", None, "Is the strike over?", "Is the strike over?", id="a question"
        ),
        pytest.param(
            f"Back to the U.S.\n\n{BODY}", None, "Back to the U.S.", "Back to the U.S.", id="ends in an acronym"
        ),
    ],
)
def test_the_title_comes_first_once(content: str, given_title: str | None, title: str | None, first: str) -> None:
    document = clean(article(content, title=given_title))
    assert document.title == title
    assert paragraphs(document)[0] == first
    assert document.text.count(BODY) == 1


def test_a_title_span_is_the_title_paragraph() -> None:
    document = clean(article(f"World\n\nDockers end strike\n\n{BODY}", title="Dockers end strike"))
    assert document.title_span is not None
    assert document.title_span.of(document.text) == "Dockers end strike"
    assert document.title_span in document.paragraphs


def test_lines_that_a_fixed_width_broke_are_one_paragraph() -> None:
    first_paragraph = (
        "The dockers of the port of Coronel ended their strike on Monday after their leader, Ana Paz, had met the "
        "minister. The port will open on Tuesday, she said, and the ships that have waited at sea will be unloaded "
        "within a week."
    )
    second_paragraph = (
        "Paz, who is 44 and comes from the island of Santa María, leads the Anti-Cartel Front as well, a group of "
        "dockers which the police of the region have accused of smuggling."
    )
    content = "\n\n".join(textwrap.fill(paragraph, 72) for paragraph in (first_paragraph, second_paragraph))
    assert "Anti-\nCartel" in content
    first, second = paragraphs(clean(article(content)))
    assert first == first_paragraph
    assert second == second_paragraph


def test_one_paragraph_per_line_stays_so() -> None:
    lines = [
        "The strike is over, the union said in Coronel on Monday.",
        "The port will open on Tuesday.",
        "Ana Paz led it.",
    ]
    assert paragraphs(clean(article("\n".join(lines)))) == lines


def test_a_break_within_a_sentence_is_closed() -> None:
    assert paragraphs(
        clean(
            article(
                "The union said that its leader, Ana Paz, had\nbeen arrested in the port of Coronel.\nShe was freed."
            )
        )
    ) == [
        "The union said that its leader, Ana Paz, had been arrested in the port of Coronel.",
        "She was freed.",
    ]


@pytest.mark.parametrize(
    "line", ["Published: 14 March 2019, 10:32", "Posted on March 14, 2019 by admin", "Last updated: 2019-03-14"]
)
def test_the_day_above_a_text_is_its_publication_day(line: str) -> None:
    document = clean(article(f"Dockers end strike\n{line}\n\n{BODY}"))
    assert document.published == date(2019, 3, 14)
    assert line in {cut.text for cut in document.cut}
    assert clean(article(f"{line}\n\n{BODY}", published=date(2019, 3, 20))).published == date(2019, 3, 20)


def test_a_bare_date_above_a_text_stays_and_dates_it() -> None:
    document = clean(article(f"Dockers end strike\nTuesday, 24 May 2022\n\n{BODY}"))
    assert document.published == date(2022, 5, 24)
    assert "24 May 2022" in document.text


def test_the_day_of_another_article_below_is_not() -> None:
    body = "\n\n".join([BODY] * 5)
    assert (
        clean(article(f"{body}\n\nRelated articles\n\nPort burns\n\nPublished: 14 March 2019, 10:32")).published is None
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (" \n\t\n", "empty"),
        ("Share\n\nTweet\n\nLeave a Reply\n\n© 2020 The Post. All rights reserved.", "nothing but clutter"),
        ("★ ★ ★\n\n- - -", "nothing but clutter"),
        (
            "Le chef du syndicat des dockers a été arrêté lundi dans le port de Coronel, selon la police. "
            "Il est accusé d'avoir bloqué la route pendant une semaine avec une centaine de militants.",
            "French",
        ),
        (
            "Der Vorsitzende der Gewerkschaft wurde am Montag im Hafen von Coronel verhaftet, wie die Polizei "
            "mitteilte. Er soll mit hundert anderen eine Woche lang die Straße blockiert haben.",
            "German",
        ),
        ("Лидер профсоюза докеров арестован в понедельник в порту Коронель, сообщила полиция.", "Cyrillic"),
        ("ألقت الشرطة القبض على زعيم نقابة عمال الميناء يوم الاثنين", "Arabic"),
        ("警方周一在港口逮捕了码头工人工会的领导人。", "Chinese"),
        (
            "Polisi walimkamata kiongozi wa chama cha wafanyakazi wa bandari siku ya Jumatatu katika mji wa Mombasa, "
            "msemaji wao alisema. Yeye na wenzake walifunga barabara kwa wiki moja.",
            "Swahili",
        ),
    ],
)
def test_what_is_no_english_article_is_refused_by_name(content: str, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason) as caught:
        clean(article(content))
    assert caught.value.source == "a.txt"
    assert caught.value.hint


@pytest.mark.parametrize(
    "content",
    [
        "Gen. Núñez Peña, Muñoz Ibáñez, Łukasz Żółć and Đặng Văn Ngữ founded the Front de libération du Sud in Ñuñoa.",
        "Explosion à Goma",
        "“Liberté, égalité, fraternité,” the crowd sang in front of the palace, and then: “Le peuple est la loi.”",
    ],
)
def test_foreign_names_and_short_quotations_are_english_enough(content: str) -> None:
    assert clean(article(content)).text == content


def test_html_keeps_the_article_and_has_no_map() -> None:
    page = f"""<html lang="en"><head><title>Dockers end strike</title></head>
    <body><nav><a href="/">Home</a></nav><article><h1>Dockers end strike</h1>
    <p>{BODY}</p><p>Advertisement</p>
    <p>The union, which was founded in 1991, has<br>forty
    thousand members in the ports of the south &amp; the islands.</p>
    <p>{BODY.replace("Monday", "Friday")}</p></article>
    <footer>© 2020 The Post. All rights reserved.</footer></body></html>"""
    document = clean(article(page, title="Dockers end strike", media_type="text/html"))
    assert paragraphs(document) == [
        "Dockers end strike",
        BODY,
        "The union, which was founded in 1991, has forty thousand members in the ports of the south & the islands.",
        BODY.replace("Monday", "Friday"),
    ]
    assert document.segments == ()
    assert document.source_span(document.sentences[0]) is None


def test_offsets_map_back_over_folded_space_and_composed_letters() -> None:
    content = (
        "\ufeffDockers\u00a0 of  Coron\u0303el\n\nTheir leader, Jose\u0301 Pen\u0303a, "
        "said in the\r\nport of Coronel that Ana\u200b Paz\tled them."
    )
    document = clean(article(content))
    assert document.text.startswith("Dockers of Coroñel\n\nTheir leader, José Peña, said in the port of Coronel")
    for name, source in [
        ("José Peña", "Jose\u0301 Pen\u0303a"),
        ("Ana Paz", "Ana\u200b Paz"),
        ("the port", "the\r\nport"),
    ]:
        start = document.text.index(name)
        span = document.source_span(Span(start, start + len(name)))
        assert span is not None
        assert span.of(content).replace("\r\n", "\n") == source.replace("\r\n", "\n")


PROSE = [
    "the",
    "of",
    "a",
    "in",
    "and",
    "was",
    "Ana",
    "Paz",
    "said",
    "U.S.",
    "Gen.",
    "left.",
    "He",
    "“no,”",
    "José",
    "-",
]
CLUTTER = [
    "Share",
    "Tweet",
    "Reply",
    "Comments",
    "2",
    "|",
    ">",
    "©",
    "news",
    "Advertisement",
    "Related",
    "articles",
    "Leave",
]
ODD = [
    "Home",
    "World",
    "Copyright",
    "2020",
    "read",
    "more:",
    "www.x.org",
    "#tag",
    "e\u0301",
    "n\u0303",
    "\xad",
    "\u200b",
    "…",
]
WORDS = st.sampled_from(PROSE + CLUTTER + ODD)
SPACES = st.sampled_from(
    [" ", "  ", "\t", "\n", "\n\n", "\r\n", "\u00a0", "\u2028", "\x0c", "", ". ", "\n \n", "\x1f", "\u200b"]
)
TEXTS = st.lists(st.tuples(WORDS, SPACES), min_size=1, max_size=60).map(lambda pairs: "".join(map("".join, pairs)))


def cleaned_or_none(given_article: Article) -> Document | None:
    try:
        return clean(given_article)
    except ArticleError:
        return None


@settings(max_examples=100, deadline=None)
@given(st.one_of(TEXTS, st.text(max_size=200)))
def test_laws_of_offsets(content: str) -> None:
    content = content.encode("utf-8", "replace").decode()
    document = cleaned_or_none(article(content))
    if document is None:
        return
    text = document.text
    assert unicodedata.is_normalized("NFC", text)
    assert text == "\n\n".join(paragraphs(document))
    assert all(part == settle(part) for part in paragraphs(document))
    assert all(any(outer.contains(sentence) for outer in document.paragraphs) for sentence in document.sentences)
    assert all(a.end <= b.start for a, b in zip(document.sentences, document.sentences[1:], strict=False))
    assert "".join(s.of(text) for s in document.sentences).split() == text.split() or "".join(
        "".join(s.of(text).split()) for s in document.sentences
    ) == "".join(text.split())
    for sentence in document.sentences:
        source = document.source_span(sentence)
        if source is not None:
            assert settle(source.of(content)).replace(" ", "") == sentence.of(text).replace(" ", "")


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.data())
def test_any_span_that_maps_back_reads_the_same_there(content: str, data: st.DataObject) -> None:
    document = cleaned_or_none(article(content))
    if document is None:
        return
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    source = document.source_span(Span(start, end))
    if source is not None:
        assert settle(source.of(content)).replace(" ", "") == settle(document.text[start:end]).replace(" ", "")


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_cleaning_again_changes_nothing(content: str) -> None:
    once = cleaned_or_none(article(content))
    if once is not None:
        twice = clean(article(once.text))
        assert twice.text == once.text
        assert twice.sentences == once.sentences
