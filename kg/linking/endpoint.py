"""A SPARQL endpoint that belongs to others: asked politely, and read with care.

Every request says who asks. Requests keep a distance, wait as long as the server says (Retry-After, RFC 9110 section 10.2.3)
or twice as long each time, and end when there were as many as allowed. Answers are SPARQL 1.1 JSON results, read up to a size
and a time; rows with terms that are no RDF are left out and counted.
"""

from __future__ import annotations

import http.client
import json
import logging
import math
import time
import urllib.error
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from pyoxigraph import Literal, NamedNode

from kg import __version__
from kg.errors import KgError, ServiceFailed

__all__ = ["MOST_ROWS", "Endpoint", "RequestLimit", "Row", "checked_endpoint", "term_of", "user_agent"]

log = logging.getLogger(__name__)

_JSON = ("application/sparql-results+json", "application/json")
_PASSING = (408, 425, 429, 500, 502, 503, 504)
"""Statuses of a server that may answer later."""

MOST_BYTES = 20_000_000
MOST_ROWS = 5_000
LONGEST_WAIT_S = 300.0  # a server that wants more is asked another day
LONGEST_TEXT = 2_000  # characters of one literal
_CHUNK = 1 << 16

Row = Mapping[str, NamedNode | Literal]


class RequestLimit(KgError):
    """As many requests were made as are allowed; what was answered is kept."""


