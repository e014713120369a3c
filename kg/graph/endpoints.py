"""What the URL of a SPARQL server says of it: where queries, updates and graphs go, and with which name and password.

The URL's fragment, which no server sees, says what cannot be guessed, as `#update=…&graphs=…&facts=…&auth=digest`:

    server  `virtuoso`: a Virtuoso, whose other addresses then follow from its root
    update  where updates go          (else: beside `…/query` as `…/update`; else the query URL itself)
    graphs  the Graph Store endpoint  (else: beside `…/query` as `…/store`; if none or empty, updates do its work)
    facts   the named graph that holds the facts, for servers whose default graph is the union of all
    auth    `basic` (the default) or `digest`, with the URL's user and password

    http://127.0.0.1:7878                                                 Oxigraph
    http://127.0.0.1:3030/ds/query#graphs=http://127.0.0.1:3030/ds/data   Fuseki
    http://dba:dba@127.0.0.1:8890#server=virtuoso                         Virtuoso
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from pyoxigraph import NamedNode

from kg.errors import StoreUnavailable

__all__ = ["VIRTUOSO", "VIRTUOSO_FACTS", "Endpoints"]

VIRTUOSO = "virtuoso"
VIRTUOSO_FACTS = "urn:newsgraph:facts"

_OPTIONS = frozenset(("server", "update", "graphs", "facts", "auth"))
_AUTH = ("basic", "digest")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where a server is spoken to, and with which credentials; `location` shows none of them."""

    location: str
    query: str
    update: str
    graphs: str | None = None
    facts: NamedNode | None = None
    user: str | None = None
    password: str | None = None
    digest: bool = False
    server: str | None = None

    @classmethod
    def of(cls, location: str) -> Endpoints:
        """What a URL says. Raises StoreUnavailable, without the password, for one that says what is not understood.

        >>> Endpoints.of("http://127.0.0.1:7878").update
        'http://127.0.0.1:7878/update'
        >>> Endpoints.of("http://dba:dba@127.0.0.1:8890#server=virtuoso").graphs
        'http://127.0.0.1:8890/sparql-graph-crud-auth'
        """
        parts = urlsplit(location)
        netloc = parts.netloc.rpartition("@")[2]
        shown = urlunsplit((parts.scheme, netloc, parts.path, parts.query, ""))
        try:
            options = dict(parse_qsl(parts.fragment, keep_blank_values=True, strict_parsing=bool(parts.fragment)))
        except ValueError as error:
            raise StoreUnavailable(f"{shown}#{parts.fragment}: {error}") from error
        if unknown := options.keys() - _OPTIONS:
            raise StoreUnavailable(
                f"{shown}: the fragment of the URL has no {', '.join(sorted(unknown))}",
                hint=f"it may have {', '.join(sorted(_OPTIONS))}",
            )
        root = urlunsplit((parts.scheme, netloc, "", "", ""))
        path = parts.path.rstrip("/")
        server = options.get("server")
        if server == VIRTUOSO:
            # /sparql reads without rights of its own; the others ask for a name and password, by digest
            query = urlunsplit((parts.scheme, netloc, path or "/sparql", parts.query, ""))
            update, graphs = f"{root}/sparql-auth", f"{root}/sparql-graph-crud-auth"
            options = {"facts": VIRTUOSO_FACTS, "auth": "digest"} | options
        elif server is None:
            query = urlunsplit((parts.scheme, netloc, path or "/query", parts.query, ""))
            beside = query.removesuffix("/query") if query.endswith("/query") else None
            update, graphs = f"{beside}/update" if beside else query, f"{beside}/store" if beside else ""
        else:
            raise StoreUnavailable(f"{shown}: server={server} is unknown", hint=f"server={VIRTUOSO}, or leave it out")
        if (auth := options.get("auth", _AUTH[0])) not in _AUTH:
            raise StoreUnavailable(f"{shown}: auth={auth} is unknown", hint=f"auth is one of {', '.join(_AUTH)}")
        try:
            facts = NamedNode(options["facts"]) if "facts" in options else None
        except ValueError as error:
            raise StoreUnavailable(f"{shown}: facts={options['facts']}: {error}") from error
        return cls(
            location=shown,
            query=query,
            update=options.get("update", update),
            graphs=options.get("graphs", graphs) or None,
            facts=facts,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            digest=auth == "digest",
            server=server,
        )
