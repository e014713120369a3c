"""`kg search`, `kg path` and kg:search in `kg query`, as people type them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Kg

PREFIXED = "{ ?x kg:search %s ; rdfs:label ?name }"
KESTREL = '"kestrel"'


def test_search_shows_names_articles_and_sentences(kg: Kg, world: Path) -> None:
    run = kg("search", "kestrel", "ships", store=world)
    assert run.returncode == 0
    assert {"Article", "Sentence"} <= set(run.stdout.split())
    named = kg("search", "kestrel", "--kind", "entity", "--type", "Group", store=world)
    assert "Kestrel Lines" in named.stdout
    assert "Sentence" not in named.stdout


def test_a_misspelt_name_is_found_and_suggested(kg: Kg, world: Path) -> None:
    run = kg("search", "Kestrl", "Liness", store=world)
    assert "spelt nearly alike" in run.stdout
    assert "did you mean: Kestrel Lines" in run.stderr
    shown = kg("show", "Kestrl Liness", store=world)
    assert shown.returncode == 1
    assert "did you mean 'Kestrel Lines'?" in shown.stderr


def test_texts_may_be_of_a_time_and_a_publisher(kg: Kg, world: Path) -> None:
    run = kg(
        "search", "kestrel", "--kind", "article", "--since", "2031-05", "--publisher", "the evening post", store=world
    )
    assert "late" in run.stdout
    assert "wire/one.txt" not in run.stdout
    assert kg("search", "kestrel", "--since", "May", store=world).returncode == 1
    assert kg("search", "kestrel", "--type", "Robot", store=world).returncode == 2


def test_a_path_is_shown_with_its_sentences(kg: Kg, world: Path) -> None:
    run = kg("path", "Ana Diaz", "Port Alder", "--avoid", "Polity", store=world)
    assert run.stdout.startswith("Ana Diaz > Kestrel Lines > Port Alder\n")
    assert "“Kestrel Lines is based in Port Alder, where it has its ships.”" in run.stdout
    none = kg("path", "Ana Diaz", "Port Alder", "--min-sources", "9", store=world)
    assert (none.returncode, none.stdout) == (1, "")
    assert kg("path", "Ana Diaz", "Port Alder", "--avoid", "Country", store=world).returncode == 2


def test_a_query_may_search_words_but_not_in_any_other_way(kg: Kg, world: Path) -> None:
    found = kg("query", "--format", "csv", f"SELECT ?name {PREFIXED % KESTREL}", store=world)
    assert found.stdout.split() == ["name", "Kestrel", "Lines"]
    refused = kg("query", f"SELECT ?name {PREFIXED % '?words'}", store=world)
    assert refused.returncode == 1
    assert "kg:search" in refused.stderr
    assert "hint:" in refused.stderr
