"""Which representation a client gets."""

from __future__ import annotations

import pytest

from kg.api.negotiation import DOCUMENTS, SOLUTIONS, TRIPLES, NotAcceptable, by_extension, choose


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        pytest.param(None, "application/sparql-results+json", id="no header: the first offer"),
        pytest.param("*/*", "application/sparql-results+json", id="anything"),
        pytest.param("text/csv", "text/csv", id="one type"),
        pytest.param(
            "text/csv;q=0.5, application/sparql-results+xml;q=0.6", "application/sparql-results+xml", id="quality"
        ),
        pytest.param("application/json", "application/sparql-results+json", id="alias"),
        pytest.param("application/xml", "application/sparql-results+xml", id="xml alias"),
        pytest.param("text/tsv", "text/tab-separated-values", id="another name for TSV, which the workers know"),
        pytest.param("text/*", "text/csv", id="subtype wildcard"),
        pytest.param("TEXT/CSV ; Q=1", "text/csv", id="case and spaces"),
        pytest.param("text/csv;q=0, */*;q=0.1", "application/sparql-results+json", id="refused type"),
        pytest.param("nonsense, text/csv", "text/csv", id="an unreadable part is passed over"),
    ],
)
def test_solutions_come_in_the_type_liked_best(accept: str | None, media_type: str) -> None:
    assert choose(accept, SOLUTIONS).media_type == media_type


def test_the_type_itself_wins_over_an_alias_of_another() -> None:
    assert choose("application/json, text/turtle;q=0.9", TRIPLES).media_type == "application/ld+json"
    assert choose("text/turtle, application/json", TRIPLES).media_type == "text/turtle"


def test_a_browser_gets_html_and_a_program_json_ld() -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert choose(browser, DOCUMENTS).media_type == "text/html"
    assert choose("*/*", DOCUMENTS).media_type == "application/ld+json"


@pytest.mark.parametrize("accept", ["image/png", "text/csv;q=0", "text/turtle"])
def test_what_is_not_offered_is_not_acceptable(accept: str) -> None:
    with pytest.raises(NotAcceptable, match="offered: application/sparql-results"):
        choose(accept, SOLUTIONS)


@pytest.mark.parametrize(
    ("path", "stem", "extension"),
    [
        pytest.param("ana-diaz-1f2e3d4c.ttl", "ana-diaz-1f2e3d4c", "ttl", id="turtle"),
        pytest.param("ana.json", "ana", "jsonld", id="json"),
        pytest.param("https://example.org/a.html", "https://example.org/a", "html", id="a URL may end like that too"),
        pytest.param("report.pdf", "report.pdf", None, id="not one of ours"),
        pytest.param(".ttl", ".ttl", None, id="nothing before the dot"),
    ],
)
def test_extensions_name_a_type(path: str, stem: str, extension: str | None) -> None:
    found, offer = by_extension(path, DOCUMENTS)
    assert (found, offer.extension if offer else None) == (stem, extension)
