"""Who changed what, and when: one line of JSON for each request that came with a key to write, done or refused."""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["AuditLog", "note", "notes"]

log = logging.getLogger(__name__)

FILE = "audit.jsonl"
_NOTES = "newsgraph.audit"


def notes(scope: MutableMapping[str, Any]) -> dict[str, Any]:
    """What is known of a request so far; the same mapping for all applications that it passes through."""
    found: dict[str, Any] = scope.setdefault(_NOTES, {})
    return found


def note(scope: MutableMapping[str, Any], **facts: object) -> None:
    """Add facts about a request. With `key`, the name of the key that let it in, it will be logged."""
    notes(scope).update(facts)


class AuditLog:
    """`audit.jsonl` in a workspace, readable by its owner only; without a folder, the log of the process.

    The file is opened for each line, so that it may be moved away at any time.
    """

    def __init__(self, folder: Path | None) -> None:
        self._path = folder / FILE if folder is not None else None
        self._lock = threading.Lock()

    def write(self, scope: MutableMapping[str, Any], route: str, status: int, begun: float) -> None:
        """Log a request that came to write with a key; `begun` is in monotonic seconds. A full disk stops no answer."""
        facts: Mapping[str, Any] = notes(scope)
        if "key" not in facts:
            return
        line = json.dumps(
            {
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "client": (scope.get("client") or ("",))[0],
                "method": scope["method"],
                "route": route,
                "path": scope["path"],
                **facts,
                "status": status,
                "outcome": _outcome(status),
                "seconds": round(time.monotonic() - begun, 3),
            },
            ensure_ascii=False,
        )
        if self._path is None:
            log.info("%s", line)
            return
        try:
            with self._lock:
                descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
                with os.fdopen(descriptor, "w", encoding="utf-8") as out:
                    out.write(f"{line}\n")
        except OSError as error:
            log.error("%s: %s; not logged: %s", self._path, error, line)


def _outcome(status: int) -> str:
    """What came of a request, in a word."""
    if status < 400:
        return "done"
    return "refused" if status in (401, 403, 429) else "rejected" if status < 500 else "failed"
