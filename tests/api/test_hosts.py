"""A service on loopback answers to this machine's own names: a page whose name points here must not read it."""

from __future__ import annotations

import httpx
import pytest

from kg.api.hosts import host_check
from kg.api.problems import Refusal


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "127.8.9.1", "[::1]:8000", "localhost."]
)
def test_names_of_this_machine_are_answered(host: str) -> None:
    host_check("127.0.0.1", "http://localhost:8000/", (), loopback=True)(host)


@pytest.mark.parametrize("host", ["rebound.example.org", "localhost.example.org:8000", "10.0.0.1", "", "[::2]"])
def test_other_names_are_not(host: str) -> None:
    with pytest.raises(Refusal) as refusal:
        host_check("127.0.0.1", "http://localhost:8000/", (), loopback=True)(host)
    assert refusal.value.status_code == 421


@pytest.mark.parametrize(
    ("base", "further", "loopback", "host"),
    [
        pytest.param("https://graph.example.org/kg/", (), True, "graph.example.org", id="the base IRI's"),
        pytest.param("http://localhost:8000/", ("proxy.example.org",), True, "proxy.example.org:443", id="allowed"),
        pytest.param("http://localhost:8000/", ("*",), True, "anything.example.org", id="any"),
        pytest.param("http://localhost:8000/", (), False, "anything.example.org", id="public"),
    ],
)
def test_names_can_be_added(base: str, further: tuple[str, ...], loopback: bool, host: str) -> None:
    host_check("127.0.0.1", base, further, loopback=loopback)(host)


@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/graphs?default", "/healthz", "/"])
def test_a_request_for_another_host_gets_a_problem_document(client: httpx.Client, path: str) -> None:
    response = client.get(path, headers={"Host": "rebound.example.org"})
    assert response.status_code == 421
    assert response.headers["content-type"] == "application/problem+json"
    assert "--allow-host" in response.json()["hint"]
