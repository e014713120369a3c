"""`/reconcile`: the clauses of the Reconciliation Service API 0.2, and what OpenRefine asks, in its order.

Where KG_TEST_SUITES names a folder with `reconciliation/0.2/schemas`, each message is also checked against the W3C's
JSON schemas.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

VARIABLE = "KG_TEST_SUITES"
SCHEMAS = Path(os.environ.get(VARIABLE) or "/nonexistent") / "reconciliation" / "0.2" / "schemas"
REFINE = "http://127.0.0.1:3333"


def valid(name: str, document: object) -> Any:
    """The document, which fits the W3C's schema of that name if the schemas are here."""
    if not SCHEMAS.is_dir():
        return document
    import jsonschema
    from referencing import Registry, Resource

    contents = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in SCHEMAS.glob("*.json")}
    for content in contents.values():
        content["$schema"] = "http://json-schema.org/draft-07/schema#"
    registry: Registry[Any] = Registry().with_resources(
        [(content["$id"], Resource.from_contents(content)) for content in contents.values()]
    )
    jsonschema.Draft7Validator(contents[f"{name}.json"], registry=registry).validate(document)
    return document


def reconciled(client: httpx.Client, **queries: Mapping[str, object]) -> dict[str, list[dict[str, Any]]]:
    """The candidates of a batch, by query."""
    valid("reconciliation-query-batch", queries)
    response = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert response.status_code == 200, response.text
    answer = valid("reconciliation-result-batch", response.json())
    assert set(answer) == set(queries)
    return {name: found["result"] for name, found in answer.items()}


def one(client: httpx.Client, text: str, **more: object) -> list[dict[str, Any]]:
    """The candidates of one query."""
    return reconciled(client, q0={"query": text, **more})["q0"]


def extended(client: httpx.Client, ids: list[str], *properties: object) -> dict[str, Any]:
    """The answer to a request for data."""
    wanted = {"ids": ids, "properties": [p if isinstance(p, dict) else {"id": p} for p in properties]}
    response = client.post("/reconcile", data={"extend": json.dumps(valid("data-extension-query", wanted))})
    assert response.status_code == 200, response.text
    return dict(valid("data-extension-response", response.json()))


def id_of(client: httpx.Client, name: str, cls: str) -> str:
    return str(one(client, name, type=cls)[0]["id"])


def test_the_schemas_are_here() -> None:
    if not SCHEMAS.is_dir():
        pytest.skip(f"{VARIABLE} does not say where reconciliation/0.2/schemas is: messages are not checked against it")


def test_the_manifest_tells_everything_that_the_service_does(client: httpx.Client) -> None:
    manifest = valid("manifest", client.get("/reconcile").json())
    assert "0.2" in manifest["versions"]
    assert manifest["identifierSpace"] == "http://localhost:8000/"
    assert manifest["schemaSpace"] == "https://w3id.org/newsgraph/ontology#"
    assert [kind["id"] for kind in manifest["defaultTypes"]] == ["Person", "Group", "Place", "Polity", "Event"]
    assert set(manifest["suggest"]) == {"entity", "type", "property"}
    origin = str(client.base_url).rstrip("/")
    for settings in manifest["suggest"].values():
        address = settings["service_url"] + settings["service_path"]
        assert client.get(address, params={"prefix": "p"}).status_code == 200
        assert address.startswith(origin)


def test_a_whole_name_that_is_the_only_one_of_its_kind_matches(client: httpx.Client) -> None:
    first, *others = one(client, "Boris Lund", type="Person")
    assert first["match"] is True
    assert (first["name"], first["score"], first["id"].partition("/")[0]) == ("Boris Lund", 100.0, "person")
    assert first["type"] == [{"id": "Person", "name": "Person"}]
    assert {feature["id"]: feature["value"] for feature in first["features"]} == {
        "same-name": True,
        "whole-name": True,
        "type": True,
    }
    assert not any(other["match"] for other in others)


