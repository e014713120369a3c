"""What people type for an entity, an article or a statement."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kg.errors import UnknownEntity
from kg.lookup import find_entity
from kg.lookup.references import find_reference
from kg.workspace import Workspace
from tests.factory import BASE, World

URL = "https://example.org/news?id=1"


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    with Workspace.open("memory:") as workspace:
        workspace.ingest([World.article("a.txt", [0, 8]), World.article(URL, [1])], World.extractor())
        yield workspace


def test_entities_are_found_by_name_slug_and_iri(workspace: Workspace) -> None:
    iri = find_entity(workspace.catalogue, BASE, "Kestrel Lines")
    for text in ("Kestrel Lines", iri.rpartition("/")[2], iri.removeprefix(BASE), iri):
        assert find_reference(workspace.catalogue, BASE, "entity", text) == iri
    with pytest.raises(UnknownEntity):
        find_reference(workspace.catalogue, BASE, "entity", "Nobody")


def test_an_iri_that_nobody_knows_is_left_as_it_is(workspace: Workspace) -> None:
    for kind in ("entity", "article", "statement"):
        assert find_reference(workspace.catalogue, BASE, kind, "http://e.test/x") == "http://e.test/x"


def test_articles_are_found_by_id_even_if_that_is_a_url(workspace: Workspace) -> None:
    assert find_reference(workspace.catalogue, BASE, "article", "a.txt") == f"{BASE}article/a.txt"
    by_url = find_reference(workspace.catalogue, BASE, "article", URL)
    assert by_url == find_reference(workspace.catalogue, BASE, "article", by_url)
    assert by_url.startswith(f"{BASE}article/https%3A")
    with pytest.raises(UnknownEntity, match=r"no article nothing\.txt"):
        find_reference(workspace.catalogue, BASE, "article", "nothing.txt")


def test_statements_are_named_by_the_end_of_their_iris(workspace: Workspace) -> None:
    for text in ("1f2e3d4c5b6a7980", "statement/1f2e3d4c5b6a7980"):
        assert find_reference(workspace.catalogue, BASE, "statement", text) == f"{BASE}statement/1f2e3d4c5b6a7980"
