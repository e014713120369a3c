"""A SPARQL update, read as far as it says which graphs it writes, and with the dataset that a request may give it.

Whether an update may run is decided before it runs, so this reading must never see less than the engine's. The engine's
grammar has no word boundaries (measured, pyoxigraph 0.5.13: `INSERT DATA{GRAPHex:foo{…}}` writes `ex:foo`), so words
count only where they stand alone, a group in a template must follow `GRAPH` and a name, and anything else is refused as
not readable. Names are resolved by the engine itself, with the prologue that stands before them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from re import Match

from pyoxigraph import DefaultGraph, NamedNode, QuerySolutions, Store

from kg.errors import QueryRefused, QuerySyntaxError
from kg.graph.diagnosis import syntax_error
from kg.graph.guard import position, tokens

__all__ = ["Operation", "Update", "read_update"]

Graph = NamedNode | DefaultGraph

_OPTIONAL = ("GRAPH", "SILENT", "DEFAULT")  # what may stand before the name of a graph, or be left out
_BOUNDED = frozenset(("INSERT DATA", "DELETE DATA", "CREATE", "CLEAR", "DROP"))


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: its kind (`INSERT DATA`, `DELETE WHERE`, `MODIFY`, `CLEAR`, …) and the graphs that it writes.

    `everywhere` is what it says instead of a graph's name: `ALL`, `NAMED` or a variable; else empty.
    """

    kind: str
    graphs: tuple[Graph, ...] = ()
    everywhere: str = ""

    @property
    def bounded(self) -> bool:
        """Whether its cost follows from its length and from what it removes: it searches and copies nothing."""
        return self.kind in _BOUNDED


@dataclass(frozen=True, slots=True)
class Update:
    """An update's text and what it does."""

    text: str
    operations: tuple[Operation, ...]
    has_dataset: bool
    """Whether it names a dataset itself, by WITH, USING or USING NAMED."""
    _insertions: tuple[tuple[int, str], ...] = ()

    @property
    def bounded(self) -> bool:
        """Whether all of its operations are."""
        return all(operation.bounded for operation in self.operations)

    def over(self, default: Iterable[NamedNode], named: Iterable[NamedNode]) -> str:
        """The update's text, with each pattern matched against that dataset (SPARQL 1.1 Protocol, 2.2.3).

        Raises QueryRefused if the update names a dataset itself.

        >>> read_update("DELETE WHERE { ?s ?p 1 }", "http://e.org/").over([NamedNode("http://e.org/g")], [])
        'DELETE { ?s ?p 1 } USING <http://e.org/g> WHERE { ?s ?p 1 }'
        """
        clauses = [f"USING {graph} " for graph in default] + [f"USING NAMED {graph} " for graph in named]
        if not clauses:
            return self.text
        if self.has_dataset:
            raise QueryRefused(
                "the request names a dataset, and so does the update",
                hint="leave out using-graph-uri and using-named-graph-uri, or WITH and USING",
            )
        parts, at = [], 0
        for offset, before in self._insertions:
            parts += [self.text[at:offset], before, *clauses]
            at = offset
        return "".join((*parts, self.text[at:]))


def read_update(text: str, base: str) -> Update:
    """What an update does; relative IRIs in it are resolved against `base`.

    Raises QuerySyntaxError or QueryRefused for a text that is not read here; not every other one is SPARQL.

    >>> [(op.kind, op.everywhere) for op in read_update("CREATE GRAPH <g>; CLEAR ALL", "http://e.org/").operations]
    [('CREATE', ''), ('CLEAR', 'ALL')]
    """
    return _Reader(text, base).read()


