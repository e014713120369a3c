"""Every error has a status and a document."""

from __future__ import annotations

import json
import re

import pytest
from pyoxigraph import NamedNode

from kg import errors
from kg.api.negotiation import SOLUTIONS, NotAcceptable
from kg.api.problem_types import PROBLEM_TYPES
from kg.api.problems import STATUS, Refusal, name_of_error, problem_of
from kg.settings import Settings


def _all_errors() -> list[type[errors.KgError]]:
    found = [errors.KgError]
    for cls in found:
        found += cls.__subclasses__()
    return [cls for cls in found if cls.__module__ == "kg.errors"]


@pytest.mark.parametrize("cls", _all_errors(), ids=lambda cls: cls.__name__)
def test_every_class_of_error_has_a_status_of_its_own(cls: type[errors.KgError]) -> None:
    assert cls in STATUS


@pytest.mark.parametrize(
    ("error", "status", "type_"),
    [
        pytest.param(errors.QuerySyntaxError("line 1"), 400, "query-syntax-error", id="syntax"),
        pytest.param(errors.QueryTimeout(30, hint="LIMIT"), 503, "query-timeout", id="timeout"),
        pytest.param(errors.UnknownEntity("nobody"), 404, "unknown-entity", id="unknown"),
        pytest.param(errors.ArticleError("a.txt", "empty"), 422, "article-error", id="article"),
        pytest.param(errors.QueryBusy(7), 503, "query-busy", id="busy"),
    ],
)
def test_an_error_becomes_a_problem_document(error: errors.KgError, status: int, type_: str) -> None:
    document = json.loads(problem_of(error, instance="/sparql").body())
    assert document["status"] == status
    assert document["type"].endswith("/" + type_)
    assert document["detail"] == str(error)
    assert document["instance"] == "/sparql"
    assert document["hint"] == error.hint or error.hint is None
    assert document["help"] == f"/problems/{type_}"


@pytest.mark.parametrize("cls", _all_errors(), ids=lambda cls: cls.__name__)
def test_every_class_of_error_is_documented(cls: type[errors.KgError]) -> None:
    kind = PROBLEM_TYPES[name_of_error(cls)]
    assert kind.status == STATUS[cls]
    assert len(kind.meaning) > 20
    assert len(kind.remedy) > 10


def test_types_differ_and_their_iris_are_absolute() -> None:
    iris = [kind.type for kind in PROBLEM_TYPES.values()]
    assert len(set(iris)) == len(iris)
    assert all(NamedNode(iri) for iri in iris)


def test_settings_that_the_documentation_names_exist() -> None:
    text = " ".join(kind.meaning + kind.remedy for kind in PROBLEM_TYPES.values())
    named = set(re.findall(r"KG_(\w+)", text))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_a_busy_service_says_when_to_come_back() -> None:
    assert problem_of(errors.QueryBusy(7)).headers["Retry-After"] == "7"


def test_candidates_of_an_ambiguous_name_are_listed() -> None:
    error = errors.AmbiguousEntity("two of them", (("http://x/1", "A"), ("http://x/2", "A")))
    document = json.loads(problem_of(error).body())
    assert [candidate["iri"] for candidate in document["candidates"]] == ["http://x/1", "http://x/2"]


def test_what_went_wrong_inside_stays_inside() -> None:
    problem = problem_of(ZeroDivisionError("the secret is 42"))
    assert problem.status == 500
    assert "42" not in problem.body().decode()


def test_refusals_keep_their_status_and_headers() -> None:
    problem = problem_of(Refusal(405, "PUT on /sparql", headers={"Allow": "GET"}))
    assert (problem.status, problem.title, problem.headers) == (405, "Method Not Allowed", {"Allow": "GET"})


def test_not_acceptable_lists_what_is() -> None:
    document = json.loads(problem_of(NotAcceptable("image/png", SOLUTIONS)).body())
    assert document["status"] == 406
    assert "text/csv" in document["offers"]
