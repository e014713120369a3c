"""The ontology's IRIs by name, and what its predicates relate.

The names are those of `ontology/kg.ttl`, in its own case (a test holds the two together); domains and ranges are read
from that file when they are first asked for. `kg:Polity` is both a Group and a Place, so it fits wherever either does.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

from pyoxigraph import NamedNode, RdfFormat, Triple, parse

from kg.errors import OntologyError
from kg.resources import resource
from kg.types import EntityClass

KG: Final = "https://w3id.org/newsgraph/ontology#"
DCTERMS: Final = "http://purl.org/dc/terms/"
OA: Final = "http://www.w3.org/ns/oa#"
OWL: Final = "http://www.w3.org/2002/07/owl#"
PROV: Final = "http://www.w3.org/ns/prov#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"
SCHEMA: Final = "https://schema.org/"
SKOS: Final = "http://www.w3.org/2004/02/skos/core#"
WGS84: Final = "http://www.w3.org/2003/01/geo/wgs84_pos#"
XSD: Final = "http://www.w3.org/2001/XMLSchema#"

PREFIXES: Final[dict[str, str]] = {
    "dcterms": DCTERMS,
    "kg": KG,
    "oa": OA,
    "owl": OWL,
    "prov": PROV,
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": SCHEMA,
    "skos": SKOS,
    "wgs84": WGS84,
    "xsd": XSD,
}
"""Prefix → namespace, for exports and for queries that we write ourselves."""

GEONAMES: Final = "https://sws.geonames.org/"
"""What the IRIs of GeoNames' places begin with; their number and a slash follow."""


def term(local: str) -> NamedNode:
    """The ontology's IRI of that local name.

    >>> term("leads").value
    'https://w3id.org/newsgraph/ontology#leads'
    """
    return NamedNode(KG + local)


def local(node: NamedNode) -> str:
    """The local name of an IRI: what follows its last `#` or `/`.

    >>> local(leads)
    'leads'
    """
    return node.value.rpartition("#")[2].rpartition("/")[2]


def in_words(predicate: str) -> str:
    """A predicate's local name as people read it.

    >>> in_words("locatedIn")
    'located in'
    """
    return "".join(f" {c.lower()}" if c.isupper() else c for c in predicate)


# Classes
Person: Final = term("Person")
Group: Final = term("Group")
Place: Final = term("Place")
Polity: Final = term("Polity")
Event: Final = term("Event")
Article: Final = term("Article")
Statement: Final = term("Statement")
Claim: Final = term("Claim")
Mention: Final = term("Mention")
Judgement: Final = term("Judgement")
Anchor: Final = term("Anchor")
Run: Final = term("Run")

CLASSES: Final[tuple[str, ...]] = (
    "Person", "Group", "Place", "Polity", "Event",
    "Article", "Statement", "Claim", "Mention", "Judgement", "Anchor", "Run",
)  # fmt: skip
"""Local names of all classes."""

ENTITY_CLASSES: Final[tuple[str, ...]] = CLASSES[:5]
"""Local names of the classes of things that articles speak of."""

# Facts: what a statement may say
leads: Final = term("leads")
locatedIn: Final = term("locatedIn")
involves: Final = term("involves")
involvesPerson: Final = term("involvesPerson")
occurredAt: Final = term("occurredAt")
startDate: Final = term("startDate")
endDate: Final = term("endDate")
memberOf: Final = term("memberOf")
foundedBy: Final = term("foundedBy")
partOf: Final = term("partOf")
within: Final = term("within")
childOf: Final = term("childOf")
spouseOf: Final = term("spouseOf")
citizenOf: Final = term("citizenOf")

PREDICATES: Final[tuple[str, ...]] = (
    "leads", "locatedIn", "involves", "involvesPerson", "occurredAt", "startDate", "endDate",
    "memberOf", "foundedBy", "partOf", "within", "childOf", "spouseOf", "citizenOf",
)  # fmt: skip
"""Local names of the predicates that statements use."""

# Events
eventType: Final = term("eventType")
EventTypes: Final = term("EventTypes")

EVENT_TYPES: Final[tuple[str, ...]] = (
    "attack", "battle", "bombing", "abduction", "killing", "protest", "riot", "strike", "election", "referendum",
    "talks", "agreement", "ceasefire", "arrest", "trial", "appointment", "resignation", "meeting", "war", "coup",
    "disaster", "accident", "contest", "merger", "founding", "sanction", "raid", "displacement", "capture",
    "withdrawal", "other",
)  # fmt: skip
"""Local names of the concepts of `kg:EventTypes`; the object of `kg:eventType` is `term(name)`."""