class _Passing(Exception):
    """A failure that may pass: `wait_s` is what the server asks for."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


@dataclass(slots=True)
class Endpoint:
    """An endpoint and the manners it is asked with: `rate` in requests a second, `limit` of requests in all.

    `clock` and `sleep` are those of the machine, unless a test has its own.
    """

    url: str
    agent: str
    rate: float = 1.0
    limit: int = 100
    retries: int = 4
    timeout_s: float = 60.0
    most_bytes: int = MOST_BYTES
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    requests: int = 0
    dropped: int = 0
    _next_s: float = field(default=-math.inf)

    def select(self, query: str) -> list[Row]:
        """The rows of an answer. Raises RequestLimit before a request too many, ServiceFailed when there is no answer."""
        wait_s = 1.0 / self.rate
        for attempt in range(self.retries + 1):
            try:
                return self._once(query)
            except _Passing as failure:
                wait_s = failure.wait_s if failure.wait_s is not None else 2 * wait_s
                if attempt == self.retries:
                    raise self._failed(f"{failure}, {attempt + 1} times", later=True) from failure
                if wait_s > LONGEST_WAIT_S:
                    raise self._failed(f"{failure}, and asks to wait {wait_s:.0f} s", later=True) from failure
                log.info("%s: %s; asking again in %.1f s", self.url, failure, wait_s)
                self._next_s = max(self._next_s, self.clock() + wait_s)
        raise AssertionError("the loop returns or raises")

    def _once(self, query: str) -> list[Row]:
        if self.requests >= self.limit:
            raise RequestLimit(f"{self.url} was asked {self.requests:,} times, which is the limit")
        pause = self._next_s - self.clock()
        if pause > 0:
            self.sleep(pause)
        self._next_s = self.clock() + 1.0 / self.rate
        self.requests += 1
        return self._rows(self._body(query))

    def _body(self, query: str) -> bytes:
        """The body of an answer that says that it is SPARQL results in JSON."""
        from SPARQLWrapper import POST, URLENCODED, SPARQLExceptions, SPARQLWrapper  # slow: not for who reads proposals

        wrapper = SPARQLWrapper(self.url, agent=self.agent)
        # set directly: setQuery guesses the kind with a regular expression, and names are in the query
        wrapper.queryString, wrapper.queryType = query, "SELECT"
        wrapper.setMethod(POST)
        wrapper.setRequestMethod(URLENCODED)
        wrapper.setOnlyConneg(True)
        wrapper.setTimeout(math.ceil(self.timeout_s))
        wrapper.addCustomHttpHeader("Accept", _JSON[0])
        deadline = self.clock() + self.timeout_s
        try:
            with wrapper.query().response as response:
                if (elsewhere := response.geturl()) != self.url:  # a redirect, on which the query was lost
                    raise self._failed(
                        f"sends on to {_short(elsewhere)}", hint="if you trust that address, give it instead"
                    )
                kind = response.headers.get_content_type()
                if kind not in _JSON:
                    hint = "is this the address of its query service? It often ends with /sparql"
                    raise self._failed(f"answered {kind}, not SPARQL results in JSON", hint=hint)
                return self._read(response, deadline)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error.code, error.reason, error.headers.get("Retry-After")) from error
        except SPARQLExceptions.SPARQLWrapperException as error:
            # its code is that of the status, but the headers are those of what it was made from
            cause = error.__context__
            after = cause.headers.get("Retry-After") if isinstance(cause, urllib.error.HTTPError) else None
            code = cause.code if isinstance(cause, urllib.error.HTTPError) else 400
            raise self._refused(code, error.msg, after) from error
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, OSError) as error:
            raise _Passing(
                f"did not answer: {getattr(error, 'reason', None) or error or type(error).__name__}"
            ) from error

    def _read(self, response: http.client.HTTPResponse, deadline: float) -> bytes:
        chunks, size = [], 0
        while chunk := response.read1(_CHUNK):
            chunks.append(chunk)
            size += len(chunk)
            if size > self.most_bytes:
                raise self._failed(f"sends more than {self.most_bytes:,} bytes for one answer")
            if self.clock() > deadline:  # the socket's time-out starts anew with every byte
                raise _Passing(f"did not finish its answer within {self.timeout_s:g} s")
        return b"".join(chunks)

    def _refused(self, code: int, reason: str, after: str | None) -> Exception:
        if code in _PASSING:
            return _Passing(f"answered {code} {_short(reason)}", _seconds(after))
        return self._failed(f"answered {code} {_short(reason)}")

    def _failed(self, what: str, *, hint: str | None = None, later: bool = False) -> ServiceFailed:
        again = "what it answered so far is kept: run the command again later, and it goes on from there"
        return ServiceFailed(f"{self.url} {what}", hint=again if later else hint)

    def _rows(self, body: bytes) -> list[Row]:
        try:
            found = json.loads(body)
            bindings = found["results"]["bindings"]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise self._failed("answered JSON that is no SPARQL result") from error
        if not isinstance(bindings, list):
            raise self._failed("answered JSON that is no SPARQL result")
        rows: list[Row] = []
        for binding in bindings[: MOST_ROWS + 1]:
            try:
                rows.append({name: term_of(value) for name, value in binding.items()})
            except (ValueError, KeyError, TypeError, AttributeError):
                self.dropped += 1
        return rows


def term_of(value: Mapping[str, str]) -> NamedNode | Literal:
    """The term of a SPARQL JSON result (section 3.2.2). Raises ValueError, KeyError or TypeError for what is none to us."""
    text = value["value"]
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise ValueError("no text, or too long a one")
    if value["type"] == "uri":
        return NamedNode(text)
    if value["type"] not in ("literal", "typed-literal"):
        raise ValueError(f"a {value['type']} names nothing")
    if language := value.get("xml:lang"):
        return Literal(text, language=language)
    return Literal(text, datatype=NamedNode(value["datatype"])) if "datatype" in value else Literal(text)


def checked_endpoint(url: str) -> str:
    """The address of an endpoint, if it can be one. Raises KgError."""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and url.isascii() and url.isprintable()
        secret = parts.username is not None
        _ = parts.port
    except ValueError:
        good, secret = False, False
    if not good or " " in url:
        raise KgError(f"{url}: no address of a SPARQL endpoint", hint="as https://query.wikidata.org/sparql")
    if secret:
        raise KgError("the address of an endpoint holds no password here", hint="use an endpoint that is open to all")
    return url


def user_agent(contact: str | None) -> str:
    """Who asks: the project, its version, and how to reach whoever runs it. Raises KgError for what no header may hold."""
    if contact is not None and not (contact.isascii() and contact.isprintable() and contact.strip()):
        raise KgError(f"{contact!r} cannot stand in a user agent", hint="an e-mail address or a URL in ASCII")
    about = "https://w3id.org/newsgraph" + (f"; {contact.strip()}" if contact else "")
    return f"newsgraph/{__version__} ({about}) SPARQLWrapper"


def _seconds(after: str | None) -> float | None:
    """What Retry-After asks for: seconds, or a date."""
    if after is None:
        return None
    if after.strip().isdigit():
        return float(after)
    try:
        when = parsedate_to_datetime(after)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _short(text: object) -> str:
    return " ".join(str(text).split())[:200]
