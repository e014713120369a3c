"""The page about one person, group, place, polity or event: what matters first, then all that is said, by predicate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kg import lookup
from kg.api.pages.reading import entities_of, source_of
from kg.api.pages.wording import HEADINGS, KEY_FACTS, heading
from kg.api.service import Service
from kg.catalogue import About, Section
from kg.lookup import Entity, Relation
from kg.types import Phase

__all__ = ["Item", "Shown", "key_facts", "one_section", "sections_of"]

EACH = 6  # statements of a section on a page about everything
ON_A_PAGE = 20  # on a page about one section
CLAIMS = 60  # sentences on a page: with the longest that are shown, some 70 kB
FACTS = 4  # of one kind among the key facts
_ORDER = {key: place for place, key in enumerate(HEADINGS)}
_PHASES = {Phase.CURRENT.value: 0, Phase.UNKNOWN.value: 1, Phase.FUTURE.value: 2, Phase.FORMER.value: 3}


@dataclass(frozen=True, slots=True)
class Item:
    """A statement on the page of one of its ends: the other end, and how many claims there are beside those shown."""

    relation: Relation
    outgoing: bool
    other: Entity | None
    claims: int

    @property
    def label(self) -> str:
        """What the other end is called; a date's lexical form."""
        return self.relation.object_label if self.outgoing else self.relation.subject_label

    @property
    def hidden(self) -> int:
        """How many claims are not among those shown."""
        return self.claims - len(self.relation.claims)

    @property
    def rank(self) -> tuple[bool, int, int, float, str]:
        """Where it stands among its like: what is asserted and current comes first, then what most sources say."""
        one = self.relation
        phase = _PHASES.get(one.phase or "", 1)
        return not one.asserted, phase, -one.supporting_sources, -(one.confidence or 0), one.statement


@dataclass(frozen=True, slots=True)
class Shown:
    """A section of a page: its heading, how many statements it has, and those that are shown."""

    predicate: str
    outgoing: bool
    total: int
    disputed: int
    items: tuple[Item, ...] = field(default=())

    @property
    def heading(self) -> str:
        """What stands above it."""
        return heading(self.predicate, self.outgoing)

    @property
    def anchor(self) -> str:
        """Its id on the page."""
        return f"{self.predicate}-{'out' if self.outgoing else 'in'}"

    @property
    def address(self) -> str:
        """The query of the page that shows all of it."""
        return f"predicate={self.predicate}&as={'subject' if self.outgoing else 'object'}"


def sections_of(service: Service, about: About) -> list[Shown]:
    """All sections of an entity's page, with the statements that matter most in each."""
    found = about.sections(each=EACH)
    found.sort(key=lambda s: (_ORDER.get((s.predicate, s.outgoing), len(_ORDER)), s.predicate))
    return _shown(service, found)


def one_section(service: Service, iri: str, predicate: str, *, outgoing: bool, page: int) -> Shown | None:
    """A page, from 1, of one section; None when the entity has no such statements."""
    about = service.workspace.catalogue.outlines.about(iri)
    found = about.section(predicate, outgoing=outgoing, first=(page - 1) * ON_A_PAGE, each=ON_A_PAGE)
    return _shown(service, [found])[0] if found else None


def key_facts(cls: str, sections: Iterable[Shown]) -> list[tuple[str, tuple[Item, ...], int]]:
    """(heading, its first statements, how many more): what a reader wants to know of a thing of a class first; what is over comes last."""
    known = {(section.predicate, section.outgoing): section for section in sections}
    facts = []
    for key in KEY_FACTS.get(cls, ()):
        section = known.get(key)
        if section is None:
            continue
        items = [item for item in section.items if item.relation.asserted]
        if items:
            facts.append((section.heading, tuple(items[:FACTS]), max(0, len(items) - FACTS)))
    return facts


def _shown(service: Service, found: Sequence[Section]) -> list[Shown]:
    """The sections with their statements and the sentences that there is room for."""
    source = source_of(service)
    each = max(2, min(4, CLAIMS // max(1, sum(len(section.statements) for section in found))))
    keys = list(dict.fromkeys(key for section in found for key in section.statements))
    relations = {lookup.key_of(one): one for one in lookup.relations_called(source, keys, claims=each)}
    ends = [end for one in relations.values() for end in (one.subject, one.object)]
    entities = entities_of(service, ends)
    shown = []
    for section in found:
        items = [
            Item(
                relation=relation,
                outgoing=section.outgoing,
                other=entities.get(relation.object if section.outgoing else relation.subject),
                claims=source.catalogue.evidence.count_of(key),
            )
            for key in section.statements
            if (relation := relations.get(key)) is not None
        ]
        items.sort(key=lambda item: item.rank)
        shown.append(Shown(section.predicate, section.outgoing, section.total, section.disputed, tuple(items)))
    return shown
