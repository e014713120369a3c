"""The service of a workspace, as commands that write see it: articles, decisions and tasks go there, its problems come back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from kg.access import ServiceAddress
from kg.errors import ArticleError, KgError, ResolutionError, StoreUnavailable, UnknownEntity
from kg.transfer import ARTICLE_TYPE, article_to
from kg.types import Article

__all__ = ["ServiceClient"]

ALIVE_S = 2.0
CONNECT_S = 5.0


class ServiceClient:
    """A connection to a local service, with the token that its workspace holds."""

    def __init__(self, address: ServiceAddress) -> None:
        self.url = address.url
        self._http = httpx.Client(
            base_url=address.url,
            headers={"Authorization": f"Bearer {address.token}"},
            timeout=httpx.Timeout(None, connect=CONNECT_S),  # reading an article may take as long as it takes
            trust_env=False,  # no proxy stands between this machine and itself
        )

    def is_alive(self) -> bool:
        """Whether it answers; the address of a service that was killed stays in its workspace."""
        try:
            return self._http.get("healthz", timeout=ALIVE_S).is_success
        except httpx.HTTPError:
            return False

    def ingest(self, article: Article) -> str:
        """Read an article into the graph: "added", "replaced" or "unchanged". Raises ArticleError."""
        body = json.dumps(article_to(article)).encode()
        answer = self._send("POST", "articles", source=article.source, content=body, media_type=ARTICLE_TYPE)
        return str(answer["outcome"])

    def delete(self, article_id: str) -> None:
        """Remove an article and everything that only it supported. Raises UnknownEntity."""
        self._send("DELETE", f"articles/{quote(article_id, safe='')}")

    def decide(self, decision: Mapping[str, Any]) -> dict[str, Any]:
        """Make a decision, as POST /judgements takes it; what came of it. Raises UnknownEntity, ResolutionError."""
        return self._send("POST", "judgements", content=json.dumps(decision).encode(), media_type="application/json")

    def take_back(self, number: int | None, author: str) -> dict[str, Any]:
        """Take a decision back, the last act without a number; what came of it. Raises UnknownEntity, ResolutionError."""
        which = "last" if number is None else number
        return self._send("DELETE", f"judgements/{which}?author={quote(author, safe='')}")

    def run(self, task: str) -> None:
        """Run a maintenance task: resolve or rebuild."""
        self._send("POST", f"maintenance/{task}")

    def _send(
        self, method: str, path: str, *, source: str = "", content: bytes = b"", media_type: str | None = None
    ) -> dict[str, Any]:
        headers = {"Content-Type": media_type} if media_type else {}
        try:
            response = self._http.request(method, path, content=content, headers=headers)
        except httpx.HTTPError as error:
            raise StoreUnavailable(f"the service at {self.url} broke off: {error}") from error
        if response.is_success:
            answer: dict[str, Any] = response.json()
            return answer
        raise _error(response, source)


def _error(response: httpx.Response, source: str) -> KgError:
    """The error that a problem document tells of."""
    try:
        problem = response.json()
        detail, hint = str(problem["detail"]), problem.get("hint")
    except (ValueError, KeyError, TypeError):
        detail, hint = f"the service answered {response.status_code}", None
    if response.status_code in (413, 422) and source:
        return ArticleError(source, detail.removeprefix(f"{source}: "), hint=hint)
    if response.status_code == 404:
        return UnknownEntity(detail, hint=hint)
    if response.status_code == 409:
        return ResolutionError(detail, hint=hint)
    return KgError(detail, hint=hint)
