"""A chat service over HTTP: one question, one answer, with patience that ends.

Two wire formats: OpenAI's (`…/chat/completions`, which vLLM, llama.cpp, LM Studio and most hosted services speak too) and Ollama's
(`…/api/chat`). The key goes into a header and nowhere else: into no message and no log; and redirects are not followed with it.
"""

from __future__ import annotations

import json
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from kg.errors import ExtractorError

__all__ = ["ChatClient", "LlmService", "NoAnswer", "Patience", "TooLong"]

log = logging.getLogger(__name__)

SEED = 7
SCHEMA_NAME = "news_facts"
MAX_ANSWER_BYTES = 8 * 2**20
EXCERPT = 300  # characters of what a service says of an error
PASSING = frozenset({408, 429, 500, 502, 503, 504, 529})
OLLAMA_STEP = 8192  # its context is set for each request; without, it cuts a long one at its beginning and says nothing
ANSWER_TOKENS = (
    6144  # room for an answer about a window; what is longer comes back as cut off, and the window is halved
)


class NoAnswer(Exception):
    """The service gave no usable answer to one question, for a reason that may lie in the question; the message says which."""


class TooLong(NoAnswer):
    """The question, or the answer to it, is longer than the service takes: ask about less."""


@dataclass(frozen=True, slots=True)
class LlmService:
    """Where the service is and which of its models is asked; `key` is never shown."""

    url: str
    model: str
    key: str | None = field(default=None, repr=False)
    timeout_s: float = 120.0
    window_words: int = 500
    ollama: bool = False

    @classmethod
    def of(
        cls,
        *,
        url: str | None,
        model: str | None,
        key: str | None = None,
        timeout_s: float = 120.0,
        window_words: int = 500,
    ) -> LlmService:
        """The service at an address: of its chat route, or of what lies above it (`http://localhost:11434`, `…/v1`, `…/api`).

        Raises ExtractorError when no address or model is given, or the address cannot be one.
        """
        if not url or not model:
            missing = " and ".join(name for name, value in (("KG_LLM_URL", url), ("KG_LLM_MODEL", model)) if not value)
            raise ExtractorError(
                f"extractor llm: {missing} not set",
                hint="for Ollama on this machine: KG_LLM_URL=http://localhost:11434/api KG_LLM_MODEL=NAME",
            )
        try:
            parts = urlsplit(url.strip())
            host, named = parts.hostname, parts.username or parts.password
        except ValueError:
            parts, host, named = urlsplit(""), None, None
        if parts.scheme not in ("http", "https") or not host or named:
            why = "put the key in KG_LLM_KEY" if named else "an http(s) address is needed"
            raise ExtractorError("extractor llm: KG_LLM_URL is not the address of a service", hint=why)
        path = parts.path.rstrip("/")
        if not path.endswith(("/chat/completions", "/api/chat")):
            path += "/chat" if path.endswith("/api") else "/chat/completions" if path else "/v1/chat/completions"
        full = parts._replace(path=path, fragment="").geturl()
        return cls(full, model.strip(), key or None, timeout_s, window_words, path.endswith("/api/chat"))

    @property
    def shown(self) -> str:
        """The address as messages show it: without what follows a question mark, where some services take a key."""
        return urlsplit(self.url)._replace(query="").geturl()


@dataclass(frozen=True, slots=True)
class Patience:
    """How often a question is asked when the service is busy or away, and how long the waits between are, in seconds."""

    attempts: int = 5
    first_s: float = 1.0
    longest_s: float = 60.0

    def wait(self, attempt: int, retry_after: str | None) -> float:
        """The wait after this attempt (from 0): what the service asks for, else twice the last one.

        >>> Patience().wait(2, None), Patience().wait(0, "9"), Patience().wait(0, "3600")
        (4.0, 9.0, 60.0)
        """
        try:
            wanted = float(retry_after or "")
        except ValueError:  # none, or a date, which is not worth a parser
            wanted = self.first_s * 2**attempt
        return min(max(wanted, 0.0), self.longest_s) if wanted == wanted else self.longest_s


@cache
def _certificates() -> ssl.SSLContext:
    """The certificates that are trusted; read once, as that takes longer than many a request."""
    return httpx.create_ssl_context()


