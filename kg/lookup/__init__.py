"""Graph → what it says of one thing: its names, its relations, and the sentences that say so.

In comes a way to ask the graph (a live store, or workers on a snapshot) and an IRI; out come plain values, or the
triples of a document about the thing. What is a list (relations, evidence, timeline, neighbours, paths) reads a `Source`:
the catalogue chooses, sorts and counts, and the graph has the sentences. Nothing here knows HTTP or the terminal: `kg show`,
the REST routes and the pages print it.
"""

from kg.lookup.around import (
    CoMentions,
    NamedWith,
    Neighbourhood,
    Path,
    Paths,
    Step,
    co_mentions,
    entity_from,
    neighbourhood,
    paths,
)
from kg.lookup.documents import ENTITY_KINDS, KINDS, scope_of
from kg.lookup.found import FOUND_OF_A_KIND, found_by
from kg.lookup.listing import (
    CLAIMS_SHOWN,
    EvidencePage,
    RelationPage,
    evidence_called,
    key_called,
    key_of,
    list_evidence,
    list_evidence_about,
    list_relations,
    relations_called,
)
from kg.lookup.many import Answer, find_entities
from kg.lookup.models import Entity, Evidence, Location, Passage, Relation
from kg.lookup.names import find_entity
from kg.lookup.references import find_reference
from kg.lookup.relations import (
    Select,
    claims_of,
    count_relations,
    describe,
    labels_of,
    relations_in,
    relations_of,
    relations_where,
    statement,
)
from kg.lookup.source import Source
from kg.lookup.timeline import Timeline, TimelineEntry, timeline
from kg.lookup.times import Disagreement, Standing, disagreements, leaders_on, standing_on
from kg.lookup.versions import Reading, Version, find_article, text_of_version, versions_of

__all__ = [
    "CLAIMS_SHOWN",
    "ENTITY_KINDS",
    "FOUND_OF_A_KIND",
    "KINDS",
    "Answer",
    "CoMentions",
    "Disagreement",
    "Entity",
    "Evidence",
    "EvidencePage",
    "Location",
    "NamedWith",
    "Neighbourhood",
    "Passage",
    "Path",
    "Paths",
    "Reading",
    "Relation",
    "RelationPage",
    "Select",
    "Source",
    "Standing",
    "Step",
    "Timeline",
    "TimelineEntry",
    "Version",
    "claims_of",
    "co_mentions",
    "count_relations",
    "describe",
    "disagreements",
    "entity_from",
    "evidence_called",
    "find_article",
    "find_entities",
    "find_entity",
    "find_reference",
    "found_by",
    "key_called",
    "key_of",
    "labels_of",
    "leaders_on",
    "list_evidence",
    "list_evidence_about",
    "list_relations",
    "neighbourhood",
    "paths",
    "relations_called",
    "relations_in",
    "relations_of",
    "relations_where",
    "scope_of",
    "standing_on",
    "statement",
    "text_of_version",
    "timeline",
    "versions_of",
]
