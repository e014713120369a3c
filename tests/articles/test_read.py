"""Reading: which files, which encodings, which ids; bad inputs come as errors and the run goes on."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.articles import MAX_BYTES, article_from_record, clean, read_articles
from kg.articles.dates import day_of
from kg.articles.decode import decode
from kg.errors import ArticleError
from kg.types import Article

TEXT = "The dockers of Coronel ended their strike on Monday, their leader Ana Paz said."
PAGE = """<!DOCTYPE html><html lang="en-GB"><head><meta charset="{charset}">
<title>Dockers end strike | The Port Post</title>
<meta property="og:site_name" content="The Port Post"><meta name="author" content="Eva Ruiz">
<link rel="canonical" href="{canonical}"><meta property="article:published_time" content="2021-03-04T23:30:00-05:00">
</head><body><article><h1>Dockers end strike</h1><p>{text}</p><p>{text}</p><p>{text} Señor Núñez
agreed.</p></article></body></html>"""


def page(charset: str = "utf-8", canonical: str = "https://port.example/2021/strike") -> str:
    return PAGE.format(charset=charset, canonical=canonical, text=TEXT)


def read(*paths: str | Path, stdin: bytes | None = None) -> tuple[list[Article], list[ArticleError]]:
    found = list(read_articles(paths, stdin=None if stdin is None else io.BytesIO(stdin)))
    return [one for one in found if isinstance(one, Article)], [one for one in found if isinstance(one, ArticleError)]


def only(*paths: str | Path, stdin: bytes | None = None) -> Article:
    articles, errors = read(*paths, stdin=stdin)
    assert errors == []
    (article,) = articles
    return article


def error(*paths: str | Path, stdin: bytes | None = None) -> ArticleError:
    articles, errors = read(*paths, stdin=stdin)
    assert articles == []
    (found,) = errors
    assert found.hint
    return found


def test_a_text_file_keeps_its_bytes_and_is_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "strike.txt"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    article = only(path)
    assert (article.id, article.content, article.media_type) == ("strike.txt", TEXT, "text/plain")
    assert article.raw == path.read_bytes()
    assert article.source == str(path)


def test_a_folder_is_read_to_its_depth_in_order_and_passes_over_the_rest(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.txt", "a/b/c.TXT", "notes.pdf", ".hidden.txt", ".git/x.txt", "readme.md"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT)
    articles, errors = read(tmp_path)
    assert [article.id for article in articles] == ["a/b/c.TXT", "a/z.txt", "b.txt"]
    assert errors == []


def test_links_are_followed_but_never_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(TEXT)
    (tmp_path / "in" / "loop").symlink_to(tmp_path)
    (tmp_path / "in" / "self").symlink_to(tmp_path / "in" / "self")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "in" / "a.txt")
    articles, errors = read(tmp_path)
    assert [article.id for article in articles] == ["in/a.txt", "link.txt"]
    assert [found.source for found in errors] == [str(tmp_path / "gone.txt")]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems allow no such names")
def test_file_names_that_are_no_text_are_written_out_and_stay_apart(tmp_path: Path) -> None:
    for name in (b"caf\xe9.txt", b"caf\xe8.txt", b"two\nlines.txt"):
        (tmp_path / os.fsdecode(name)).write_text(TEXT)
    (tmp_path / os.fsdecode(b"empty\xff.txt")).touch()
    articles, errors = read(tmp_path)
    assert sorted(article.id for article in articles) == ["caf\\xe8.txt", "caf\\xe9.txt", "two lines.txt"]
    assert [one.source for one in errors] == [f"{tmp_path}/empty\\xff.txt"]
    assert "\\xfe" in error(os.fsdecode(b"missing\xfe")).source


def test_an_id_is_one_line() -> None:
    assert article_from_record({"id": " wire\n2\x00 ", "text": TEXT}, source="x").id == "wire 2"


def test_globs_name_articles_from_where_the_wildcard_begins(tmp_path: Path) -> None:
    for name in ("x/1.txt", "x/2.txt", "y/3.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT)
    assert [article.id for article in read(f"{tmp_path}/x/*.txt")[0]] == ["1.txt", "2.txt"]
    assert [article.id for article in read(f"{tmp_path}/**/*.txt")[0]] == ["x/1.txt", "x/2.txt", "y/3.txt"]
    assert "matches no file" in str(error(f"{tmp_path}/*.jsonl"))
    odd = tmp_path / "[1].txt"
    odd.write_text(TEXT)
    assert only(odd).id == "[1].txt"


def test_files_of_one_name_named_together_stay_apart(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(TEXT)
    articles, _ = read(tmp_path / "x" / "a.txt", tmp_path / "y" / "a.txt")
    assert len({article.id for article in articles}) == 2


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        pytest.param("Señor Núñez".encode(), "Señor Núñez", id="utf-8"),
        pytest.param("Señor".encode("utf-8-sig"), "Señor", id="utf-8 with mark"),
        pytest.param("Señor".encode("utf-16"), "Señor", id="utf-16 with mark"),
        pytest.param("\ufeffSeñor".encode("utf-32-le"), "Señor", id="utf-32 with mark"),
        pytest.param(
            ("The leader said “no” – " + TEXT).encode("cp1252"), "The leader said “no” – " + TEXT, id="windows-1252"
        ),
        pytest.param(b"half \\ud800", "half \\ud800", id="backslashes are text"),
    ],
)
def test_encodings_that_can_be_told(raw: bytes, expected: str) -> None:
    assert decode(raw, source="x.txt") == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b" \n\t ", "empty", id="white space"),
        pytest.param(b"\xef\xbb\xbf \n", "empty", id="a mark alone"),
        pytest.param(b"%PDF-1.7 ...", "PDF", id="pdf"),
        pytest.param(b"PK\x03\x04rest", "zip", id="docx"),
        pytest.param(b"\x89PNG\r\n", "image", id="png"),
        pytest.param(b"text\x00with zeros", "binary", id="zeros"),
        pytest.param(b"\x01\x02\x03\x04 abc", "binary", id="controls"),
        pytest.param("Лидер профсоюза арестован".encode("cp1251"), "encoding cannot be told", id="windows-1251"),
        pytest.param("組合の指導者が逮捕された".encode("shift-jis"), "neither|cannot be told", id="shift-jis"),
        pytest.param("Señor Núñez, Señora Peña".encode()[:-2] + b"\xc3 a", "damaged UTF-8", id="cut inside a letter"),
        pytest.param(b"\xff\xfea", "not valid utf-16", id="half a letter"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason) as caught:
        decode(raw, source="x.txt")
    assert caught.value.source == "x.txt"
    assert caught.value.hint


@given(st.binary(max_size=200))
def test_any_bytes_give_text_or_an_article_error(raw: bytes) -> None:
    try:
        text = decode(raw, source="x", html=True)
    except ArticleError:
        return
    text.encode()


def test_a_page_tells_its_url_title_day_publisher_author_and_language(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text(page(), encoding="utf-8")
    article = only(tmp_path)
    assert article.id == article.url == "https://port.example/2021/strike"
    assert (article.title, article.publisher, article.authors) == ("Dockers end strike", "The Port Post", ("Eva Ruiz",))
    assert (article.published, article.language, article.media_type) == (date(2021, 3, 4), "en", "text/html")
    assert clean(article).text.startswith("Dockers end strike\n\nThe dockers")


def test_a_page_in_its_declared_charset_is_decoded(tmp_path: Path) -> None:
    (tmp_path / "p.htm").write_bytes(page("iso-8859-1").encode("iso-8859-1"))
    assert "Señor Núñez" in clean(only(tmp_path / "p.htm")).text
    (tmp_path / "p.htm").write_bytes(page("iso-8859-2").replace("Señor Núñez", "Pan Łukasz Żółć").encode("iso-8859-2"))
    assert "Łukasz Żółć" in clean(only(tmp_path / "p.htm")).text


def test_a_page_that_calls_the_front_page_canonical_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text(page(canonical="https://port.example/"), encoding="utf-8")
    assert (only(tmp_path).id, only(tmp_path).url) == ("p.html", None)


def test_a_page_saved_as_text_is_a_page(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text(page(), encoding="utf-8")
    assert only(tmp_path).media_type == "text/html"


def test_a_page_without_an_article_is_an_error_of_cleaning(tmp_path: Path) -> None:
    (tmp_path / "p.html").write_text("<html><body><script>var a = 1;</script></body></html>")
    with pytest.raises(ArticleError, match="no article text"):
        clean(only(tmp_path))


@pytest.mark.parametrize(
    "body", ["<nav><a>Home</a> <a>Login</a></nav>", "<h1>Page not found</h1><p>Back to the start page</p>"]
)
def test_a_page_without_a_sentence_is_no_article(body: str, tmp_path: Path) -> None:
    (tmp_path / "menu.html").write_text(f"<html><body>{body}</body></html>")
    (page,) = read_articles([tmp_path / "menu.html"])
    assert isinstance(page, Article)
    with pytest.raises(ArticleError, match=r"menu\.html"):
        clean(page)


def test_json_lines_give_their_metadata(tmp_path: Path) -> None:
    record = {"id": 7, "url": "https://p.example/7", "title": "T", "date": "2021-03-04", "publisher": "P", "text": TEXT}
    (tmp_path / "a.jsonl").write_text(
        json.dumps(record) + "\n\n" + json.dumps({"text": TEXT, "url": "https://p.example/8"})
    )
    first, second = read(tmp_path)[0]
    assert (first.id, first.url, first.title, first.published, first.publisher) == (
        "7",
        "https://p.example/7",
        "T",
        date(2021, 3, 4),
        "P",
    )
    assert first.source.endswith("a.jsonl:1")
    assert second.id == "https://p.example/8"
    assert second.source.endswith("a.jsonl:3")


def test_a_record_without_a_name_is_named_by_its_text(tmp_path: Path) -> None:
    one, same, other = (article_from_record({"text": text}, source="x") for text in (TEXT, TEXT, TEXT + " Yes."))
    assert one.id == same.id != other.id


def test_a_record_with_html_is_a_page(tmp_path: Path) -> None:
    article = article_from_record({"html": page(), "title": "Mine"}, source="x")
    assert (article.media_type, article.title, article.publisher) == ("text/html", "Mine", "The Port Post")
    assert article.id == "https://port.example/2021/strike"


def test_a_bad_line_is_named_and_the_next_ones_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        json.dumps({"id": "1", "text": TEXT}),
        '{"id": "2", "text": "unfinished',
        '["no", "object"]',
        '{"id": "4"}',
        '{"id": "5", "text": 5}',
        '{"id": "6", "text": "  "}',
        '{"id": ["7"], "text": "t"}',
        "[" * 100_000,
        json.dumps({"id": "9", "text": TEXT}),
    ]
    path.write_bytes(
        "\n".join(lines).encode() + b'\n{"id": "10", "text": "\x81\x8d\xff"}\n' + lines[0].replace("1", "11").encode()
    )
    articles, errors = read(path)
    assert [article.id for article in articles] == ["1", "9", "11"]
    assert [found.source for found in errors] == [f"{path}:{number}" for number in (2, 3, 4, 5, 6, 7, 8, 10)]
    assert all(found.hint for found in errors)
    assert "malformed JSON" in errors[0].reason


def test_half_a_surrogate_pair_does_not_reach_the_text() -> None:
    article = article_from_record(
        json.loads('{"text": "The \\ud83d dockers of Coronel won.", "title": "A \\ud800"}'), source="x"
    )
    assert article.content == "The \ufffd dockers of Coronel won."
    article.content.encode()


def test_compressed_lines_are_read_and_damage_is_named(tmp_path: Path) -> None:
    packed = gzip.compress("\n".join(json.dumps({"id": str(n), "text": f"{TEXT} {n}"}) for n in range(2000)).encode())
    (tmp_path / "a.jsonl.gz").write_bytes(packed)
    assert len(read(tmp_path)[0]) == 2000
    (tmp_path / "a.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    articles, errors = read(tmp_path)
    assert 0 < len(articles) < 2000
    assert "damaged gzip" in errors[0].reason
    (tmp_path / "a.jsonl.gz").write_bytes(b"no gzip at all")
    assert "damaged gzip" in error(tmp_path).reason


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(lambda records: json.dumps(records), id="array"),
        pytest.param(lambda records: json.dumps(records, indent=2), id="printed array"),
        pytest.param(lambda records: "\n".join(map(json.dumps, records)), id="one after another"),
        pytest.param(lambda records: "\ufeff" + json.dumps(records, ensure_ascii=False), id="with a mark"),
    ],
)
def test_json_files_hold_arrays_or_objects(tmp_path: Path, form: object) -> None:
    records = [{"id": str(n), "text": f"{TEXT} “{n}” é"} for n in range(3000)]
    (tmp_path / "a.json").write_text(form(records), encoding="utf-8")  # type: ignore[operator]
    articles, errors = read(tmp_path)
    assert errors == []
    assert [article.id for article in articles] == [str(n) for n in range(3000)]


@pytest.mark.parametrize("content", ['[{"text": "a b c"}, {"text": ', '{"text": "x"', "[1, 2", "nonsense", "[]", "   "])
def test_a_broken_json_file_is_an_error_after_what_could_be_read(tmp_path: Path, content: str) -> None:
    (tmp_path / "a.json").write_text(content)
    assert read(tmp_path)[1]


@pytest.mark.parametrize(
    ("raw", "count", "media_type"),
    [
        pytest.param(TEXT.encode(), 1, "text/plain", id="text"),
        pytest.param(page().encode(), 1, "text/html", id="page"),
        pytest.param(
            (json.dumps({"text": TEXT}) + "\n" + json.dumps({"text": TEXT + "!"})).encode(), 2, "text/plain", id="lines"
        ),
        pytest.param(json.dumps([{"text": TEXT}] * 3).encode(), 3, "text/plain", id="array"),
        pytest.param(json.dumps({"text": TEXT}, indent=1).encode(), 1, "text/plain", id="printed object"),
        pytest.param(b"[Editor's note] " + TEXT.encode(), 1, "text/plain", id="text in brackets"),
    ],
)
def test_standard_input_is_told_by_how_it_begins(raw: bytes, count: int, media_type: str) -> None:
    articles, errors = read("-", stdin=raw)
    assert errors == []
    assert len(articles) == count
    assert {article.media_type for article in articles} == {media_type}
    assert all(article.source.startswith("-") for article in articles)


def test_a_file_without_a_known_ending_is_read_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "strike.md").write_text(TEXT)
    assert only(tmp_path / "strike.md").id == "strike.md"
    (tmp_path / "paper").write_bytes(b"%PDF-1.4 and so on")
    assert "PDF" in error(tmp_path / "paper").reason


def test_what_is_too_large_is_refused_and_the_run_goes_on(tmp_path: Path) -> None:
    with (tmp_path / "a.txt").open("wb") as stream:
        stream.truncate(2 * MAX_BYTES + 1)
    long_line = b'{"text": "' + b"a " * (MAX_BYTES // 2 + 10) + b'"}'
    (tmp_path / "b.jsonl").write_bytes(long_line + b"\n" + json.dumps({"id": "2", "text": TEXT}).encode())
    articles, errors = read(tmp_path)
    assert [article.id for article in articles] == ["2"]
    assert [found.source for found in errors] == [str(tmp_path / "a.txt"), f"{tmp_path / 'b.jsonl'}:1"]
    assert all("20 MB" in found.reason for found in errors)


def test_missing_unreadable_and_empty_inputs_are_named(tmp_path: Path) -> None:
    assert "no such file" in error(tmp_path / "nowhere.txt").reason
    assert "no articles" in error(tmp_path).reason
    if os.geteuid() != 0:
        (tmp_path / "a.txt").write_text(TEXT)
        (tmp_path / "a.txt").chmod(0)
        assert "cannot be read" in error(tmp_path / "a.txt").reason


def test_one_bad_article_among_good_ones_is_all_that_is_lost(tmp_path: Path) -> None:
    for name, raw in {
        "a.txt": TEXT.encode(),
        "b.txt": b"",
        "c.txt": b"\x00\x01",
        "d.txt": TEXT.encode(),
        "e.html": b"\xff\xff\xff",
    }.items():
        (tmp_path / name).write_bytes(raw)
    articles, errors = read(tmp_path)
    assert [article.id for article in articles] == ["a.txt", "d.txt"]
    assert [Path(found.source).name for found in errors] == ["b.txt", "c.txt", "e.html"]


def test_articles_come_one_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("\n".join(json.dumps({"id": str(n), "text": TEXT}) for n in range(3)))
    articles = read_articles([tmp_path])
    assert isinstance(next(articles), Article)
    (tmp_path / "b.txt").write_text(TEXT)  # nothing was listed ahead of need but the folder
    assert len(list(articles)) == 2


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2021-03-04", date(2021, 3, 4)),
        ("2021-03-04T23:30:00-05:00", date(2021, 3, 4)),
        ("2021/3/4 10:00", date(2021, 3, 4)),
        ("20210304101500", date(2021, 3, 4)),
        ("Thu, 04 Mar 2021 10:00:00 GMT", date(2021, 3, 4)),
        ("4 March 2021", date(2021, 3, 4)),
        ("Mar. 4, 2021", date(2021, 3, 4)),
        (1614852000, date(2021, 3, 4)),
        (1614852000000, date(2021, 3, 4)),
        ("yesterday", None),
        ("2021-13-45", None),
        ("", None),
        (None, None),
        (True, None),
        ([2021], None),
    ],
)
def test_publication_days_as_records_write_them(value: object, day: date | None) -> None:
    assert day_of(value) == day


@pytest.mark.parametrize(
    ("value", "warnings"), [("soon", 1), (["2021-03-04"], 1), ("", 0), (None, 0), ("2021-03-04", 0)]
)
def test_a_date_that_cannot_be_read_is_named_and_left_out(
    value: object, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    article = article_from_record({"text": TEXT, "date": value}, source="dump.jsonl:7")
    assert (article.published is None) == (value != "2021-03-04")
    assert [("dump.jsonl:7" in line, "2031-04-02" in line) for line in caplog.messages] == [(True, True)] * warnings


def test_reading_text_does_not_load_the_html_library(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    code = (
        "import sys; from kg.articles import read_articles, clean; "
        f"[clean(a) for a in read_articles([{str(tmp_path)!r}])]; "
        "sys.exit('trafilatura' in sys.modules or 'lxml' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
