"""Politeness, and care with what endpoints send."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pyoxigraph import NamedNode

from kg import __version__
from kg.errors import KgError, ServiceFailed
from kg.linking import RequestLimit
from kg.linking.endpoint import checked_endpoint, user_agent
from tests.linking.conftest import WD, Clock, Site, endpoint

QUERY = 'SELECT ?item { ?item <http://www.w3.org/2000/01/rdf-schema#label> "Kestrel Lines"@en }'
FOUND = [{"item": NamedNode(f"{WD}Q1003")}]


def rows(*bindings: dict[str, object]) -> str:
    return json.dumps({"head": {"vars": []}, "results": {"bindings": bindings}})


def test_every_request_says_who_asks(site: Site, clock: Clock) -> None:
    assert endpoint(site, clock).select(QUERY) == FOUND
    (headers,) = site.headers
    assert headers["User-Agent"].startswith(f"newsgraph/{__version__} (")
    assert "desk@example.org" in headers["User-Agent"]
    assert headers["Accept"] == "application/sparql-results+json"


@pytest.mark.parametrize("contact", ["a\r\nX: y", "ä@example.org", " "])
def test_a_contact_that_no_header_may_hold_is_refused(contact: str) -> None:
    with pytest.raises(KgError, match="user agent"):
        user_agent(contact)


@pytest.mark.parametrize(
    "url", ["ftp://e.org/", "file:///etc/passwd", "e.org", "http://", "http://u:p@e.org/", "http://e.org/a b"]
)
def test_what_is_no_endpoint_is_refused(url: str) -> None:
    with pytest.raises(KgError):
        checked_endpoint(url)


def test_requests_keep_their_distance(site: Site, clock: Clock) -> None:
    asked = endpoint(site, clock, rate=0.5)
    for _ in range(3):
        asked.select(QUERY)
    assert clock.slept == [2.0, 2.0]


def test_failures_that_may_pass_are_tried_again_later_and_later(site: Site, clock: Clock) -> None:
    for status in (503, 500, 429):
        site.answer(status, "busy", kind="text/plain")
    assert endpoint(site, clock).select(QUERY) == FOUND
    assert clock.slept == [2.0, 4.0, 8.0]
    assert len(site.asked) == 4


def test_retry_after_is_honoured_as_seconds_and_as_a_date(site: Site, clock: Clock) -> None:
    when = datetime.now(UTC) + timedelta(seconds=60)
    site.answer(429, "slow down", Retry_After="17")
    site.answer(500, "slow down", Retry_After=format_datetime(when, usegmt=True))
    assert endpoint(site, clock).select(QUERY) == FOUND
    assert clock.slept[0] == 17.0
    assert 55 <= clock.slept[1] <= 60


def test_a_wait_that_is_too_long_ends_the_run(site: Site, clock: Clock) -> None:
    site.answer(429, "tomorrow", Retry_After="86400")
    with pytest.raises(ServiceFailed, match="asks to wait 86400 s") as caught:
        endpoint(site, clock).select(QUERY)
    assert "goes on from there" in (caught.value.hint or "")
    assert clock.slept == []


def test_it_gives_up_in_the_end(site: Site, clock: Clock) -> None:
    for _ in range(3):
        site.answer(503)
    with pytest.raises(ServiceFailed, match=r"503 .*3 times"):
        endpoint(site, clock, retries=2).select(QUERY)
    assert len(site.asked) == 3


def test_the_limit_counts_repeated_requests(site: Site, clock: Clock) -> None:
    site.answer(503)
    asked = endpoint(site, clock, limit=2)
    assert asked.select(QUERY) == FOUND
    with pytest.raises(RequestLimit):
        asked.select(QUERY)
    assert len(site.asked) == 2


def test_what_will_not_pass_is_not_tried_again(site: Site, clock: Clock) -> None:
    for status in (400, 403, 404):
        site.answer(status, "no", kind="text/plain")
        with pytest.raises(ServiceFailed, match=str(status)):
            endpoint(site, clock).select(QUERY)
    assert len(site.asked) == 3


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("<html><h1>Welcome</h1></html>", "text/html", "text/html, not SPARQL results"),
        ("<html>", "application/json", "no SPARQL result"),
        ('{"results": {"bindings": 7}}', "application/json", "no SPARQL result"),
        ("[]", "application/json", "no SPARQL result"),
        ("[" * 100_000, "application/json", "no SPARQL result"),
        (rows()[:-4], "application/json", "no SPARQL result"),
    ],
    ids=["a page", "a page that says it is JSON", "a number", "a list", "a deep nest", "cut off"],
)
def test_answers_that_are_none_are_named(site: Site, clock: Clock, body: str, kind: str, message: str) -> None:
    site.answer(200, body, kind=kind)
    with pytest.raises(ServiceFailed, match=message):
        endpoint(site, clock).select(QUERY)


def test_a_redirect_is_named_and_not_believed(site: Site, clock: Clock) -> None:
    asked = endpoint(site, clock)
    site.answer(303, kind="text/plain", Location=f"{site.url}/elsewhere")
    with pytest.raises(ServiceFailed, match=r"sends on to .*/sparql/elsewhere"):
        asked.select(QUERY)


def test_an_endless_answer_is_not_read(site: Site, clock: Clock) -> None:
    site.answer(200, b" " * 300_000)
    with pytest.raises(ServiceFailed, match="more than 100,000 bytes"):
        endpoint(site, clock, most_bytes=100_000).select(QUERY)


def test_a_server_that_does_not_answer_is_given_up(site: Site, clock: Clock) -> None:
    site.instead += [lambda: time.sleep(1.5)] * 2
    with pytest.raises(ServiceFailed, match=r"did not answer.*2 times"):
        endpoint(site, clock, timeout_s=1.0, retries=1).select(QUERY)


def test_a_server_that_is_not_there_is_given_up(clock: Clock) -> None:
    nowhere = Site("http://127.0.0.1:9/sparql", None)  # type: ignore[arg-type]
    with pytest.raises(ServiceFailed, match="did not answer"):
        endpoint(nowhere, clock, retries=1).select(QUERY)


def test_rows_with_terms_that_are_none_are_left_out_and_counted(site: Site, clock: Clock) -> None:
    site.answer(
        200,
        rows(
            {"item": {"type": "uri", "value": "http://e.org/a b"}},
            {"item": {"type": "bnode", "value": "b"}},
            {"item": {"type": "literal", "value": "x" * 5000}},
            {"item": "text"},  # type: ignore[dict-item]
            {"item": {"type": "literal", "value": "x", "xml:lang": "not a tag"}},
            {"item": {"type": "uri", "value": f"{WD}Q1003"}},
        ),
    )
    asked = endpoint(site, clock)
    assert asked.select(QUERY) == FOUND
    assert asked.dropped == 5