# Statements and claims
asserted: Final = term("asserted")
supports: Final = term("supports")
disputes: Final = term("disputes")
confidence: Final = term("confidence")
phase: Final = term("phase")
modality: Final = term("modality")
attributedTo: Final = term("attributedTo")
supportingArticles: Final = term("supportingArticles")
disputingArticles: Final = term("disputingArticles")
supportingSources: Final = term("supportingSources")
disputingSources: Final = term("disputingSources")
firstReported: Final = term("firstReported")
lastReported: Final = term("lastReported")
firstCurrent: Final = term("firstCurrent")
lastCurrent: Final = term("lastCurrent")
reportedOver: Final = term("reportedOver")
validFrom: Final = term("validFrom")
validTo: Final = term("validTo")
evidence: Final = term("evidence")
subjectMention: Final = term("subjectMention")
objectMention: Final = term("objectMention")

# Places
countryCode: Final = term("countryCode")
regionCode: Final = term("regionCode")
groundedBecause: Final = term("groundedBecause")
gazetteer: Final = term("gazetteer")

# Articles, mentions, runs, judgements
digest: Final = term("digest")
copyOf: Final = term("copyOf")
denotes: Final = term("denotes")
mentionKind: Final = term("mentionKind")
model: Final = term("model")
judges: Final = term("judges")
decision: Final = term("decision")
undone: Final = term("undone")
undoneBy: Final = term("undoneBy")
newLabel: Final = term("newLabel")
target: Final = term("target")
anchor: Final = term("anchor")
otherAnchor: Final = term("otherAnchor")
anchorClass: Final = term("anchorClass")
occurrence: Final = term("occurrence")

PROPERTIES: Final[tuple[str, ...]] = (
    *PREDICATES,
    "countryCode", "regionCode", "groundedBecause",
    "eventType", "asserted", "supports", "disputes", "confidence", "phase", "modality", "attributedTo",
    "supportingArticles", "disputingArticles", "supportingSources", "disputingSources", "firstReported", "lastReported",
    "firstCurrent", "lastCurrent", "reportedOver", "validFrom", "validTo", "evidence", "subjectMention",
    "objectMention", "digest", "copyOf", "denotes", "mentionKind", "model", "judges", "decision",
    "undone", "undoneBy", "newLabel", "target", "anchor", "otherAnchor", "anchorClass", "occurrence",
)  # fmt: skip
"""Local names of all properties."""

# Other vocabularies
rdf_type: Final = NamedNode(RDF + "type")
rdf_subject: Final = NamedNode(RDF + "subject")
rdf_predicate: Final = NamedNode(RDF + "predicate")
rdf_object: Final = NamedNode(RDF + "object")
rdfs_label: Final = NamedNode(RDFS + "label")
rdfs_comment: Final = NamedNode(RDFS + "comment")
rdfs_domain: Final = NamedNode(RDFS + "domain")
rdfs_range: Final = NamedNode(RDFS + "range")
rdfs_subClassOf: Final = NamedNode(RDFS + "subClassOf")
skos_altLabel: Final = NamedNode(SKOS + "altLabel")
skos_closeMatch: Final = NamedNode(SKOS + "closeMatch")
skos_exactMatch: Final = NamedNode(SKOS + "exactMatch")
MATCHES: Final = {local(one): one for one in (skos_exactMatch, skos_closeMatch)}
"""Local name → property: how things of other data sets are matched."""
oa_exact: Final = NamedNode(OA + "exact")
oa_start: Final = NamedNode(OA + "start")
oa_end: Final = NamedNode(OA + "end")
oa_TextPositionSelector: Final = NamedNode(OA + "TextPositionSelector")
oa_TextQuoteSelector: Final = NamedNode(OA + "TextQuoteSelector")
prov_hadPrimarySource: Final = NamedNode(PROV + "hadPrimarySource")
prov_wasDerivedFrom: Final = NamedNode(PROV + "wasDerivedFrom")
prov_wasGeneratedBy: Final = NamedNode(PROV + "wasGeneratedBy")
prov_generatedAtTime: Final = NamedNode(PROV + "generatedAtTime")
prov_invalidatedAtTime: Final = NamedNode(PROV + "invalidatedAtTime")
dcterms_identifier: Final = NamedNode(DCTERMS + "identifier")
dcterms_title: Final = NamedNode(DCTERMS + "title")
schema_author: Final = NamedNode(SCHEMA + "author")
schema_datePublished: Final = NamedNode(SCHEMA + "datePublished")
schema_inLanguage: Final = NamedNode(SCHEMA + "inLanguage")
schema_publisher: Final = NamedNode(SCHEMA + "publisher")
schema_url: Final = NamedNode(SCHEMA + "url")
schema_rangeIncludes: Final = NamedNode(SCHEMA + "rangeIncludes")
wgs84_lat: Final = NamedNode(WGS84 + "lat")
wgs84_long: Final = NamedNode(WGS84 + "long")
xsd_anyURI: Final = NamedNode(XSD + "anyURI")
xsd_boolean: Final = NamedNode(XSD + "boolean")
xsd_date: Final = NamedNode(XSD + "date")
xsd_dateTime: Final = NamedNode(XSD + "dateTime")
xsd_decimal: Final = NamedNode(XSD + "decimal")
xsd_gYear: Final = NamedNode(XSD + "gYear")
xsd_gYearMonth: Final = NamedNode(XSD + "gYearMonth")
xsd_integer: Final = NamedNode(XSD + "integer")
xsd_string: Final = NamedNode(XSD + "string")

