"""Query files → `NamedQuery`; a query and arguments → SPARQL."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Literal, NamedNode, QuerySolutions, Store

from kg.errors import ParameterError, QueryFileError, QueryRefused
from kg.graph.guard import check_query, code_of
from kg.query.header import Header, read_header
from kg.query.parameters import Parameter, ParameterType, Resolve

__all__ = ["NamedQuery", "bind", "read_queries"]

_VALUES = re.compile(r"\bVALUES\s*[?$](?P<name>\w+)\s*\{(?P<term>[^{}]*)\}", re.IGNORECASE)
_MODIFIER = re.compile(r"\b(?P<name>LIMIT|OFFSET)\s+(?P<term>\d+)", re.IGNORECASE)
_ORDER = re.compile(r"\bORDER\s+BY\b", re.IGNORECASE)
_PREFIX = re.compile(r"\bPREFIX\s+([A-Za-z][\w.-]*)?:\s*<([^<>\s]*)>", re.IGNORECASE)
_FILE_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query file: `text` runs as it lies, and means "any" wherever an argument is left out."""

    name: str
    title: str
    description: str
    text: str
    parameters: Mapping[str, Parameter]
    prefixes: Mapping[str, str]
    places: tuple[tuple[str, int, int], ...] = field(repr=False)
    """(parameter, start, end) of each passage of the text where an argument goes, in order."""
    tags: tuple[str, ...] = ()
    example: Mapping[str, str] = field(default_factory=dict)
    cache_s: int = 0
    short: bool = False
    anchors: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    """Parameters of which one has to be given, whichever."""

    def is_short(self, arguments: Collection[str]) -> bool:
        """Whether it is bounded, given arguments for these parameters: `short`, and with one of the `anchors`, if any."""
        return self.short and (not self.anchors or any(name in arguments for name in self.anchors))

    @property
    def is_paged(self) -> bool:
        """Whether it takes `limit` and `offset`."""
        return {"limit", "offset"} <= self.parameters.keys()


def read_queries(folder: Path) -> Mapping[str, NamedQuery]:
    """The queries of a folder by name, sorted; raises QueryFileError for the first that is wrong."""
    return {path.stem: read_query(path) for path in sorted(folder.glob("*.rq"))}


def read_query(path: Path) -> NamedQuery:
    """The query of one file."""
    if not _FILE_NAME.fullmatch(path.stem):
        raise QueryFileError(str(path), 1, "the name of the file becomes part of URLs", hint="use a-z, 0-9 and hyphens")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise QueryFileError(str(path), 1, f"cannot be read: {error}", hint="save it as UTF-8") from error
    header = read_header(str(path), text)
    _check_sparql(str(path), text)
    code = code_of(text)
    return NamedQuery(
        name=path.stem,
        title=header.title,
        description=header.description,
        text=text,
        parameters=header.parameters,
        prefixes=dict(_PREFIX.findall(code)),
        places=tuple(_places(str(path), text, code, header)),
        tags=header.tags,
        example=header.example,
        cache_s=header.cache_s,
        short=header.short,
        anchors=header.anchors,
        needs=header.needs,
    )


def bind(query: NamedQuery, arguments: Mapping[str, str], *, resolve: Resolve | None = None) -> str:
    """The query's text with each argument, as an RDF term, in its places; the rest stays as it lies.

    `resolve` turns what is given for an entity, an article or a statement into its IRI. Raises ParameterError for an
    argument that the query does not take, that is not of its type, or that is required (it, or one of several) and
    missing.
    """
    if unknown := sorted(arguments.keys() - query.parameters.keys()):
        takes = ", ".join(query.parameters) or "none"
        raise ParameterError(f"{query.name} has no parameter {', '.join(unknown)}", hint=f"it takes {takes}")
    if missing := [name for name, one in query.parameters.items() if one.required and name not in arguments]:
        what = "; ".join(f"{name}: {query.parameters[name].description}" for name in missing)
        raise ParameterError(f"{query.name} needs {' and '.join(missing)}", hint=what)
    if query.needs and not any(name in arguments for name in query.needs):
        what = "; ".join(f"{name}: {query.parameters[name].description}" for name in query.needs)
        raise ParameterError(f"{query.name} needs {' or '.join(query.needs)}", hint=what)
    terms = {
        name: query.parameters[name].parse(raw, prefixes=query.prefixes, resolve=resolve)
        for name, raw in arguments.items()
    }
    text = query.text
    for name, start, end in reversed(query.places):
        if name in terms:
            text = text[:start] + _print(name, terms[name]) + text[end:]
    return text


