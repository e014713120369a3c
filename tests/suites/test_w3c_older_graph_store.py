"""The W3C's older, deprecated tests of the Graph Store Protocol: one story in 18 steps, told in Markdown.

Three slips of theirs are allowed for: bodies that end without a full stop get one, any success will do where the
protocol allows several, and the graph that they delete is made beforehand.
"""

from __future__ import annotations

import re
import textwrap

import pytest

from tests.suites.manifest import VARIABLE, read_texts, suite
from tests.suites.service import ServiceUnderTest, canonical

STEPS = read_texts("http-rdf-update/manifest.ttl")
# It expects John Doe, although a step before has put Jane Doe in his place, and forgets the name that was just added.
CONTRADICTORY = "get_of_post__existing_graph"

needs_suite = pytest.mark.skipif(suite() is None, reason=f"{VARIABLE} does not say where the W3C's rdf-tests are")


@pytest.fixture(scope="module")
def known(plain: ServiceUnderTest) -> dict[str, str]:
    """What earlier steps have found out: the address of the new graph."""
    plain.reset()
    assert plain.send("PUT", "/graphs/person/2.ttl", {"Content-Type": "text/turtle"}).status == 201
    return {}


@needs_suite
def test_no_step_is_passed_over() -> None:
    assert len(STEPS) == 18


@needs_suite
@pytest.mark.parametrize(("name", "text"), STEPS, ids=[name for name, _ in STEPS])
def test_the_older_story_goes_as_told(plain: ServiceUnderTest, known: dict[str, str], name: str, text: str) -> None:
    text = text.replace("http://$HOST$/$GRAPHSTORE$", f"{plain.url}graphs").replace("$GRAPHSTORE$", "/graphs")
    request, wanted = text.split("#### Request")[1].split("#### Response")
    (method, path), headers, body = _message(request)
    response = plain.send(method, path.replace("$NEWPATH$", known.get("new", "")), headers, body)
    (status,), _, expected = _message(wanted)
    if status.startswith("2"):
        assert 200 <= response.status < 300, response
    else:
        assert str(response.status) == status[:3], response
    if method == "POST" and path == "/graphs":
        known["new"] = response.headers["location"].removeprefix(plain.url.rstrip("/"))
    if expected and name != CONTRADICTORY:
        assert canonical(response.body) == canonical(expected)


def _message(text: str) -> tuple[list[str], dict[str, str], bytes]:
    """The first line, the headers and the body of a message."""
    head, _, body = textwrap.dedent(text.strip("\n")).strip().partition("\n\n")
    first, *lines = head.splitlines()
    headers = {
        k: v.strip() for k, _, v in (line.partition(":") for line in lines) if k not in ("Host", "Content-Length")
    }
    if "multipart" in headers.get("Content-Type", ""):
        body = re.sub(r'"\n\n--', '" .\n\n--', body).replace("\n", "\r\n") + "\r\n"
    elif body and not body.rstrip().endswith("."):
        body = f"{body} ."
    words = first.removesuffix(" HTTP/1.1").split(" ", 1) if "HTTP/1.1" in first else [first]
    return words, headers, body.encode()
