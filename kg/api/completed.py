"""What holds for every operation of the OpenAPI document: errors are problem documents, and any request may be one too many."""

from __future__ import annotations

from typing import Any

from kg.api.depends import problems
from kg.api.negotiation import HTML

__all__ = ["complete"]

EVERYWHERE = (429, 503)


def complete(document: dict[str, Any]) -> None:
    """Let each operation name the problem documents that it may answer with; FastAPI would announce errors of its own form."""
    for operations in document["paths"].values():
        for operation in operations.values():
            responses = operation["responses"]
            for status, response in responses.items():
                if status.isdigit() and int(status) >= 400:
                    own = {kind: of for kind, of in response.get("content", {}).items() if kind == HTML.media_type}
                    response["content"] = {**_problem(int(status))["content"], **own}
            for status in EVERYWHERE:
                responses.setdefault(str(status), _problem(status))
    for name in ("HTTPValidationError", "ValidationError"):
        document.get("components", {}).get("schemas", {}).pop(name, None)


def _problem(status: int) -> dict[str, Any]:
    return dict(problems(status)[status])