def _print(name: str, term: NamedNode | Literal) -> str:
    if name not in ("limit", "offset"):
        return str(term)
    if term.value.lstrip("+0123456789"):
        raise ParameterError(f"{name} is less than nothing: {term.value}", hint="give 0 or more")
    return str(int(term.value))


def _check_sparql(path: str, text: str) -> None:
    try:
        check_query(text)
        Store().query(text)
    except QueryRefused as error:
        raise QueryFileError(path, 1, str(error), hint=error.hint) from error
    except SyntaxError as error:
        found = re.match(r"error at (\d+):", str(error))
        raise QueryFileError(
            path, int(found[1]) if found else 1, f"not a SPARQL query: {error}", hint="run it in any SPARQL tool"
        ) from error


def _places(path: str, text: str, code: str, header: Header) -> list[tuple[str, int, int]]:
    """Where arguments go; raises QueryFileError where header and text disagree."""
    places = []
    for match in [*_VALUES.finditer(code), *_MODIFIER.finditer(code)]:
        name = match["name"]
        modifier = name.upper() in ("LIMIT", "OFFSET") and match.re is _MODIFIER
        parameter = header.parameters.get(name.lower() if modifier else name)
        term = text[slice(*match.span("term"))].strip()
        start = text.index(term, match.start("term"))
        end = start + len(term)
        line = text.count("\n", 0, start) + 1
        if parameter is None:
            if term.upper() == "UNDEF":
                raise QueryFileError(
                    path, line, f"?{name} is in no line of the header", hint=f"add `#: {name} (iri): what it means`"
                )
            continue
        _check_place(path, line, parameter, term, header, text, modifier=modifier)
        places.append((parameter.name, start, end))
    for name in header.parameters:
        line = header.lines[name]
        if name not in {place[0] for place in places}:
            block = f"{name.upper()} 100" if name in ("limit", "offset") else f"VALUES ?{name} {{ UNDEF }}"
            raise QueryFileError(path, line, f"{name} has no place in the query", hint=f"put `{block}` there")
    if "offset" in header.parameters and not _ORDER.search(code):
        raise QueryFileError(
            path,
            header.lines["offset"],
            "pages of rows in no order",
            hint="add ORDER BY, down to what tells rows apart",
        )
    return sorted(places, key=lambda place: place[1])


def _check_place(
    path: str, line: int, parameter: Parameter, term: str, header: Header, text: str, *, modifier: bool
) -> None:
    """Raise QueryFileError unless the place holds the parameter's default, or UNDEF when it has none."""
    name, default = parameter.name, parameter.default
    if modifier and (parameter.type is not ParameterType.INTEGER or default is None):
        raise QueryFileError(path, header.lines[name], f"{name} needs a number", hint=f"`{name} (integer = {term}): …`")
    if default is None:
        if term.upper() != "UNDEF":
            raise QueryFileError(
                path, line, f"VALUES ?{name} holds {term!r}, and the header names no default", hint="put UNDEF there"
            )
        return
    expected = parameter.parse(default, prefixes=dict(_PREFIX.findall(text)))
    if _evaluate(term, text) != expected:
        raise QueryFileError(
            path,
            line,
            f"{name} is {term} in the query and {default} in the header",
            hint="the same in both, so that the file answers the same in every tool",
        )


def _evaluate(term: str, text: str) -> object:
    """The one RDF term that a piece of SPARQL stands for under the file's prefixes, or None."""
    prologue = " ".join(match[0] for match in _PREFIX.finditer(text))
    try:
        rows = Store().query(f"{prologue} SELECT ?x {{ VALUES ?x {{ {term} }} }}")
    except SyntaxError:
        return None
    assert isinstance(rows, QuerySolutions)
    found = [row["x"] for row in rows]
    return found[0] if len(found) == 1 else None
