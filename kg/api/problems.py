"""Errors as RFC 9457 problem documents: one table from the KgError family to HTTP status, one way to write a document.

`type` is an IRI below `https://w3id.org/newsgraph/problems/` named after the class of error; `detail` says what was
wrong with which input and `hint` (an extension member) what to do; `help` is the address, on this service, of the
type's documentation (`kg.api.problem_types`). Messages of unexpected exceptions stay in the log.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from starlette.exceptions import HTTPException

from kg import errors
from kg.api.negotiation import NotAcceptable
from kg.api.problem_types import PROBLEM_TYPES, ProblemType

__all__ = ["MEDIA_TYPE", "Problem", "Refusal", "name_of_error", "problem_of", "too_large"]

MEDIA_TYPE = "application/problem+json"

# The nearest class in an error's ancestry counts. 400: the client can mend the request; 503: trying again may help.
STATUS: dict[type[errors.KgError], int] = {
    errors.KgError: 500,
    errors.ArticleError: 422,
    errors.ModelError: 503,
    errors.ExtractorError: 503,
    errors.OntologyError: 500,
    errors.QueryError: 400,
    errors.QuerySyntaxError: 400,
    errors.QueryRefused: 400,
    errors.CallRefused: 400,
    errors.QueryTooLong: 400,
    errors.QueryTooDeep: 400,
    errors.QueryTimeout: 503,
    errors.QueryTooLarge: 503,
    errors.OutOfMemory: 503,
    errors.ResultTooLarge: 503,
    errors.QueryBusy: 503,
    errors.QueueFull: 503,
    errors.ClientBusy: 503,
    errors.QueryCancelled: 503,
    errors.WorkerLost: 503,
    errors.ServiceFailed: 502,
    errors.QueryFileError: 500,
    errors.UnknownQuery: 404,
    errors.ParameterError: 400,
    errors.StoreError: 500,
    errors.StoreUnavailable: 503,
    errors.StoreLocked: 503,
    errors.UnknownGraph: 404,
    errors.ProtectedGraph: 403,
    errors.RdfSyntaxError: 400,
    errors.WorkspaceError: 500,
    errors.UnknownEntity: 404,
    errors.AmbiguousEntity: 409,
    errors.ResolutionError: 409,
}
RETRY_AFTER_S = 5


class Refusal(HTTPException):
    """A request that the service does not serve, with its HTTP status: wrong method, media type, size, key.

    `kind` is the name of its type, if its status alone does not say it. An HTTPException, because FastAPI hides any
    other exception that comes up while it reads a body.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        hint: str | None = None,
        headers: Mapping[str, str] | None = None,
        kind: str | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(status, detail, dict(headers or {}))
        self.hint = hint
        self.kind = PROBLEM_TYPES[kind] if kind is not None else None
        self.extra = extra or {}


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document and the response that carries it."""

    status: int
    title: str
    detail: str
    type: str = "about:blank"
    hint: str | None = None
    instance: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> bytes:
        """The document, as JSON."""
        members = {"type": self.type, "title": self.title, "status": self.status, "detail": self.detail}
        optional = {"hint": self.hint, "instance": self.instance, **self.extra}
        members |= {name: value for name, value in optional.items() if value is not None}
        return json.dumps(members, ensure_ascii=False).encode()


def problem_of(error: BaseException, *, instance: str | None = None) -> Problem:
    """The problem document for anything that was raised."""
    if isinstance(error, errors.KgError):
        return _of_kg_error(error, instance)
    if isinstance(error, NotAcceptable):
        offered = [offer.media_type for offer in error.offers]
        return Problem(406, "Not Acceptable", str(error), instance=instance, extra={"offers": offered})
    if isinstance(error, Refusal) and error.kind is not None:
        return _typed(
            error.kind, error.status_code, str(error.detail), error, instance, error.headers or {}, error.extra
        )
    if isinstance(error, HTTPException):
        title = HTTPStatus(error.status_code).phrase
        hint = getattr(error, "hint", None)
        return Problem(
            error.status_code, title, str(error.detail), hint=hint, instance=instance, headers=error.headers or {}
        )
    return Problem(500, "Internal Server Error", "the service failed; its log says why", instance=instance)


def name_of_error(kind: type[errors.KgError]) -> str:
    """The name of the type of a class of errors.

    >>> name_of_error(errors.QueryTooLong)
    'query-too-long'
    """
    return re.sub(r"(?<!^)(?=[A-Z])", "-", kind.__name__).lower()


def too_large(limit: int) -> Refusal:
    """The refusal of a body of more than `limit` bytes."""
    return Refusal(
        413,
        f"the request's body is larger than {limit:,} bytes",
        hint="send it in parts",
        headers={"Connection": "close"},
        kind="body-too-large",
    )


def _of_kg_error(error: errors.KgError, instance: str | None) -> Problem:
    known = [cls for cls in type(error).__mro__ if cls in STATUS]  # others' subclasses take after their nearest
    status = STATUS[known[0]]
    headers: dict[str, str] = {}
    extra: dict[str, object] = {}
    if status == 503:
        headers["Retry-After"] = str(error.retry_after_s if isinstance(error, errors.QueryBusy) else RETRY_AFTER_S)
    if isinstance(error, errors.AmbiguousEntity):
        extra["candidates"] = [{"iri": iri, "label": label} for iri, label in error.candidates]
    return _typed(PROBLEM_TYPES[name_of_error(known[0])], status, str(error), error, instance, headers, extra)


def _typed(
    kind: ProblemType,
    status: int,
    detail: str,
    error: errors.KgError | Refusal,
    instance: str | None,
    headers: Mapping[str, str],
    extra: Mapping[str, object],
) -> Problem:
    return Problem(
        status=status,
        title=kind.title,
        detail=detail,
        type=kind.type,
        hint=error.hint or (kind.remedy if status < 500 or status == 503 else None),
        instance=instance,
        extra={"help": f"/problems/{kind.name}", **extra},
        headers=headers,
    )