@pytest.mark.parametrize("written", ["boris lund", "Dr. Boris Lund", "LUND, Boris", "Boris  Lund's"])
def test_case_titles_and_order_make_no_difference(client: httpx.Client, written: str) -> None:
    first = one(client, written, type="Person")[0]
    assert (first["name"], first["match"]) == ("Boris Lund", True)


@pytest.mark.parametrize(
    ("written", "cls"),
    [
        pytest.param("Lund", "Person", id="a surname"),
        pytest.param("B. Lund", "Person", id="a surname and an initial"),
        pytest.param("Boris Lind", "Person", id="another spelling"),
        pytest.param("Ana", "Person", id="a given name"),
        pytest.param("HPA", "Group", id="an acronym of two groups"),
        pytest.param("Kestrel", "Group", id="a part of a name"),
    ],
)
def test_nothing_else_is_a_match(client: httpx.Client, written: str, cls: str | None) -> None:
    found = one(client, written, **({"type": cls} if cls else {}))
    assert found
    assert not any(candidate["match"] for candidate in found)


def test_a_given_name_more_is_somebody_else(client: httpx.Client) -> None:
    first, second, *_ = one(client, "Ana Diaz", type="Person")
    assert (first["name"], first["match"], second["name"], second["match"]) == (
        "Ana Diaz",
        True,
        "Ana Maria Diaz",
        False,
    )
    assert second["score"] < first["score"]
    assert any(feature["id"].startswith("names: ") for feature in second["features"])


def test_types_let_in_what_is_of_one_of_them(client: httpx.Client) -> None:
    def names(text: str, **more: object) -> list[str]:
        return [candidate["name"] for candidate in one(client, text, **more)]

    assert names("Kestrel Lines", type="Person") == []
    assert names("Kestrel Lines", type=["Person", "Group"]) == ["Kestrel Lines"]
    assert names("Kestrel Lines", type=["Place", "Group"], type_strict="all") == []
    assert names("Norland", type=["Place", "Group"], type_strict="all") == ["Norland"]  # a polity is both
    assert names("Norland", type="https://w3id.org/newsgraph/ontology#Polity") == ["Norland"]
    preferred = one(client, "Kestrel Lines", type="Person", type_strict="should")[0]
    assert (preferred["score"], preferred["match"]) == (70.0, False)


def test_a_property_narrows_by_text_by_identifier_and_by_what_is_around(client: httpx.Client) -> None:
    def asked(value: object) -> dict[str, Any]:
        properties = [{"pid": "locatedIn", "v": value}]
        return one(client, "Kestrel Lines", type="Group", properties=properties)[0]

    port = id_of(client, "Port Alder", "Place")
    for value in ("Port Alder", {"id": port}, {"id": port, "name": "Port Alder"}, ["Nowhere", "Norland"]):
        assert (asked(value)["match"], asked(value)["score"]) == (True, 100.0), value
    wrong = asked("Nowhere")
    assert (wrong["match"], wrong["score"]) == (False, 60.0)
    assert {"id": "property:locatedIn", "value": 0.6} in wrong["features"]
    unsaid = one(client, "Boris Lund", type="Person", properties=[{"pid": "citizenOf", "v": "Norland"}])[0]
    assert (unsaid["match"], unsaid["score"]) == (True, 90.0)


def test_properties_may_be_asked_backwards_and_without_a_name(client: httpx.Client) -> None:
    led = one(client, "Harbour Pilots' Association", properties=[{"pid": "^leads", "v": "Ana Diaz"}])[0]
    assert led["match"]
    batch = reconciled(client, q0={"properties": [{"pid": "leads", "v": "Harbour Pilots' Association"}]})
    assert [candidate["name"] for candidate in batch["q0"]] == ["Ana Diaz", "Boris Lund"]
    assert not any(candidate["match"] for candidate in batch["q0"])