class _Reader:
    """Reads one update, token by token."""

    def __init__(self, text: str, base: str) -> None:
        self._text = text
        self._base = base
        self._tokens = list(tokens(text))
        self._at = 0
        self._prologue: list[str] = []
        self._resolved: dict[str, NamedNode] = {}
        self._insertions: list[tuple[int, str]] = []
        self._has_dataset = False

    def read(self) -> Update:
        operations = []
        self._read_prologue()
        while self._at < len(self._tokens):
            operations.append(self._operation())
            if self._at == len(self._tokens):
                break
            self._take(";")
            self._read_prologue()
        return Update(self._text, tuple(operations), self._has_dataset, tuple(self._insertions))

    def _read_prologue(self) -> None:
        while (word := self._word()) in ("PREFIX", "BASE", "VERSION"):
            begin = self._next().start()
            if word == "PREFIX" and self._peek("pname") is None:
                raise self._unreadable()
            if word == "PREFIX":
                self._next()
            if self._peek("string" if word == "VERSION" else "iri") is None:
                raise self._unreadable()
            self._prologue.append(self._text[begin : self._next().end()])
            self._resolved.clear()

    def _operation(self) -> Operation:
        word = self._word()
        match word:
            case "INSERT" | "DELETE":
                return self._data_or_pattern(word)
            case "WITH":
                self._next()
                self._has_dataset = True
                return self._modify(self._name())
            case "CLEAR" | "DROP" | "CREATE":
                return self._whole_graph(word)
            case "ADD" | "MOVE" | "COPY":
                return self._between(word)
        raise self._unreadable("no update begins like this")

    def _data_or_pattern(self, word: str) -> Operation:
        match self._word(1):
            case "DATA":
                self._at += 2
                graphs, everywhere = self._template(DefaultGraph())
                return Operation(f"{word} DATA", graphs, everywhere)
            case "WHERE" if word == "DELETE":
                self._at += 1
                where = self._next()
                begin = self._here()
                graphs, everywhere = self._template(DefaultGraph())
                pattern = self._text[begin : self._tokens[self._at - 1].end()]
                # the long form of the same, which has room for USING: DELETE { … } USING … WHERE { … }
                self._insertions.append((where.start(), f"{pattern} "))
                return Operation("DELETE WHERE", graphs, everywhere)
        return self._modify(DefaultGraph())

    def _modify(self, default: Graph) -> Operation:
        """`DELETE {…} INSERT {…} USING … WHERE {…}`, of which one template is enough."""
        graphs: tuple[Graph, ...] = ()
        everywhere = ""
        first = self._at
        for word in ("DELETE", "INSERT"):
            if self._word() == word:
                self._next()
                found, somewhere = self._template(default)
                graphs, everywhere = graphs + found, everywhere or somewhere
        if self._at == first:
            raise self._unreadable("expected DELETE or INSERT")
        while self._word() == "USING":
            self._next()
            self._has_dataset = True
            if self._word() == "NAMED":
                self._next()
            self._name()
        if self._word() != "WHERE":
            raise self._unreadable("expected WHERE")
        self._insertions.append((self._next().start(), ""))
        self._group()
        return Operation("MODIFY", tuple(dict.fromkeys(graphs)), everywhere)

    def _whole_graph(self, word: str) -> Operation:
        self._next()
        if self._word() == "SILENT":
            self._next()
        target = self._word()
        if target == "GRAPH":
            self._next()
            return Operation(word, (self._name(),))
        if word != "CREATE" and target in ("DEFAULT", "NAMED", "ALL"):
            self._next()
            return Operation(word, (DefaultGraph(),)) if target == "DEFAULT" else Operation(word, everywhere=target)
        raise self._unreadable("expected GRAPH and a name")

    def _between(self, word: str) -> Operation:
        """`COPY a TO b`; MOVE takes its source away."""
        self._next()
        if self._word() == "SILENT":
            self._next()
        source = self._graph_or_default()
        if self._word() != "TO":
            raise self._unreadable("expected TO")
        self._next()
        target = self._graph_or_default()
        return Operation(word, (source, target) if word == "MOVE" else (target,))

    def _graph_or_default(self) -> Graph:
        if self._word() == "DEFAULT":
            self._next()
            return DefaultGraph()
        if self._word() == "GRAPH":
            self._next()
        elif (token := self._peek("pname")) is not None and token["prefix"].upper().startswith(_OPTIONAL):
            raise self._unreadable("put GRAPH before this name")  # the engine takes GRAPHex:a for GRAPH ex:a
        return self._name()

    def _template(self, default: Graph) -> tuple[tuple[Graph, ...], str]:
        """The graphs that a template or data block writes, and the variable if one names a graph."""
        self._take("{")
        graphs: dict[Graph, None] = {}
        everywhere = ""
        while (token := self._next())[0] != "}":
            if self._is_word(token, "GRAPH"):
                if (variable := self._peek("var")) is not None:
                    everywhere = variable[0]
                    self._next()
                else:
                    graphs.setdefault(self._name())
                self._take("{")
                while (inner := self._next())[0] != "}":
                    self._annotation(inner)
            elif token[0] != ".":
                graphs.setdefault(default)
                self._annotation(token)
        return tuple(graphs), everywhere

    def _annotation(self, token: Match[str]) -> None:
        """Pass over `{| … |}` (RDF 1.2) if that begins here; no other group may stand within triples."""
        if token[0] != "{":
            return
        if self._text[token.end() : token.end() + 1] != "|":
            self._at -= 1
            raise self._unreadable("expected GRAPH and a name before {")
        while (inner := self._next())[0] != "}":
            self._annotation(inner)

    def _group(self) -> None:
        """Pass over a group of patterns."""
        self._take("{")
        depth = 1
        while depth:
            token = self._next()
            depth += (token[0] == "{") - (token[0] == "}")

    def _name(self) -> NamedNode:
        """The IRI that is next, as the engine understands it."""
        token = self._peek("iri") or self._peek("pname")
        if token is None:
            raise self._unreadable("expected the name of a graph")
        self._next()
        if (known := self._resolved.get(token[0])) is not None:
            return known
        query = "\n".join((*self._prologue, f"SELECT ({token[0]} AS ?name) {{}}"))
        try:
            solutions = Store().query(query, base_iri=self._base)
        except (SyntaxError, ValueError) as error:
            raise syntax_error(str(error), query) from error
        assert isinstance(solutions, QuerySolutions)
        name = next(solutions)["name"]
        if not isinstance(name, NamedNode):
            raise QuerySyntaxError(f"{position(self._text, token.start())}: {token[0]} is no IRI")
        self._resolved[token[0]] = name
        return name

    def _here(self) -> int:
        return self._tokens[self._at].start() if self._at < len(self._tokens) else len(self._text)

    def _peek(self, kind: str) -> Match[str] | None:
        """The next token if it is of that kind."""
        token = self._tokens[self._at] if self._at < len(self._tokens) else None
        return token if token is not None and token.lastgroup == kind else None

    def _word(self, ahead: int = 0) -> str:
        """The next token in capitals if it is a word, else nothing."""
        at = self._at + ahead
        return self._tokens[at][0].upper() if at < len(self._tokens) and self._tokens[at].lastgroup == "word" else ""

    @staticmethod
    def _is_word(token: Match[str], word: str) -> bool:
        return token.lastgroup == "word" and token[0].upper() == word

    def _next(self) -> Match[str]:
        if self._at == len(self._tokens):
            raise self._unreadable("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, lexeme: str) -> None:
        if self._at == len(self._tokens) or self._tokens[self._at][0] != lexeme:
            raise self._unreadable(f"expected {lexeme}")
        self._at += 1

    def _unreadable(self, reason: str = "not an update from here") -> QuerySyntaxError:
        return QuerySyntaxError(
            f"{position(self._text, self._here())}: {reason}",
            hint="is it SPARQL 1.1 Update, with spaces between its words?",
        )
