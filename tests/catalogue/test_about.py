"""What a page shows of one thing first, against reading all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.catalogue import Catalogue, RelationFilter, Section
from kg.workspace import Workspace
from tests.factory import World

EVERYBODY = RelationFilter()
ONLY_ASSERTED = RelationFilter(asserted=True)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    """That of a world in which some things are said by several articles, some denied, some dated."""
    folder: Path = tmp_path_factory.mktemp("about") / "world"
    with Workspace.create(folder) as workspace:
        workspace.ingest(
            [
                World.article("one.txt", range(9), published="2031-04-02", publisher="The Gazette"),
                World.article("two.txt", range(6, 18), published="2031-04-03", publisher="The Herald"),
                World.article("three.txt", [0, 2, 8, 13], published="2031-05-01", publisher="The Evening Post"),
            ],
            World.extractor(),
        )
        yield workspace.catalogue


def everything(catalogue: Catalogue) -> list[str]:
    return [row.iri.value for row in catalogue.entities(limit=1000)]


def keys(catalogue: Catalogue, iri: str, where: RelationFilter) -> set[str]:
    return {row.key for row in catalogue.relations.page(iri, where, sort="sources", limit=1000)}


def sections(catalogue: Catalogue, iri: str, each: int = 1000) -> dict[tuple[str, bool], Section]:
    return {(one.predicate, one.outgoing): one for one in catalogue.outlines.about(iri).sections(each)}


def test_sections_have_every_statement_once_those_that_are_asserted_first(catalogue: Catalogue) -> None:
    for iri in everything(catalogue):
        asserted = keys(catalogue, iri, ONLY_ASSERTED)
        found = sections(catalogue, iri)
        listed = [key for one in found.values() for key in one.statements]
        assert sorted(listed) == sorted(keys(catalogue, iri, EVERYBODY))
        for (predicate, outgoing), one in found.items():
            assert one.total == len(one.statements)
            order = [key not in asserted for key in one.statements]
            assert order == sorted(order)
            ends = [json.loads(key) for key in one.statements]
            assert {(said, (subject if outgoing else target) == iri) for subject, said, target, _ in ends} == {
                (predicate, True)
            }


def test_a_short_section_and_a_page_of_it_are_parts_of_the_whole(catalogue: Catalogue) -> None:
    for iri in everything(catalogue):
        short = sections(catalogue, iri, each=2)
        for (predicate, outgoing), whole in sections(catalogue, iri).items():
            assert short[predicate, outgoing].statements == whole.statements[:2]
            assert short[predicate, outgoing].total == whole.total
            about = catalogue.outlines.about(iri)
            page = about.section(predicate, outgoing=outgoing, first=1, each=2)
            assert (page.statements if page else ()) == whole.statements[1:3]


def test_neighbours_are_those_of_the_neighbourhood(catalogue: Catalogue) -> None:
    for iri in everything(catalogue):
        near = {row.iri.value for row, far in catalogue.around.neighbourhood(iri, limit=1000).things if far}
        found = [json.loads(key) for key in catalogue.outlines.about(iri).neighbours(1000)]
        assert {end for subject, _, target, _ in found for end in (subject, target)} - {iri} == near
        one = [json.loads(key) for key in catalogue.outlines.about(iri).neighbours(1)]
        assert len({end for subject, _, target, _ in one for end in (subject, target)} - {iri}) == min(1, len(near))


def test_the_last_events_are_the_first_of_all_events(catalogue: Catalogue) -> None:
    seen = 0
    for iri in everything(catalogue):
        about = catalogue.outlines.about(iri)
        whole = [(one.event, one.day) for one in about.all_events()]
        days = catalogue.relations.days_of_events(event for event, _ in whole)
        assert [day for _, day in whole] == [days.get(event, (None, None))[0] for event, _ in whole]
        assert whole == sorted(whole, key=lambda one: (one[1] or "", one[0]), reverse=True)
        assert {key for one in about.all_events() for key in about.keys(one.statements).values()} <= keys(
            catalogue, iri, ONLY_ASSERTED
        )
        for limit in (1, 3, 1000):
            assert about.events(limit) == whole[:limit]
        seen += len(whole)
    assert seen


def test_what_is_disputed_is_counted_and_paged(catalogue: Catalogue) -> None:
    for iri in everything(catalogue):
        about = catalogue.outlines.about(iri)
        found, total = about.disputed(first=0, limit=1000)
        assert total == len(found) == sum(one.disputed for one in about.sections(1))
        assert about.disputed(first=1, limit=1)[0] == found[1:2]


def test_nothing_is_said_of_what_is_not_there(catalogue: Catalogue) -> None:
    about = catalogue.outlines.about("http://localhost:8000/person/nobody-00000000")
    assert (about.sections(5), about.neighbours(5), about.events(5), about.all_events()) == ([], [], [], [])
