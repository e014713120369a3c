"""What those who run a service rely on: keys and their scopes, shares, metrics, logs, request ids, and its end."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from kg.access import KeyRing, KeyScope, ServiceAddress
from kg.api.problem_types import PROBLEM_TYPES
from tests.api.conftest import KEY, fill
from tests.factory import World
from tests.serving import REPOSITORY, environment, running

ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
CSV = {"Accept": "text/csv"}


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def kind(answer: httpx.Response) -> str:
    """The name of the problem in an answer."""
    return str(answer.json()["type"]).rpartition("/")[2]


@contextmanager
def client_of(folder: Path, **variables: str) -> Iterator[httpx.Client]:
    with running(folder, variables) as url, httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[httpx.Client, dict[str, str]]]:
    """A service whose reading needs a key, with few requests a minute, and its keys by name."""
    folder = tmp_path_factory.mktemp("closed") / "world"
    fill(folder)
    ring = KeyRing(folder)
    keys = {scope.value: ring.add(scope.value, scope=scope) for scope in KeyScope}
    keys["over"] = ring.add("over", expires=datetime.now(UTC) - timedelta(seconds=1))
    keys["often"] = ring.add("often", scope=KeyScope.READ)
    variables = {"KG_READ_KEY": "required", "KG_RATE_LIMIT": "200", "KG_QUERY_WORKERS": "1", "KG_CORS_ORIGINS": "*"}
    with client_of(folder, **variables) as client:
        yield client, keys


Closed = tuple[httpx.Client, dict[str, str]]


@pytest.mark.parametrize(
    "path",
    ["/", "/sparql", "/sparql?query=ASK%7B%7D", "/entities?q=Ana", "/queries", "/graphs?default", "/export", "/docs",
     "/openapi.json", "/articles", "/problems", "/nothing"],
)  # fmt: skip
def test_where_reading_is_closed_every_route_needs_a_key(closed: Closed, path: str) -> None:
    client, keys = closed
    refused = client.get(path, headers={"Origin": "https://example.org"})
    assert (refused.status_code, kind(refused)) == (401, "key-required")
    assert "Bearer" in refused.headers["www-authenticate"]
    assert refused.headers["access-control-allow-origin"] == "*"
    assert client.get(path, headers=bearer(keys["read"])).status_code in (200, 404)
    assert client.get(path, auth=("anybody", keys["read"])).status_code in (200, 404)  # as a browser asks


def test_whoever_watches_the_service_needs_no_key(closed: Closed) -> None:
    client, _ = closed
    assert client.get("/healthz").json()["status"] == "ok"
    ready = client.get("/readyz").json()
    assert ready["status"] == "ready"
    assert ready["protections"]["read_key"] is True
    assert ready["protections"]["process"] is True
    assert ready["limits"]["query_timeout_s"] == 10


@pytest.mark.parametrize(
    ("name", "method", "path", "expected"),
    [
        pytest.param("read", "POST", "/articles", (403, "key-scope"), id="a reader cannot write"),
        pytest.param("write", "POST", "/maintenance/resolve", (403, "key-scope"), id="a writer is no administrator"),
        pytest.param("over", "GET", "/entities?q=Ana", (403, "key-expired"), id="a key that is over cannot read"),
        pytest.param("over", "POST", "/articles", (403, "key-expired"), id="nor write"),
        pytest.param("wrong", "GET", "/entities?q=Ana", (403, "key-unknown"), id="an invented key"),
    ],
)
def test_a_key_reaches_as_far_as_its_scope_and_time(
    closed: Closed, name: str, method: str, path: str, expected: tuple[int, str]
) -> None:
    client, keys = closed
    answer = client.request(method, path, headers=bearer(keys.get(name, "kg_wrong")), json={"text": "?"})
    assert (answer.status_code, kind(answer)) == expected


def test_an_administrator_may_all(closed: Closed) -> None:
    client, keys = closed
    assert client.post("/maintenance/resolve", headers=bearer(keys["admin"])).status_code == 200
    assert client.get("/entities?q=Ana", headers=bearer(keys["admin"])).status_code == 200


def test_a_password_that_a_browser_sends_by_itself_does_not_write(closed: Closed) -> None:
    client, keys = closed
    answer = client.post("/maintenance/resolve", auth=("anybody", keys["admin"]))
    assert (answer.status_code, kind(answer)) == (401, "key-required")


def test_a_key_has_its_share_of_requests_and_hears_of_it(closed: Closed) -> None:
    client, keys = closed
    answers = [client.get("/problems", headers=bearer(keys["often"]))]
    while answers[-1].status_code == 200 and len(answers) < 2000:  # tokens come back while a slow machine asks
        answers.append(client.get("/problems", headers=bearer(keys["often"])))
    refused = answers[-1]
    assert refused.status_code == 429
    assert len(answers) > 200
    assert refused.json()["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
    assert int(refused.headers["retry-after"]) >= 1
    assert refused.headers["ratelimit-policy"] == '"requests";q=200;w=60'
    assert re.fullmatch(r'"requests";r=199;t=1', answers[0].headers["ratelimit"])
    assert client.get("/queries", headers=bearer(keys["read"])).status_code == 200  # another one's is its own
    assert client.get("/healthz").status_code == 200
    assert numbers(client)["newsgraph_rate_limited_total"] > 0


def test_a_write_is_logged_with_key_route_outcome_and_request(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    fill(folder)
    writer = KeyRing(folder).add("newsroom")
    reader = KeyRing(folder).add("dashboard", scope=KeyScope.READ)
    with client_of(folder) as client:
        for number, secret in enumerate((writer, reader)):
            client.delete("/articles/late", headers={**bearer(secret), "X-Request-ID": f"mine-{number}"})
        client.delete("/articles/nothing", headers=bearer(writer))
        assert client.delete("/articles/late").status_code == 401
        article = {"id": "new", "text": World.sentences[1]}
        assert client.post("/articles", json=article, headers=bearer(writer)).status_code == 201
        label = {"kind": "label", "entity": "Ana Diaz", "label": "Ana María Díaz"}
        number = client.post("/judgements", json=label, headers=bearer(writer)).json()["judgements"][0]["id"]
        assert client.delete("/judgements/last", headers=bearer(writer)).status_code == 200
    lines = [json.loads(line) for line in (folder / "audit.jsonl").read_text().splitlines()]
    lines, said = lines[:3], lines[3:]
    assert [(line.get("article"), line.get("change"), line.get("judgements")) for line in said] == [
        ("new", "added", None),
        (None, None, [number]),
        (None, None, [number]),
    ]
    assert [(line["key"], line["outcome"], line["status"]) for line in lines] == [
        ("newsroom", "done", 200),
        ("dashboard", "refused", 403),
        ("newsroom", "rejected", 404),
    ]
    assert [line["request"] for line in lines[:2]] == ["mine-0", "mine-1"]
    assert {line["route"] for line in lines} == {"/articles/{id:path}"}
    assert writer not in (folder / "audit.jsonl").read_text()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        pytest.param("7f3c:a/b+c=_1", True, id="an id"),
        pytest.param("x" * 129, False, id="too long"),
        pytest.param('"quoted" and spaced', False, id="not an id"),
    ],
)
def test_a_request_keeps_the_id_that_it_was_given(client: httpx.Client, given: str, kept: bool) -> None:
    for path in ("/healthz", "/sparql", "/nothing"):
        answered = client.get(path, headers={"X-Request-ID": given}).headers["x-request-id"]
        assert (answered == given) is kept
        assert re.fullmatch(r"[A-Za-z0-9._:/+=@-]{1,128}", answered)


def numbers(client: httpx.Client) -> dict[str, float]:
    """The samples of /metrics, by name, those with labels as Prometheus writes them."""
    found = {}
    for family in text_string_to_metric_families(client.get("/metrics").text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found


def test_metrics_count_requests_queries_workers_and_the_cache(client: httpx.Client) -> None:
    query = {"query": "ASK { <http://example.org/metrics> ?p ?o }"}
    before = numbers(client)
    for _ in range(2):
        assert client.get("/sparql", params=query).status_code == 200
    assert client.get("/sparql", params={"query": ENDLESS, "timeout": "0.2"}).status_code == 503
    client.get("/entities/nothing/relations")
    client.get("/an/address/of/nothing")
    after = numbers(client)

    def gained(name: str) -> float:
        return after.get(name, 0) - before.get(name, 0)

    assert gained("newsgraph_http_requests_total{method=GET,route=/sparql,status=200}") == 2
    assert gained("newsgraph_http_requests_total{method=GET,route=/sparql,status=503}") == 1
    assert gained("newsgraph_http_requests_total{method=GET,route=/entities/{slug}/relations,status=404}") == 1
    assert not any("address" in name for name in after)  # labels do not grow with what strangers ask for
    assert gained("newsgraph_queries_total{outcome=QueryTimeout}") == 1
    assert gained("newsgraph_queries_total{outcome=looked_up}") == 1
    assert gained("newsgraph_cache_hits_total") == 1
    assert gained("newsgraph_query_workers_replaced_total") == 1
    assert after["newsgraph_served_version"] == after["newsgraph_graph_version"] > 0
    assert after["newsgraph_query_workers"] == 3
    assert after["process_resident_memory_bytes"] > 1e6


def test_types_of_problems_are_documented_for_people_and_programs(client: httpx.Client, plain: httpx.Client) -> None:
    for service in (client, plain):
        listed = service.get("/problems").json()
        assert {one["type"] for one in listed} == {kind.type for kind in PROBLEM_TYPES.values()}
        refused = service.get("/sparql", params={"query": "ASK {"})
        explained = service.get(refused.json()["help"]).json()
        assert explained["type"] == refused.json()["type"]
        assert explained["remedy"]
        page = service.get("/problems/query-timeout", headers={"Accept": "text/html"})
        assert "KG_QUERY_TIMEOUT_MAX_S" in page.text
        assert service.get("/problems/nothing").status_code == 404


def test_an_ordinary_store_can_be_watched_too(plain: httpx.Client) -> None:
    assert plain.get("/readyz").json()["status"] == "ready"
    assert numbers(plain)["newsgraph_query_workers"] == 1


@contextmanager
def process_of(folder: Path, **variables: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """`kg serve` as a process, its log on stderr, with its address."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kg", "serve", "--port", "0", "--store", str(folder)],
        stderr=subprocess.PIPE,
        text=True,
        env=environment(**variables),
        cwd=REPOSITORY,
        start_new_session=True,
    )
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        while line and not line.startswith("serving "):
            line = process.stderr.readline()
        assert line, process.wait(30)
        yield process, line.rsplit(" ", 1)[1].strip()
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stderr.close()