class ChatClient:
    """Asks a service. A context manager: connections are kept for its block."""

    def __init__(self, service: LlmService, patience: Patience | None = None) -> None:
        self.service = service
        self.repeats = 0
        self._patience = patience or Patience()
        headers = {"Authorization": f"Bearer {service.key}"} if service.key else {}
        timeout = httpx.Timeout(service.timeout_s, connect=min(10.0, service.timeout_s))
        self._http = httpx.Client(headers=headers, timeout=timeout, verify=_certificates(), follow_redirects=False)

    def __enter__(self) -> ChatClient:
        return self

    def __exit__(self, *raised: object) -> None:
        self._http.close()

    def ask(self, instructions: str, question: str, schema: Mapping[str, Any], *, again: int = 0) -> str:
        """The text of the service's answer, which should be JSON of this schema; `again` > 0 asks for another one.

        Raises NoAnswer or TooLong for this question, ExtractorError when no other question would fare better.
        """
        body = self._body(instructions, question, schema, SEED + again)
        why = ""
        for attempt in range(self._patience.attempts):
            wanted = None
            try:
                status, wanted, content = self._post(body)
            except httpx.TimeoutException as error:
                if not isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
                    raise NoAnswer(f"no answer within {self.service.timeout_s:g} s") from error
                why = "no connection within 10 s"
            except httpx.TransportError as error:
                why = str(error) or type(error).__name__
            else:
                if status not in PASSING:
                    return self._read(status, content)
                why = f"status {status}{self._excerpt(content)}"
            if attempt + 1 < self._patience.attempts:
                wait = self._patience.wait(attempt, wanted)
                log.info("%s: %s, asking again in %.1f s", self.service.shown, self._hide(why), wait)
                self.repeats += 1
                time.sleep(wait)
        raise ExtractorError(
            f"extractor llm: {self.service.shown}: {self._hide(why)}, {self._patience.attempts} times in a row",
            hint="is the service running, and KG_LLM_URL its address? What was read so far is kept",
        )

    def _body(self, instructions: str, question: str, schema: Mapping[str, Any], seed: int) -> dict[str, Any]:
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": question}]
        common = {"model": self.service.model, "messages": messages, "stream": False}
        if self.service.ollama:
            tokens = (len(instructions) + len(question)) // 3 + ANSWER_TOKENS  # three characters a token is cautious
            context = -(-tokens // OLLAMA_STEP) * OLLAMA_STEP
            return {**common, "format": schema, "options": {"temperature": 0, "seed": seed, "num_ctx": context}}
        form = {"type": "json_schema", "json_schema": {"name": SCHEMA_NAME, "strict": True, "schema": schema}}
        return {**common, "response_format": form, "temperature": 0, "seed": seed}

    def _post(self, body: Mapping[str, Any]) -> tuple[int, str | None, bytes]:
        """Status, Retry-After and body; the whole of it within the time limit, however it trickles."""
        latest = time.monotonic() + self.service.timeout_s
        parts: list[bytes] = []
        size = 0
        with self._http.stream("POST", self.service.url, json=body) as response:
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if time.monotonic() > latest:
                    raise httpx.ReadTimeout("the answer trickles")
                if size > MAX_ANSWER_BYTES:
                    raise NoAnswer(f"an answer of more than {MAX_ANSWER_BYTES >> 20} MiB")
            return response.status_code, response.headers.get("Retry-After"), b"".join(parts)

    def _read(self, status: int, content: bytes) -> str:
        """The answer's text in the body of a response that will not change by waiting."""
        excerpt = self._excerpt(content)
        if status == 413 or (status == 400 and "context" in excerpt):
            raise TooLong(f"status {status}{excerpt}")
        if status != 200:
            hints = {
                401: "set KG_LLM_KEY to a key that the service knows",
                403: "set KG_LLM_KEY to a key that the service knows",
                404: f"does the service have the model {self.service.model}, and is KG_LLM_URL its address?",
            }
            hint = hints.get(status, "the service must take response_format json_schema, or be Ollama (…/api/chat)")
            raise ExtractorError(f"extractor llm: {self.service.shown}: status {status}{excerpt}", hint=hint)
        try:
            value = json.loads(content)
            choice = value if self.service.ollama else value["choices"][0]
            message = choice["message"]
            ended = choice.get("done_reason" if self.service.ollama else "finish_reason")
            text = message.get("content")
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise NoAnswer(
                f"a response of another form than {'Ollama' if self.service.ollama else 'OpenAI'}'s"
            ) from error
        if ended == "length":
            raise TooLong("the answer was cut off at the service's limit")
        if not isinstance(text, str) or not text.strip():
            refusal = message.get("refusal")
            raise NoAnswer(
                f"the service refuses: {self._hide(str(refusal))[:EXCERPT]}" if refusal else "an empty answer"
            )
        return text

    def _excerpt(self, content: bytes) -> str:
        """The beginning of what a service says of an error, in brackets."""
        words = " ".join(self._hide(content.decode("utf-8", "replace")).split())
        return f" ({words[:EXCERPT]})" if words else ""

    def _hide(self, text: str) -> str:
        """The text without the key, which some services repeat."""
        return text.replace(self.service.key, "[key]") if self.service.key else text