def test_candidates_are_limited_and_described(client: httpx.Client) -> None:
    assert len(one(client, "Diaz", limit=1)) == 1
    described = one(client, "Kestrel Lines", type="Group")[0]["description"]
    assert described.startswith("Group; ")
    assert "located in" in described


def test_identifiers_make_iris_with_the_identifier_space(client: httpx.Client) -> None:
    manifest = client.get("/reconcile").json()
    id_ = id_of(client, "Boris Lund", "Person")
    page = client.get(manifest["view"]["url"].replace("{{id}}", id_), headers={"Accept": "text/html"})
    assert "Boris Lund" in page.text
    turtle = client.get(f"/{id_}", headers={"Accept": "application/n-triples"}).text
    assert f"<{manifest['identifierSpace']}{id_}>" in turtle


def test_suggestions_come_as_somebody_types(client: httpx.Client) -> None:
    names = {}
    for typed in ("bo", "bori", "boris l"):
        answer = valid(
            "suggest-entities-response", client.get("/reconcile/suggest/entity", params={"prefix": typed}).json()
        )
        names[typed] = [found["name"] for found in answer["result"]]
        assert answer["result"][0]["notable"][0]["id"] == "Person"
    assert all(found[0] == "Boris Lund" for found in names.values())
    by_id = client.get("/reconcile/suggest/entity", params={"prefix": id_of(client, "Boris Lund", "Person")}).json()
    assert [found["name"] for found in by_id["result"]] == ["Boris Lund"]
    assert client.get("/reconcile/suggest/entity", params={"prefix": "boris", "type": "Group"}).json() == {"result": []}


def test_types_and_properties_are_suggested_by_a_word_of_theirs(client: httpx.Client) -> None:
    types = valid("suggest-types-response", client.get("/reconcile/suggest/type?prefix=pol").json())
    assert [(kind["id"], [b["id"] for b in kind["broader"]]) for kind in types["result"]] == [
        ("Polity", ["Group", "Place"])
    ]
    attacks = client.get("/reconcile/suggest/type?prefix=att").json()["result"]
    assert [(kind["id"], kind["broader"][0]["id"]) for kind in attacks] == [("attack", "Event")]
    answer = valid("suggest-properties-response", client.get("/reconcile/suggest/property?prefix=le").json())
    assert {found["id"] for found in answer["result"]} == {"leads", "^leads"}
    first = client.get("/reconcile/suggest/type").json()["result"]
    second = client.get("/reconcile/suggest/type", params={"cursor": len(first)}).json()["result"]
    assert {kind["id"] for kind in first}.isdisjoint(kind["id"] for kind in second)


def test_a_flyout_is_a_piece_of_html_without_scripts(client: httpx.Client) -> None:
    group = id_of(client, "Kestrel Lines", "Group")
    for kind, id_ in (("entity", group), ("type", "Group"), ("property", "^leads")):
        answer = client.get(f"/reconcile/flyout/{kind}", params={"id": id_}).json()
        assert answer["id"] == id_
        assert answer["html"].startswith("<p>")
    assert client.get("/reconcile/flyout/entity", params={"id": "group/nothing-00000000"}).status_code == 404


def test_a_preview_may_be_framed_and_escapes_what_it_shows(client: httpx.Client) -> None:
    preview = client.get("/reconcile").json()["preview"]
    page = client.get(preview["url"].replace("{{id}}", id_of(client, "Kestrel Lines", "Group")))
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors http: https:" in page.headers["content-security-policy"]
    assert "script-src" not in page.headers["content-security-policy"]
    assert "<h1>" in page.text
    assert "<script" not in page.text
    assert "Kestrel Lines located in Port Alder" in page.text


