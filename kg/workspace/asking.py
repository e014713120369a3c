"""People's queries: a worker process answers them on a snapshot, a remote server by itself."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from kg.graph import Answer, GraphStore

if TYPE_CHECKING:
    from kg.graph.workers import QueryPool

__all__ = ["Worker", "ask_server"]


class Worker:
    """One worker process, started with the first question, that follows the snapshots it is asked on."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._pool: QueryPool | None = None

    def ask(
        self,
        snapshot: Path,
        sparql: str,
        accept: str | None,
        *,
        timeout_s: float | None = None,
        prefixes: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer of a snapshot. Raises QueryError and its kinds."""
        from kg.graph.workers import QueryPool

        with self._asking:
            if self._pool is None:
                self._pool = QueryPool(snapshot, size=1, timeout_s=None)
            elif self._pool.source != snapshot:
                self._pool.switch(snapshot, remove=False)
        return self._pool.run(sparql, accept, timeout_s=timeout_s, prefixes=prefixes)

    def close(self) -> None:
        """End the process."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None


def ask_server(
    store: GraphStore,
    sparql: str,
    accept: str | None,
    *,
    base: str,
    timeout_s: float | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> Answer:
    """The answer of a remote server, which has limits of its own too. Raises QueryError and its kinds, StoreError."""
    from kg.graph.guard import check_query
    from kg.graph.remote import RemoteStore

    assert isinstance(store, RemoteStore), "all others have workers"
    check_query(sparql)
    text = "".join(_declared(sparql, prefixes or {})) + sparql
    return store.query(text, accept, base=base, timeout_s=timeout_s)


def _declared(sparql: str, prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield the declarations of the prefixes that a query uses and does not declare."""
    from kg.graph.guard import undeclared_prefixes

    for prefix in undeclared_prefixes(sparql):
        if prefix in prefixes:
            yield f"PREFIX {prefix}: <{prefixes[prefix]}> "
