"""The service's log on stderr: lines of text, or of JSON, each with the id of the request that it belongs to."""

from __future__ import annotations

import json
import logging
from contextvars import ContextVar
from datetime import UTC, datetime

__all__ = ["JsonLines", "RequestIds", "request_id", "set_up"]

TEXT = "%(asctime)s %(levelname)s %(name)s%(request)s: %(message)s"

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the request that is being answered; empty outside of any."""


def set_up(level: str, form: str) -> None:
    """Log from a level ("info") on stderr, in a form: text or json."""
    handler = logging.StreamHandler()
    handler.addFilter(RequestIds())
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler])


class RequestIds(logging.Filter):
    """Adds the request's id to each record, as `request`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record."""
        number = request_id.get()
        record.request = f" [{number}]" if number else ""
        record.request_id = number
        return True


class JsonLines(logging.Formatter):
    """One JSON object for each record: time, level, logger, message, request, and the facts of an access record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if number := getattr(record, "request_id", ""):
            line["request"] = number
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