def test_properties_are_fetched_for_identifiers(client: httpx.Client) -> None:
    group, ana = id_of(client, "Kestrel Lines", "Group"), id_of(client, "Ana Diaz", "Person")
    answer = extended(client, [group, ana, "group/nothing-00000000"], "locatedIn", "^leads", "label", "citizenOf")
    assert [column["name"] for column in answer["meta"]] == ["located in", "led by", "name", "citizen of"]
    assert answer["meta"][0]["type"] == {"id": "Place", "name": "Place"}
    row = answer["rows"][group]
    assert {cell["name"] for cell in row["locatedIn"]} == {"Port Alder", "Norland"}
    assert row["label"] == [{"str": "Kestrel Lines"}]
    assert row["citizenOf"] == []
    assert [cell["name"] for cell in answer["rows"][ana]["citizenOf"]] == ["Norland"]
    assert all(cells == [] for cells in answer["rows"]["group/nothing-00000000"].values())


def test_settings_of_a_property_limit_its_values(client: httpx.Client) -> None:
    group = id_of(client, "Kestrel Lines", "Group")
    cells = extended(client, [group], {"id": "locatedIn", "settings": {"limit": "1"}})["rows"][group]["locatedIn"]
    assert len(cells) == 1
    former = extended(client, [group], {"id": "^leads", "settings": {"phase": "former"}})["rows"][group]["^leads"]
    assert [cell["name"] for cell in former] == ["Ana Diaz"]


def test_days_are_dates_and_years_are_texts(client: httpx.Client) -> None:
    found = one(client, "attack", type="attack")
    attack = next(candidate["id"] for candidate in found if "2024-03-01" in candidate["description"])
    cells = extended(client, [attack], "startDate")["rows"][attack]["startDate"]
    assert cells == [{"date": "2024-03-01T00:00:00Z"}]


def test_properties_are_proposed_for_a_type(client: httpx.Client) -> None:
    answer = valid("data-extension-property-proposal", client.get("/reconcile/properties?type=Person").json())
    ids = {found["id"] for found in answer["properties"]}
    assert {"leads", "memberOf", "^childOf", "label"} <= ids
    assert not ids & {"locatedIn", "occurredAt"}
    assert len(client.get("/reconcile/properties?type=attack&limit=2").json()["properties"]) == 2


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"queries": "{"}, "not JSON"),
        ({"queries": "[]"}, "queries: "),
        ({"queries": '{"q0": {"query": "\\ud800"}}'}, "q0.query"),
        ({"queries": '{"q0": {}}'}, "neither a query nor properties"),
        ({"queries": '{"q0": {"query": "A", "limits": 3}}'}, "q0.limits"),
        ({"queries": '{"q0": {"query": "A", "type": "Dragon"}}'}, "no type 'Dragon'"),
        ({"queries": '{"q0": {"query": "A", "properties": [{"pid": "colour", "v": "red"}]}}'}, "no property 'colour'"),
        ({"queries": json.dumps({f"q{n}": {"query": "A"} for n in range(101)})}, "101 queries"),
        ({"queries": '{"q0": {"query": "' + "A" * 401 + '"}}'}, "400"),
        ({"extend": '{"ids": ["a"]}'}, "extend: properties"),
        ({"extend": '{"ids": [], "properties": [{"id": "colour"}]}'}, "no property 'colour'"),
        ({"nothing": "1"}, "neither queries= nor extend="),
    ],
)
def test_what_cannot_be_answered_is_a_problem_that_says_why(
    client: httpx.Client, fields: dict[str, str], detail: str
) -> None:
    response = client.post("/reconcile", data=fields)
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert detail in response.json()["detail"]


@pytest.mark.parametrize("text", ["", "   ", "\u0000", '"', "NEAR(", "*", "—", "a" * 400, "'; DROP TABLE names; --"])
def test_odd_names_find_nothing_and_break_nothing(client: httpx.Client, text: str) -> None:
    response = client.post("/reconcile", data={"queries": json.dumps({"q0": {"query": text}})})
    assert response.status_code == 200
    assert response.json() == {"q0": {"result": []}}