def test_a_service_that_is_told_to_stop_finishes_what_runs_and_begins_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    fill(folder)
    variables = {"KG_QUERY_TIMEOUT_S": "8", "KG_LOG_FORMAT": "json", "KG_LOG_LEVEL": "info"}
    with process_of(folder, **variables) as (process, url):
        answers: list[httpx.Response] = []

        def ask() -> None:
            headers = {"X-Request-ID": "the-long-one"}
            answers.append(httpx.post(f"{url}sparql", data={"query": ENDLESS}, headers=headers, timeout=60))

        thread = threading.Thread(target=ask)
        thread.start()
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            while numbers(client)["newsgraph_queries_running"] != 1:
                time.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            ready = client.get("/readyz")
            while ready.status_code == 200:
                ready = client.get("/readyz")
            assert ready.json()["status"] == "stopping"
            refused = client.get("/sparql", params={"query": "ASK {}"})
            assert (refused.status_code, kind(refused)) == (503, "shutting-down")
            assert int(refused.headers["retry-after"]) > 0
        thread.join()
        assert kind(answers[0]) == "query-timeout"  # it had its whole time
        _, log = process.communicate(timeout=30)
        assert process.returncode in (0, -signal.SIGTERM)
    assert ServiceAddress.read(folder) is None
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    asked = [line for line in lines if line.get("request") == "the-long-one" and line["logger"] == "kg.requests"]
    assert [(line["route"], line["status"], line["method"]) for line in asked] == [("/sparql", 503, "POST")]
    assert "SELECT" not in log
    assert any(re.match("stopping: [1-9]", line["message"]) for line in lines)


