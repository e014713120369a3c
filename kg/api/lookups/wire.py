"""What a look-up found → the models in which it travels."""

from __future__ import annotations

from kg.api.lookups.models import EvidenceOut
from kg.api.models import (
    ClaimOut,
    DisagreementOut,
    EntityHit,
    LeadershipOut,
    LocationOut,
    MatchOut,
    PassageOut,
    RelationOut,
)
from kg.lookup import Disagreement, Entity, Evidence, Location, Passage, Relation, Standing

__all__ = [
    "claim_out",
    "disagreement_out",
    "entity_out",
    "evidence_out",
    "relation_out",
    "slug_of",
]


def slug_of(iri: str) -> str:
    """The last segment of an entity's IRI."""
    return iri.rpartition("/")[2]


def entity_out(entity: Entity) -> EntityHit:
    """An entity as the wire has it."""
    return EntityHit(
        iri=entity.iri,
        slug=slug_of(entity.iri),
        type=entity.cls,
        label=entity.label,
        altlabels=entity.altlabels,
        event_type=entity.event_type,
        location=_location(entity.location) if entity.location is not None else None,
        matches=tuple(MatchOut.model_validate({"how": how, "target": target}) for how, target in entity.matches),
    )


def _location(location: Location) -> LocationOut:
    fields = {name: getattr(location, name) for name in LocationOut.model_fields if name != "within"}
    return LocationOut(**fields, within=tuple(iri for iri, _ in location.within))


def relation_out(relation: Relation, standing: Standing | None = None) -> RelationOut:
    """A relation as the wire has it, with the grounds on which it holds on the day that was asked for."""
    fields = {name: getattr(relation, name) for name in RelationOut.model_fields if hasattr(relation, name)}
    if standing is not None:
        fields |= {"basis": standing.basis, "grounds": standing.words}
    return RelationOut(**{**fields, "claims": tuple(map(claim_out, relation.claims))})


def disagreement_out(found: Disagreement) -> DisagreementOut:
    """A disagreement as the wire has it."""
    sides = (
        LeadershipOut(
            statement=relation.statement,
            person=relation.subject,
            person_label=relation.subject_label,
            known_from=span[0],
            known_to=span[1],
            supporting_sources=relation.supporting_sources,
        )
        for relation, span in ((found.one, found.one_span), (found.two, found.two_span))
    )
    return DisagreementOut(group=found.one.object, group_label=found.one.object_label, leaders=tuple(sides))


def evidence_out(relation: Relation, claim: Evidence) -> EvidenceOut:
    """A claim with its statement as the wire has them."""
    fields = {name: getattr(relation, name) for name in EvidenceOut.model_fields if hasattr(relation, name)}
    return EvidenceOut(**fields, claim=claim_out(claim))


def claim_out(claim: Evidence) -> ClaimOut:
    """A claim as the wire has it."""
    simple = {name: getattr(claim, name) for name in ClaimOut.model_fields if hasattr(claim, name)}
    passages = {name: _passage(getattr(claim, name)) for name in ("sentence", "subject", "object")}
    return ClaimOut(**{**simple, **passages, "iri": claim.claim})


def _passage(passage: Passage | None) -> PassageOut | None:
    return None if passage is None else PassageOut(start=passage.start, end=passage.end, exact=passage.exact)