def test_a_form_in_another_format_is_refused(client: httpx.Client) -> None:
    assert client.post("/reconcile", json={"queries": {}}).status_code == 415


def test_pages_of_this_machine_may_read_it_and_others_may_not(writable: httpx.Client) -> None:
    for origin in (REFINE, "http://localhost:3333", "http://[::1]:3333"):
        for path in ("/reconcile", "/reconcile/suggest/entity?prefix=b", "/reconcile?queries=%7B"):
            answer = writable.get(path, headers={"Origin": origin})
            assert answer.headers.get("access-control-allow-origin") == origin, (path, answer.status_code)
    for origin in ("https://example.org", "http://localhost.example.org", "null"):
        assert "access-control-allow-origin" not in writable.get("/reconcile", headers={"Origin": origin}).headers
    assert "access-control-allow-origin" not in writable.get("/entities", headers={"Origin": REFINE}).headers


def test_openrefine_registers_reconciles_judges_and_fetches(writable: httpx.Client) -> None:
    """The requests of OpenRefine 3: registration from the page, batches from its server, then suggestions and columns."""
    page = {"Origin": REFINE, "Accept": "application/json, text/javascript, */*; q=0.01"}
    manifest = valid("manifest", writable.get("/reconcile", headers=page).json())
    # guess types: a sample of ten cells, as a GET
    cells = ["Ana Diaz", "Boris Lund", "Diaz", "Kestrel Lines", "HPA", "Port Alder", "Norland", "Nobody", "", "Lund"]
    sample = {f"q{n}": {"query": cell or "-", "limit": 3} for n, cell in enumerate(cells)}
    guessed = writable.get("/reconcile", params={"queries": json.dumps(sample)})
    answer = valid("reconciliation-result-batch", guessed.json())
    types = [kind["id"] for found in answer.values() for candidate in found["result"] for kind in candidate["type"]]
    assert max(set(types), key=types.count) in {"Person", "Group", "Place"}
    # the column by its type, with another column as a property, ten rows at a time
    batch = {
        f"q{n}": {
            "query": cell,
            "type": "Person",
            "type_strict": "should",
            "limit": 5,
            "properties": [{"pid": "childOf", "v": "Ana Maria Diaz"}],
        }
        for n, cell in enumerate(["Ana Diaz", "Boris Lund"])
    }
    judged = writable.post("/reconcile", data={"queries": json.dumps(batch)}).json()
    ana = judged["q0"]["result"][0]
    assert ana["match"]
    assert ana["score"] == 100.0
    assert judged["q1"]["result"][0]["score"] == 90.0  # nobody says whose child he is
    # somebody looks at a candidate, and searches for another
    shown = writable.get(re.sub(r"\{\{id\}\}", ana["id"], manifest["preview"]["url"]))
    assert shown.status_code == 200
    entity = manifest["suggest"]["entity"]
    typed = writable.get(entity["service_url"] + entity["service_path"], params={"prefix": "bor"}, headers=page)
    chosen = valid("suggest-entities-response", typed.json())["result"][0]["id"]
    flyout = entity["flyout_service_url"] + entity["flyout_service_path"].replace("${id}", chosen)
    assert writable.get(flyout, headers=page).json()["id"] == chosen
    # a column from the reconciled values
    proposed = manifest["extend"]["propose_properties"]
    offered = writable.get(proposed["service_url"] + proposed["service_path"], params={"type": "Person"}, headers=page)
    assert "citizenOf" in {found["id"] for found in offered.json()["properties"]}
    column = {"ids": [ana["id"], chosen], "properties": [{"id": "citizenOf", "settings": {"limit": "1"}}]}
    data = valid("data-extension-response", writable.post("/reconcile", data={"extend": json.dumps(column)}).json())
    assert data["rows"][ana["id"]]["citizenOf"][0]["name"] == "Norland"
    assert data["rows"][chosen]["citizenOf"] == []
