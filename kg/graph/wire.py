"""Requests to one SPARQL server, within a time and a size, and what its refusals mean.

httpx, not SPARQLWrapper, because a service asks many things at once: SPARQLWrapper 2.0 opens a connection for each
query, installs digest passwords for the whole process, and its timeout ends no answer that comes drop by drop.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from kg.errors import KgError, QuerySyntaxError, QueryTimeout, ResultTooLarge, StoreError, StoreUnavailable

if TYPE_CHECKING:
    from kg.graph.endpoints import Endpoints

__all__ = ["Explain", "Reply", "Wire"]

Form = Mapping[str, str | Sequence[str]]
Explain = Callable[[str, str, float], KgError | None]
"""What was sent (`query`, `update` or `graph`), what the server said of it, after how many seconds → the error."""

_GOES_ON = "the server may go on with it, and has limits of its own"
_AWAY = (401, 403, 404, 429, 502, 503)
_LATE = (408, 504)
_SAID = 500


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer."""

    body: bytes
    media_type: str
    headers: Mapping[str, str]


class Wire:
    """The connections to a server. May be used from any thread."""

    def __init__(self, at: Endpoints, *, timeout_s: float, explain: Explain) -> None:
        self._location = at.location
        self._timeout_s = timeout_s
        self._explain = explain
        # certificates take 30 ms to load, which a server on this machine does not need
        secure = any(url is not None and url.startswith("https:") for url in (at.query, at.update, at.graphs))
        self._http: httpx.Client | None = httpx.Client(timeout=timeout_s, auth=_auth(at), verify=secure)

    def close(self) -> None:
        """Close the connections. Closing twice is fine."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def query(
        self, url: str, form: Form, accept: str, *, timeout_s: float | None = None, max_bytes: int | None = None
    ) -> Reply:
        """The answer to a query. Raises QueryTimeout, ResultTooLarge, QuerySyntaxError, StoreError and its kinds."""
        timeout_s = self._timeout_s if timeout_s is None else timeout_s
        begun = time.monotonic()
        body = bytearray()
        with (
            self._translated(timeout_s),
            self._open.stream("POST", url, data=form, headers={"Accept": accept}, timeout=timeout_s) as response,
        ):
            try:
                for chunk in response.iter_bytes():
                    body += chunk
                    if max_bytes is not None and len(body) > max_bytes:
                        raise ResultTooLarge(f"the answer is larger than {max_bytes:,} bytes", hint="use LIMIT")
                    if time.monotonic() - begun > timeout_s:
                        raise QueryTimeout(timeout_s, hint=_GOES_ON)
            finally:
                took_s = time.monotonic() - begun
        if not response.is_success:
            raise self._failure("query", response, body.decode(errors="replace"), took_s)
        return Reply(bytes(body), response.headers.get("content-type", "").partition(";")[0], response.headers)

    def update(self, url: str, form: Form) -> None:
        """Run an update. Raises QuerySyntaxError, StoreError and its kinds."""
        self._send("update", "POST", url, data=form)

    def graph(self, method: str, url: str, params: Mapping[str, str], body: bytes | None, media_type: str) -> None:
        """Send a graph by the Graph Store Protocol, or remove one. Raises StoreError and its kinds."""
        # Virtuoso takes any other Accept for the format of the result that it then cannot make, and answers 406
        headers = {"Content-Type": media_type, "Accept": "*/*"}
        self._send("graph", method, url, params=params, content=body, headers=headers)

    def download(self, url: str, params: Mapping[str, str], media_type: str, path: Path) -> None:
        """Write a graph to a file. Raises StoreError and its kinds."""
        begun = time.monotonic()
        with (
            self._translated(),
            self._open.stream("GET", url, params=params, headers={"Accept": media_type}) as response,
            path.open("wb") as file,
        ):
            if not response.is_success:
                response.read()
                raise self._failure("graph", response, response.text, time.monotonic() - begun)
            for chunk in response.iter_bytes():
                file.write(chunk)

    def _send(self, kind: str, method: str, url: str, **request: object) -> None:
        begun = time.monotonic()
        with self._translated():
            response = self._open.request(method, url, **request)  # type: ignore[arg-type] # httpx checks them
        if not response.is_success:
            raise self._failure(kind, response, response.text, time.monotonic() - begun)

    @property
    def _open(self) -> httpx.Client:
        if self._http is None:
            raise StoreError(f"{self._location}: the store is closed")
        return self._http

    @contextmanager
    def _translated(self, query_s: float | None = None) -> Iterator[None]:
        """Raise this program's errors for those of the connection; `query_s` is the deadline of a query."""
        try:
            yield
        except (httpx.ReadTimeout, httpx.WriteTimeout) as error:
            if query_s is not None:
                raise QueryTimeout(query_s, hint=_GOES_ON) from error
            raise StoreUnavailable(
                f"{self._location}: no answer within {self._timeout_s:g} s", hint=_GOES_ON
            ) from error
        except (httpx.TransportError, httpx.InvalidURL) as error:
            hint = "is the server running, and is this its address?"
            raise StoreUnavailable(f"{self._location}: {error or type(error).__name__}", hint=hint) from error

    def _failure(self, kind: str, response: httpx.Response, text: str, took_s: float) -> KgError:
        """The error for an answer that is none."""
        status, said = response.status_code, _plain(text)
        if status == 401:
            return StoreUnavailable(
                f"{self._location}: HTTP 401 {response.reason_phrase}",
                hint="the URL may hold a name and password, http://name:password@…, and in its fragment auth=digest",
            )
        if (explained := self._explain(kind, text, took_s)) is not None:
            return explained
        if status == 400 and kind != "graph":
            return QuerySyntaxError(said)
        if status in _LATE and kind == "query":
            return QueryTimeout(round(took_s, 1), hint="the server stopped it at a limit of its own")
        family = StoreUnavailable if status in _AWAY else StoreError
        return family(f"{self._location}: HTTP {status} {response.reason_phrase}{': ' if said else ''}{said}")


def _plain(text: str) -> str:
    """What a server said, without the markup of a page.

    >>> _plain("<html><h3>Error 22023</h3> <xmp>no RDF</xmp></html>")
    'Error 22023 no RDF'
    """
    if text.lstrip()[:1] == "<":
        text = re.sub(r"<[^<>]*>", " ", text)
        text = " ".join(text.split())
    return text.strip()[:_SAID]


def _auth(at: Endpoints) -> httpx.Auth | None:
    if at.user is None:
        return None
    return (httpx.DigestAuth if at.digest else httpx.BasicAuth)(at.user, at.password or "")
