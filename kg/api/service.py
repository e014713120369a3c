"""What the routes share: the workspace, its published snapshot with the query workers on it, the keys, the named queries.

One lock goes around every write. After a commit the store's version differs from the published one; a task notices within
REFRESH_S, takes a snapshot and moves the workers to it, so that SPARQL reads are at most about a second old. The routes with
fixed, bounded patterns read the live store.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kg.access import KeyRing
from kg.api.cache import AnswerCache, is_repeatable
from kg.api.protocol import QueryRequest
from kg.graph import Answer, Row
from kg.query import read_queries
from kg.resources import resource
from kg.settings import Settings
from kg.types import Article, Extractor, Report

if TYPE_CHECKING:
    from kg.graph.workers import QueryPool
    from kg.workspace import Workspace

__all__ = ["Published", "Service"]

log = logging.getLogger(__name__)

REFRESH_S = 0.25


@dataclass(frozen=True, slots=True)
class Published:
    """The version of the graph that the workers read, and when it was taken (monotonic seconds)."""

    version: int
    at: float


class Service:
    """One workspace being served; `start` before the first request and `stop` after the last."""

    def __init__(self, workspace: Workspace, settings: Settings, *, token: str, load: Callable[[], Extractor]) -> None:
        folder = workspace.folder
        key = settings.api_key.get_secret_value() if settings.api_key else None
        self.workspace = workspace
        self.settings = settings
        self.keys = KeyRing(folder, further=[secret for secret in (token, key) if secret])
        self.queries = read_queries(resource("queries"))
        self.cache = AnswerCache(settings.query_cache_mb * 2**20)
        self._load = load
        self._extractor: Extractor | None = None
        self._writing = threading.Lock()
        self._refreshing: asyncio.Task[None] | None = None
        self._pool: QueryPool | None = None
        self._published = Published(-1, 0.0)