_DATES = frozenset({xsd_date, xsd_gYear, xsd_gYearMonth})


@cache
def domain(predicate: str) -> frozenset[EntityClass]:
    """The classes a predicate's subjects may have.

    >>> sorted(domain("locatedIn"))
    [<EntityClass.GROUP: 'Group'>, <EntityClass.POLITY: 'Polity'>]
    """
    return _classes_of(predicate, (rdfs_domain,))


@cache
def range_(predicate: str) -> frozenset[EntityClass]:
    """The classes a predicate's objects may have; `DATE` for an xsd:date, gYearMonth or gYear.

    >>> sorted(range_("startDate"))
    [<EntityClass.DATE: 'Date'>]
    """
    return _classes_of(predicate, (rdfs_range, schema_rangeIncludes))


def fits(subject: EntityClass, predicate: str, object: EntityClass) -> bool:  # noqa: A002 - an RDF object is called that
    """Whether a statement of this predicate may relate these classes.

    >>> fits(EntityClass.PERSON, "leads", EntityClass.POLITY), fits(EntityClass.GROUP, "leads", EntityClass.PERSON)
    (True, False)
    """
    return subject in domain(predicate) and object in range_(predicate)


def super_classes(cls: EntityClass) -> tuple[NamedNode, ...]:
    """The class itself and the entity classes above it, all of which the graph states: a polity is a group and a place.

    >>> [local(node) for node in super_classes(EntityClass.POLITY)]
    ['Polity', 'Group', 'Place']
    """
    own = term(cls.value)
    above = {triple.object for triple in _ontology() if triple.subject == own and triple.predicate == rdfs_subClassOf}
    return (own, *(node for node in map(term, ENTITY_CLASSES) if node in above))


def _classes_of(predicate: str, properties: Iterable[NamedNode]) -> frozenset[EntityClass]:
    if predicate not in PREDICATES:
        raise OntologyError(f"{predicate} is no predicate of the ontology", hint=f"one of: {', '.join(PREDICATES)}")
    wanted = set(properties)
    nodes = {t.object for t in _ontology() if t.subject == term(predicate) and t.predicate in wanted}
    found: set[EntityClass] = {
        cls for cls in EntityClass if cls is not EntityClass.DATE and not nodes.isdisjoint(super_classes(cls))
    }
    if nodes & _DATES:
        found.add(EntityClass.DATE)
    if not found:
        raise OntologyError(f"ontology/kg.ttl gives kg:{predicate} no domain or range")
    return frozenset(found)


@cache
def _ontology() -> tuple[Triple, ...]:
    path = resource("ontology") / "kg.ttl"
    try:
        return tuple(quad.triple for quad in parse(path.read_bytes(), RdfFormat.TURTLE))
    except (OSError, SyntaxError) as error:
        raise OntologyError(f"{path}: {error}", hint="the file is damaged: install newsgraph again") from error
