"""Somebody who is signed in: as a plain HTTP client, and at a browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from lxml import html


@contextmanager
def signed_in(url: str, key: str) -> Iterator[httpx.Client]:
    """A client with a session, that asks as a browser does."""
    with httpx.Client(base_url=url, headers={"Accept": "text/html"}, trust_env=False, timeout=60) as client:
        assert client.post("/sign-in", data={"key": key}).status_code == 303
        yield client


def tree_of(client: httpx.Client, path: str) -> html.HtmlElement:
    """A page as a tree."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.content)


@contextmanager
def browsing(chromium: Any, served: tuple[str, str], **more: Any) -> Iterator[Any]:
    """A page of a browser with a session; whatever is done on it, nothing fails and no other host is asked."""
    base, trouble = served[0].rstrip("/"), []
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, **more)
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(base) else trouble.append(asked.url))
    try:
        page.goto(f"{base}/sign-in")
        page.fill("input[name=key]", served[1])
        with page.expect_navigation():
            page.click("main form button")
        yield page
    finally:
        context.close()
    assert trouble == []