def test_a_service_told_twice_stops_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "world"
    fill(folder)
    with process_of(folder, KG_QUERY_TIMEOUT_S="60") as (process, url):

        def ask() -> None:
            with contextlib.suppress(httpx.HTTPError):
                httpx.post(f"{url}sparql", data={"query": ENDLESS}, timeout=90)

        thread = threading.Thread(target=ask)
        thread.start()
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            while numbers(client)["newsgraph_queries_running"] != 1:
                time.sleep(0.05)
        for _ in range(2):
            process.send_signal(signal.SIGTERM)
            time.sleep(0.3)
        process.wait(20)
        thread.join()
    left = subprocess.run(
        ["ps", "-o", "stat=", "--sid", str(process.pid)], capture_output=True, text=True
    ).stdout.split()
    assert [state for state in left if not state.startswith("Z")] == []


def test_the_write_key_of_the_environment_may_all(writable: httpx.Client) -> None:
    assert writable.post("/maintenance/resolve").status_code == 200
    assert writable.post("/maintenance/resolve", headers=bearer(f"{KEY}x")).status_code == 403


def test_metrics_tell_what_came_of_articles(writable: httpx.Client) -> None:
    before = numbers(writable).get("newsgraph_articles_total{outcome=added}", 0)
    story = {"id": "counted", "text": "Ana Diaz leads Kestrel Lines, the ship owner of Port Alder, and all know it."}
    assert writable.post("/articles", json=story).status_code == 201
    assert numbers(writable)["newsgraph_articles_total{outcome=added}"] == before + 1
    assert writable.delete("/articles/counted").status_code == 200
