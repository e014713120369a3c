"""What each type of problem document means and what to do about it: `/problems` shows this, errors point there.

RFC 9457, 4: a type is an IRI with a title, a status and documentation. Those that other specifications registered keep
their IRI. What is not listed has the type `about:blank`: its status says all.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PROBLEM_TYPES", "ProblemType"]

NAMESPACE = "https://w3id.org/newsgraph/problems/"


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One type of problem: `name` is the end of its IRI and its address below `/problems/`."""

    name: str
    title: str
    status: int
    meaning: str
    remedy: str
    iri: str = ""

    @property
    def type(self) -> str:
        """Its IRI."""
        return self.iri or NAMESPACE + self.name


_LATER = "Try again after the seconds that Retry-After says."
_ADMIN = "Tell whoever runs the service; its log has the request id."

PROBLEM_TYPES: dict[str, ProblemType] = {
    kind.name: kind
    for kind in (
        # limits of a query
        ProblemType(
            "query-timeout",
            "Query timeout",
            503,
            "The query ran until its deadline and was killed. KG_QUERY_TIMEOUT_S is the deadline where the client names none. "
            "A server on which the graph lies may have a shorter one of its own.",
            "Bind a subject or object, join the patterns, drop ORDER BY, add LIMIT; or ask for more seconds, up to "
            "KG_QUERY_TIMEOUT_MAX_S, by the parameter timeout or the header Prefer: wait=SECONDS.",
        ),
        ProblemType(
            "out-of-memory",
            "Out of memory",
            503,
            "The query needed more than KG_QUERY_MEMORY_MB and was killed. Sorting, DISTINCT and GROUP BY keep all rows.",
            "Join the patterns so that fewer rows arise, and filter before sorting.",
        ),
        ProblemType(
            "result-too-large",
            "Result too large",
            503,
            "The answer is larger than KG_QUERY_RESULT_MB, or has more rows or triples than the server gives on which the graph "
            "lies (Virtuoso: ResultSetMaxRows); that server sends a part and says nothing.",
            "Ask for less: LIMIT, fewer variables. /export gives the whole graph.",
        ),
        ProblemType(
            "query-too-large",
            "Query too large",
            503,
            "The query, update or document takes more than the engine can hold, or more than an update may use.",
            "Split it: several queries, updates in steps, documents in parts.",
        ),
        ProblemType(
            "query-too-long",
            "Query too long",
            400,
            "The query has more than 250,000 characters, or the update more than 500,000.",
            "Ask in several queries. Send data as RDF to /graphs.",
        ),
        ProblemType(
            "query-too-deep",
            "Query too deep",
            400,
            "Brackets are nested more than 128 deep. Deeper ones crash parsers.",
            "Flatten the query: a list of values belongs into VALUES, alternatives into one UNION after another.",
        ),
        ProblemType(
            "call-refused",
            "Call refused",
            400,
            "SERVICE or LOAD would call another server. SERVICE may, where KG_SERVICE_HOSTS names the host; LOAD never.",
            "Ask that server itself and join the answers, or ask whoever runs the service to allow the host. Instead of LOAD, fetch "
            "the document and send it to /graphs.",
        ),
        ProblemType(
            "service-failed",
            "Service failed",
            502,
            "A server that the query calls by SERVICE did not answer, or not with what can be used here.",
            "Ask that server itself to see why. SERVICE SILENT goes on without it.",
        ),
        ProblemType(
            "query-refused",
            "Query refused",
            400,
            "What was sent is SPARQL that does not run here: an update where a query is due, or a text of two readings.",
            "Do what the hint says. Updates go to /sparql in the parameter update.",
        ),
        ProblemType(
            "query-busy", "Query busy", 503, "No query worker became free in time.", f"{_LATER} Fewer queries at once."
        ),
        ProblemType("queue-full", "Queue full", 503, "As many queries as may wait for a worker do so already.", _LATER),
        ProblemType(
            "client-busy",
            "Client busy",
            503,
            "As many of your queries as KG_QUERIES_PER_CLIENT allows run or wait already. A client is a key, else an address.",
            "Send the next query when one is answered.",
        ),
        ProblemType(
            "query-cancelled", "Query cancelled", 503, "The query was stopped because whoever asked went away.", _LATER
        ),
        ProblemType(
            "worker-lost",
            "Worker lost",
            503,
            "Something outside the service killed the query's worker, and its second one: the system for want of memory, perhaps.",
            f"{_LATER} {_ADMIN}",
        ),
        # limits of a request
        ProblemType(
            "body-too-large",
            "Body too large",
            413,
            "The request's body is larger than this route takes: KG_MAX_ARTICLE_MB, KG_MAX_GRAPH_MB.",
            "Send it in parts. What is larger still belongs on the command line: kg ingest.",
        ),
        ProblemType(
            "body-too-slow",
            "Body too slow",
            408,
            "The request's body came so slowly that the service gave up.",
            "Check the connection, and send it again.",
        ),
        ProblemType(
            "header-too-large",
            "Header too large",
            431,
            "The request line and headers are larger than 64 kB together.",
            "Send a long query by POST; send fewer cookies and headers.",
        ),
        ProblemType(
            "too-many-connections",
            "Too many connections",
            503,
            "As many connections are open as the service takes.",
            f"{_LATER} Use one connection for several requests, and close those not in use.",
        ),
        ProblemType(
            "quota-exceeded",
            "Quota exceeded",
            429,
            "More requests came from your key or address than KG_RATE_LIMIT allows in a minute.",
            f"{_LATER} The fields RateLimit and RateLimit-Policy of each answer say how many are left.",
            iri="https://iana.org/assignments/http-problem-types#quota-exceeded",
        ),
        ProblemType(
            "too-many-waiting",
            "Too many waiting",
            503,
            "As many writes, or exports, as may wait for their turn do so already.",
            "Send one request after the other, each when the one before is done.",
        ),
        ProblemType(
            "shutting-down",
            "Shutting down",
            503,
            "The service is stopping: what runs is finished, nothing new begins.",
            _LATER,
        ),
        # keys
        ProblemType(
            "key-required",
            "Key required",
            401,
            "The route needs an API key: those that write always, all others where KG_READ_KEY is required.",
            "Send Authorization: Bearer KEY, or X-API-Key: KEY. kg key create NAME makes one.",
        ),
        ProblemType(
            "key-unknown",
            "Key unknown",
            403,
            "The key is none of this service, or was revoked.",
            "Take another one: kg key list names those there are.",
        ),
        ProblemType(
            "key-expired",
            "Key expired",
            403,
            "The key's time is over.",
            "Have a new one made: kg key create NAME --expires DATE.",
        ),
        ProblemType(
            "key-scope",
            "Key scope",
            403,
            "The key does not reach so far: read, write and admin are three scopes, each holding the one before.",
            "Take a key of the scope that the detail names: kg key create NAME --scope SCOPE.",
        ),
        # what was asked for
        ProblemType(
            "query-syntax-error",
            "Query syntax error",
            400,
            "What was sent is not SPARQL. The detail has line and column.",
            "Mend it where the detail says; the hint is the likeliest cause.",
        ),
        ProblemType(
            "query-error",
            "Query error",
            400,
            "The query ran and gave no answer: it needs a format that was not asked for, or the engine found a fault in it.",
            "Do what the detail says.",
        ),
        ProblemType(
            "parameter-error",
            "Parameter error",
            400,
            "A named query or a look-up was given a parameter that it does not take, or lacks, or that has the wrong type.",
            "GET /queries lists the parameters of named queries with their types, /docs those of all routes.",
        ),
        ProblemType("unknown-query", "Unknown query", 404, "No named query has this name.", "GET /queries lists them."),
        ProblemType(
            "unknown-entity",
            "Unknown entity",
            404,
            "Nothing has this name, IRI or id.",
            "GET /entities?q=NAME searches; a merged thing answers under the other's IRI.",
        ),
        ProblemType(
            "ambiguous-entity",
            "Ambiguous entity",
            409,
            "Several things have this name: candidates lists them.",
            "Ask with the IRI of one of them.",
        ),
        ProblemType("unknown-graph", "Unknown graph", 404, "There is no graph of this IRI.", "A PUT to it makes it."),
        ProblemType(
            "protected-graph",
            "Protected graph",
            403,
            "The graph is a view of the articles and of people's decisions, and changes with them alone.",
            "Use the route that the hint names, or a graph of your own.",
        ),
        ProblemType(
            "rdf-syntax-error",
            "Rdf syntax error",
            400,
            "The document is not RDF in the format that its Content-Type says.",
            "Mend it where the detail says.",
        ),
        ProblemType(
            "article-error",
            "Article error",
            422,
            "The article cannot be read: no text, another language than English, a field of the wrong type.",
            "Mend what the detail names, and send it again.",
        ),
        ProblemType(
            "resolution-error",
            "Resolution error",
            409,
            "The decision cannot be applied to the graph as it is.",
            "Look at the things that it names, and decide again.",
        ),
        # what lies with the service
        ProblemType("store-unavailable", "Store unavailable", 503, "The graph store cannot be reached.", _LATER),
        ProblemType("store-locked", "Store locked", 503, "Another process holds the store for writing.", _LATER),
        ProblemType("store-error", "Store error", 500, "The graph store refused or failed.", _ADMIN),
        ProblemType("model-error", "Model error", 503, "The model that reads articles cannot be loaded.", _ADMIN),
        ProblemType("extractor-error", "Extractor error", 503, "What reads articles failed, or is away.", _ADMIN),
        ProblemType("ontology-error", "Ontology error", 500, "Files of the ontology are wrong.", _ADMIN),
        ProblemType("query-file-error", "Query file error", 500, "The file of a named query is wrong.", _ADMIN),
        ProblemType("workspace-error", "Workspace error", 500, "The workspace is damaged or incomplete.", _ADMIN),
        ProblemType("kg-error", "Kg error", 500, "The service failed at something that the detail names.", _ADMIN),
    )
}
