"""What the guard refuses and lets pass, and that it reads a query as the engine does."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, QueryResultsFormat, Store

from kg.errors import QueryRefused
from kg.graph.guard import check_query, undeclared_prefixes

CALLS = {
    "plain": "SELECT * { SERVICE <http://x.test/> { ?s ?p ?o } }",
    "mixed case": "SELECT * { sErViCe<http://x.test/>{?s ?p ?o} }",
    "silent": "SELECT * { SERVICE SILENT ?u { ?s ?p ?o } }",
    "silent, run together": "SELECT * { SERVICESILENT<http://x.test/> { ?s ?p ?o } }",
    "comment between": "SELECT * { SERVICE # <\n <http://x.test/> { ?s ?p ?o } }",
    "comment ended by a carriage return": "SELECT * { # a\rSERVICE <http://x.test/> { ?s ?p ?o } }",
    "looks like a prefixed name": "PREFIX : <http://x.test/> SELECT * { SERVICE:a { ?s ?p ?o } }",
    "prefix that begins with it": "PREFIX a: <http://x.test/> SELECT * { SERVICEa:b { ?s ?p ?o } }",
    "glued to a keyword": "SELECT * { ?s ?p trueSERVICE<http://x.test/> { ?s ?p ?o } }",
    "glued to a number": "SELECT * { ?s ?p 5.SERVICE<http://x.test/> { ?s ?p ?o } }",
    "after a string": "SELECT * { BIND('''a''b\\'''' AS ?x) SERVICE<http://x.test/> { ?s ?p ?o } }",
    "after a comparison that looks like an IRI": "SELECT * { FILTER(3<?x)SERVICE:u#>\n{ ?s ?p ?o } }",
    "after a string that an IRI seems to swallow": "SELECT * { FILTER(3<'a>b') SERVICE <x:y> {} # '\n}",
    "unicode escape": "SELECT * { \\u0053ERVICE <http://x.test/> { ?s ?p ?o } }",
    "in EXISTS": "ASK { FILTER EXISTS { SERVICE <http://x.test/> { ?s ?p ?o } } }",
    "in a subquery": "SELECT * { { SELECT * { SERVICE <http://x.test/> { ?s ?p ?o } } } }",
    "lateral": "SELECT * { VALUES ?u { <http://x.test/> } LATERAL { SERVICE ?u { ?s ?p ?o } } }",
}
HARMLESS = {
    "prefixed names": "PREFIX service: <http://x.test/> SELECT * { ?s service:load service:SERVICE . { ?a ?b ?c } }",
    "graph with such a name": "PREFIX service: <http://x.test/> SELECT * { GRAPH service:load { ?s ?p ?o } }",
    "dataset with such a name": "PREFIX service: <http://x.test/> SELECT * FROM service:load { ?s ?p ?o }",
    "described with such a name": "PREFIX service: <http://x.test/> DESCRIBE service:load { ?s ?p ?o }",
    "variables": "SELECT ?service $load { ?service $load ?SERVICE }",
    "local names": "PREFIX e: <http://x.test/> SELECT * { e:service e:load e:a.SERVICE }",
    "strings": "SELECT * { ?s ?p 'SERVICE <x> {', \"LOAD <x>\", '''it's SERVICE \\''' {''' }",
    "comments": "SELECT * { ?s ?p ?o } # SERVICE <x> { }",
    "IRIs": "SELECT * { ?s <http://x.test/service#load> ?o FILTER(?o = <http://x.test/a_(b)/service#c>) }",
    "rows of IRIs": "SELECT * { VALUES (?a ?b) { (<http://x.test/a#b> <http://x.test/service#c>) } }",
    "words of updates as names": "PREFIX add: <http://x.test/> SELECT ?with { ?with add:drop 'CLEAR ALL' }",
}


@pytest.mark.parametrize("query", CALLS.values(), ids=CALLS)
def test_calls_to_other_servers_are_refused(query: str) -> None:
    with pytest.raises(QueryRefused, match="SERVICE"):
        check_query(query)


@pytest.mark.parametrize("query", HARMLESS.values(), ids=HARMLESS)
def test_the_same_letters_elsewhere_are_no_reason_to_refuse(query: str) -> None:
    check_query(query)
    Store().query(query)  # and it is SPARQL


@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA { <a:a> <a:b> <a:c> }",
        "# note\nPREFIX a: <http://x.test/>\nBASE <http://x.test/> DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://x.test/>",
        "clear all",
        "DROP SILENT DEFAULT",
        "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_updates_are_refused(update: str) -> None:
    with pytest.raises(QueryRefused):
        check_query(update)


def test_a_refusal_names_line_and_column() -> None:
    with pytest.raises(QueryRefused, match="line 3, column 3"):
        check_query("SELECT *\r\n{\n  SERVICE <http://x.test/> { ?s ?p ?o } }")


@pytest.mark.parametrize("pair", ["{}", "()", "[]"])
def test_deep_nesting_is_refused(pair: str) -> None:
    deep = f"SELECT * {{ {pair[0] * 5000}{pair[1] * 5000} }}"
    with pytest.raises(QueryRefused, match="nested more than 128"):
        check_query(deep)
    check_query(f"SELECT * {{ {pair[0] * 120}{pair[1] * 120} }}")


def test_brackets_in_strings_and_side_by_side_do_not_nest() -> None:
    check_query("SELECT * { ?s ?p '" + "{" * 5000 + "' " + "{ ?s ?p ?o } " * 5000 + "}")


def test_a_very_long_query_is_refused() -> None:
    with pytest.raises(QueryRefused, match="300,"):
        check_query("ASK {}" + " " * 300_000)


@pytest.mark.parametrize(
    "text",
    [
        '?service "' + '\\"' * 110_000,
        "?service " + "'''\\" * 55_000,
        "?service (" + "1<'a#(>" * 30_000,
        "?service (" + "1<'(>' " * 30_000,
        "?service " + "a.b-" * 55_000,
        "?service a" + "." * 220_000,
        "?service " + "\\u0041" * 36_000,
    ],
    ids=lambda text: text[9:18],
)
def test_hostile_texts_are_judged_quickly(text: str) -> None:
    start = time.process_time()
    with contextlib.suppress(QueryRefused):
        check_query(text)
    assert time.process_time() - start < 2


def test_undeclared_prefixes_are_told_apart_from_declared_ones() -> None:
    assert undeclared_prefixes("PREFIX : <a:> prefix b: <b:> SELECT * { :x b:y kg:z, <c:d>, 'e:f', kg:w }") == ["kg"]


WORDS = """SERVICE service SERVICESILENT SILENT <U> :u ?u e:u SERVICE:u e: e:a a . .. , ; { } ( ) [ ] ' " ''' \\ \\'
\\u0027 # < > <a <' #> '> ?x {?s_?p_?o} FILTER( BIND(1_AS_?z) BIND(3< true 5 5. 5e1 _:b @en @en- --ltr ^^ ^^e:d | ||
&& / * = ~ << >> OPTIONAL LATERAL GRAPH UNION EXISTS VALUES STR( e:f( é \\# %41 SERVICE<U>{} SERVICE:u{}"""
FRAGMENTS = st.sampled_from(WORDS.split()).map(
    lambda text: text.replace("_?", " ?").replace("_A", " A")
) | st.sampled_from([" ", "\n", "\r", "\u00a0"])
CORES = st.sampled_from(
    [
        "SERVICE<U>{?s ?p ?o}",
        "SERVICE:u {?s ?p ?o}",
        "LATERAL{SERVICE?u{?s ?p ?o}}",
        "FILTER(3<4) SERVICE:u {}",
        "BIND('x' AS ?z) SERVICE:u {}",
        "?s ?p true SERVICE:u {}",
        "FILTER(3<?x)SERVICE:u#>\n{}",
        "FILTER(3<'a>b') SERVICE:u {} # '\n",
        "?s e:b ?o ~ SERVICE:u {}",
    ]
)


@st.composite
def suspicious_queries(draw: st.DrawFn) -> str:
    body = draw(CORES)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(FRAGMENTS) + body[at + draw(st.integers(0, 2)) :]
    prologue = "PREFIX : <http://127.0.0.1:PORT/> PREFIX e: <http://e.test/> PREFIX SERVICE: <http://e.test/> "
    return f"{prologue}SELECT * {{VALUES ?u {{<U>}} {body}}}".replace("<U>", "<http://127.0.0.1:PORT/x>")


class Listener:
    """A server on loopback that hangs up on whoever calls, and counts."""

    def __init__(self) -> None:
        self.calls = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            connection.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(scope="module")
def store() -> Store:
    store = Store()
    store.add(Quad(NamedNode("http://e.test/a"), NamedNode("http://e.test/b"), Literal(value=True)))
    return store


@settings(max_examples=1500, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=suspicious_queries())
def test_no_query_that_passes_makes_the_engine_call_out(query: str, listener: Listener, store: Store) -> None:
    query = query.replace("PORT", str(listener.port))
    try:
        check_query(query)
    except QueryRefused:
        return
    before, told = listener.calls, ""
    try:
        store.query(query, base_iri="http://e.test/").serialize(format=QueryResultsFormat.CSV)  # type: ignore[union-attr]
    except (SyntaxError, OSError, RuntimeError) as error:
        told = str(error)
    assert "service name" not in told
    assert listener.calls == before


def test_the_listener_hears_a_call_that_was_not_refused(listener: Listener, store: Store) -> None:
    before = listener.calls
    with pytest.raises(OSError, match=r".+"):
        list(store.query(f"SELECT * {{ SERVICE <http://127.0.0.1:{listener.port}/> {{ ?s ?p ?o }} }}"))  # type: ignore[arg-type]
    assert listener.calls > before
