"""Schemathesis asks every operation of the OpenAPI document with values that it makes up from the document.

Whatever is asked, the service must not fail, and has to answer with a status, a media type and a body that the document
names. Examples are few and seeded: this runs with all other tests.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import KEY, fill
from tests.api.test_rest import slug_of
from tests.serving import running

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 4  # of each operation


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A service of one's own, since what is made up may also be written."""
    folder = tmp_path_factory.mktemp("asked") / "world"
    fill(folder)
    with running(folder, {"KG_API_KEY": KEY, "KG_QUERY_WORKERS": "2", "KG_QUERY_TIMEOUT_S": "2"}) as url:
        yield url


@pytest.fixture(scope="module")
def document(url: str) -> dict[str, Any]:
    """The service's OpenAPI document."""
    found: dict[str, Any] = httpx.get(f"{url}openapi.json", trust_env=False).json()
    return found


def test_every_operation_answers_as_the_document_says(url: str, client: httpx.Client, document: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=url.rstrip("/"))
    wrong: list[str] = []
    known = {"q": "kestrel", "from": "Ana Diaz", "to": "Port Alder", "slug": slug_of(client, "Kestrel Lines")}
    turn = itertools.count()
    for found in schema.get_all_operations():
        operation = found.ok()

        @seed(0)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            if next(turn) % 2:  # what is made up is found by nobody: every other time, ask for what is there
                for given_ in (case.path_parameters, case.query):
                    given_.update({name: value for name, value in known.items() if name in given_})
            response = case.call(headers={"Authorization": f"Bearer {KEY}"}, timeout=30)
            if response.status_code >= 500 and response.status_code != 503:  # 503 is a query at its deadline
                wrong.append(f"{case.method} {response.request.url}: {response.status_code} {response.text[:300]}")
            try:
                case.validate_response(response, checks=CHECKS)
            except BaseExceptionGroup as failures:  # all are told, not the first alone
                told = "; ".join(map(str, failures.exceptions))
                wrong.append(
                    f"{case.method} {response.request.url}: {told}\n{response.status_code} {response.text[:300]}"
                )

        ask()
    assert not wrong, "\n\n".join(wrong)


def test_every_operation_has_a_summary_and_documents_its_problems(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (method, path)
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    also = {"text/html"} if path.startswith("/queries/") else set()  # its form says what was wrong
                    found = set(response["content"])
                    assert {"application/problem+json"} <= found <= {"application/problem+json", *also}, (method, path)
