"""The errors that Newsgraph raises on purpose.

    KgError
    ├── ArticleError            an article that cannot be read: skipped and reported, the run goes on
    ├── ModelError              a model file that is missing, damaged or of another version
    ├── ExtractorError          no extractor of that name, one that cannot be loaded, or one that went wrong
    ├── OntologyError           ontology files or statements that break the ontology
    ├── QueryError
    │   ├── QuerySyntaxError    not SPARQL, with the engine's message
    │   ├── QueryRefused        SPARQL that we do not run
    │   │   ├── CallRefused     SERVICE or LOAD: it would call another server
    │   │   ├── QueryTooLong    more characters than allowed
    │   │   └── QueryTooDeep    brackets nested deeper than allowed
    │   ├── QueryTimeout        ran longer than its deadline and was killed
    │   ├── QueryTooLarge       needed more than allowed
    │   │   ├── OutOfMemory     of memory
    │   │   └── ResultTooLarge  for its answer
    │   ├── QueryBusy           no worker became free in time
    │   │   ├── QueueFull       too many wait for one already
    │   │   └── ClientBusy      too many of the same client run or wait already
    │   ├── QueryCancelled      whoever asked went away, and the query was killed
    │   ├── WorkerLost          something else killed the query's worker, twice
    │   ├── ServiceFailed       another server that the query calls by SERVICE gave no answer
    │   ├── QueryFileError      a file in queries/ whose header and text disagree: nothing starts
    │   ├── UnknownQuery        no queries/NAME.rq
    │   └── ParameterError      an argument that the named query does not take, or of the wrong type
    ├── StoreError              the graph store said no
    │   ├── StoreUnavailable    cannot be opened or reached
    │   ├── StoreLocked         another process holds it for writing
    │   ├── UnknownGraph        no named graph of that IRI
    │   ├── ProtectedGraph      a direct write on a graph that changes by other routes
    │   └── RdfSyntaxError      a document that is no RDF in the format that it is said to have
    ├── WorkspaceError          a directory that is no workspace, or one of another version
    ├── UnknownEntity           no entity, article or claim of that name or IRI
    │   └── AmbiguousEntity     several; `candidates` lists them
    └── ResolutionError         judgements or names that cannot be applied

`hint` says what to do about it. Errors know nothing of HTTP: `kg.api.problems` maps class to status.
"""

from __future__ import annotations

__all__ = [
    "AmbiguousEntity",
    "ArticleError",
    "CallRefused",
    "ClientBusy",
    "ExtractorError",
    "KgError",
    "ModelError",
    "OntologyError",
    "OutOfMemory",
    "ParameterError",
    "ProtectedGraph",
    "QueryBusy",
    "QueryCancelled",
    "QueryError",
    "QueryFileError",
    "QueryRefused",
    "QuerySyntaxError",
    "QueryTimeout",
    "QueryTooDeep",
    "QueryTooLarge",
    "QueryTooLong",
    "QueueFull",
    "RdfSyntaxError",
    "ResolutionError",
    "ResultTooLarge",
    "ServiceFailed",
    "StoreError",
    "StoreLocked",
    "StoreUnavailable",
    "UnknownEntity",
    "UnknownGraph",
    "UnknownQuery",
    "WorkerLost",
    "WorkspaceError",
]


class KgError(Exception):
    """Anything that went wrong and has a name; `hint` is the remedy, shown on a line of its own."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class ArticleError(KgError):
    """An input that is no readable article; `source` names it."""

    def __init__(self, source: str, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"{source}: {reason}", hint=hint)
        self.source = source
        self.reason = reason


class ModelError(KgError):
    """A model file that is missing, damaged or of another version."""


class ExtractorError(KgError):
    """An extractor that is unknown, cannot be loaded, or failed; the message names it."""


class OntologyError(KgError):
    """Ontology files, or statements, that break the ontology."""


class QueryError(KgError):
    """A query that gave no answer."""


class QuerySyntaxError(QueryError):
    """Not SPARQL; the message is the parser's, with line and column."""


class QueryRefused(QueryError):
    """SPARQL that we do not run; the message names the limit or the construct."""


class CallRefused(QueryRefused):
    """A query or update that would call another server: SERVICE, LOAD."""


class QueryTooLong(QueryRefused):
    """A query or update with more characters than allowed."""


class QueryTooDeep(QueryRefused):
    """A query or update whose brackets are nested deeper than allowed."""


class QueryTimeout(QueryError):
    """The query ran longer than `timeout_s` seconds and its worker was killed."""

    def __init__(self, timeout_s: float, *, hint: str | None = None) -> None:
        super().__init__(f"the query did not finish within {timeout_s:g} s", hint=hint)
        self.timeout_s = timeout_s


class QueryTooLarge(QueryError):
    """The query, or a document, needed more than allowed."""


class OutOfMemory(QueryTooLarge):
    """The query needed more memory than allowed, and its worker was killed."""


class ResultTooLarge(QueryTooLarge):
    """The answer is larger than allowed."""


class QueryBusy(QueryError):
    """No query worker became free in time; try again after `retry_after_s` seconds."""

    why = "all query workers are busy"

    def __init__(self, retry_after_s: int = 1) -> None:
        super().__init__(self.why, hint=f"try again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class QueueFull(QueryBusy):
    """As many queries as may wait do so already."""

    why = "too many queries are waiting already"


class ClientBusy(QueryBusy):
    """As many queries of one client as may run or wait do so already."""

    why = "too many of your queries are running or waiting already"


class WorkerLost(QueryError):
    """The query's worker was killed, and not by us: by the system for want of memory, or by a person."""


class ServiceFailed(QueryError):
    """Another server, which the query calls by SERVICE, gave no answer that can be used."""


class QueryCancelled(QueryError):
    """Whoever asked went away or changed their mind; there is nobody to tell."""

    def __init__(self) -> None:
        super().__init__("the query was cancelled")


class QueryFileError(QueryError):
    """A named query's file that is wrong; `path` and `line` say where."""

    def __init__(self, path: str, line: int, reason: str, *, hint: str | None = None) -> None:
        super().__init__(f"{path}, line {line}: {reason}", hint=hint)
        self.path = path
        self.line = line


class UnknownQuery(QueryError):
    """There is no named query of that name."""


class ParameterError(QueryError):
    """An argument that the named query does not take, lacks, or that has the wrong type."""


class StoreError(KgError):
    """The graph store refused or failed."""


class StoreUnavailable(StoreError):
    """The graph store cannot be opened or reached."""


class StoreLocked(StoreUnavailable):
    """Another process holds the store for writing."""


class UnknownGraph(StoreError):
    """There is no named graph of that IRI."""


class ProtectedGraph(StoreError):
    """A direct write on a graph that changes by other routes; the hint names them."""


class RdfSyntaxError(StoreError):
    """A document that is no RDF in the format that it is said to have."""


class WorkspaceError(KgError):
    """A directory that is no workspace, or a workspace of another version."""


class UnknownEntity(KgError):
    """Nothing of that name, IRI or id."""


class AmbiguousEntity(UnknownEntity):
    """Several things of that name; `candidates` are (IRI, label) pairs."""

    def __init__(self, message: str, candidates: tuple[tuple[str, str], ...], *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.candidates = candidates


class ResolutionError(KgError):
    """Names or judgements that cannot be applied."""
