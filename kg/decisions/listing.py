"""Decisions with their state: in force, contradicted, overruled, without a mention that carries them, undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from kg import pipeline, vocab
from kg.catalogue import Catalogue, Judgement, JudgementKind
from kg.decisions.models import AnchorView, JudgementView
from kg.graph.judgements import JudgementState, judgement_iri
from kg.pipeline import Named
from kg.types import Anchor

__all__ = ["STATES", "judgement_views", "judgements_where"]

HOLDS, CONTRADICTED, OVERRULED, UNMATCHED, UNDONE = "holds", "contradicted", "overruled", "unmatched", "undone"
STATES = (HOLDS, CONTRADICTED, OVERRULED, UNMATCHED, UNDONE)


def judgement_views(catalogue: Catalogue, base: str, judgements: Iterable[Judgement]) -> tuple[JudgementView, ...]:
    """These decisions, each with its state and with what it is about now."""
    listed = [one for one in judgements if one.id is not None]
    against = _against(catalogue)
    astray = {one.id for one in catalogue.judgements.unmatched()}
    return tuple(
        _view(catalogue, base, judgement, state, against, astray)
        for judgement, state in zip(listed, pipeline.judged(catalogue, listed), strict=True)
    )


def judgements_where(
    catalogue: Catalogue,
    base: str,
    *,
    states: Collection[str] = STATES,
    kind: str | None = None,
    after: int = 0,
    limit: int = 100,
) -> tuple[JudgementView, ...]:
    """The decisions in these states (of a kind), in the order in which they were made, beginning after an id."""
    found: list[JudgementView] = []
    wanted = [
        one
        for one in catalogue.judgements.all()
        if (one.id or 0) > after and kind in (None, one.kind) and (one.undone_time is None or UNDONE in states)
    ]
    for at in range(0, len(wanted), limit):  # states are looked up for no more than it takes to fill the page
        views = judgement_views(catalogue, base, wanted[at : at + limit])
        found += [view for view in views if view.state in states]
        if len(found) >= limit:
            break
    return tuple(found[:limit])


def _view(
    catalogue: Catalogue,
    base: str,
    judgement: Judgement,
    shown: JudgementState,
    against: Mapping[int, tuple[str, int | None]],
    astray: Collection[int | None],
) -> JudgementView:
    about = tuple(Named(node.value, _label(catalogue, node.value)) for node in shown.judges)
    state, forbidding = against.get(shown.number, (HOLDS, None))
    if judgement.undone_time is not None:
        state, forbidding = UNDONE, None
    elif shown.number in astray or (judgement.kind in JudgementKind.CLAIMS and not about):
        state, forbidding = UNMATCHED, None
    return JudgementView(
        id=shown.number,
        iri=judgement_iri(base, shown.number).value,
        kind=judgement.kind,
        state=state,
        author=judgement.author,
        time=shown.time,
        anchor=_anchor(judgement.anchor),
        other=_anchor(judgement.other) if judgement.other is not None else None,
        predicate=judgement.predicate,
        label=judgement.label,
        reason=judgement.reason,
        against=forbidding,
        undone_by=judgement.undone_by,
        undone_time=judgement.undone_time,
        about=about,
        target=judgement.target,
    )


def _against(catalogue: Catalogue) -> dict[int, tuple[str, int | None]]:
    """Id → why a decision in force does not count: contradicted or overruled, and by which other one."""
    found: dict[int, tuple[str, int | None]] = {}
    last: dict[object, int] = {}
    # the last word counts: about one claim, about the name of one entity, and about what it is elsewhere
    standing = [one for one in catalogue.judgements.all() if one.undone_time is None and one.id is not None]
    keys = {
        one.id: (one.anchor, one.predicate, one.other)
        for one in standing
        if one.id is not None and one.kind in JudgementKind.CLAIMS
    }
    for number, key in (*keys.items(), *catalogue.judgements.labelled(), *catalogue.judgements.targeted()):
        if key in last:
            found[last[key]] = (OVERRULED, number)
        last[key] = number
    for number, other in catalogue.judgements.contradicted():
        found[number] = (CONTRADICTED, other)
    return found


def _label(catalogue: Catalogue, iri: str) -> str:
    """The label of an entity; a claim's statement in words."""
    if (row := catalogue.entity(iri)) is not None:
        return row.label
    claim = catalogue.claim(iri)
    if claim is None:
        return iri
    one = claim.statement
    subject, target = catalogue.entity(one.subject), catalogue.entity(one.object.value)
    ends = (subject.label if subject else one.subject.value, target.label if target else one.object.value)
    return f"{ends[0]} {vocab.local(one.predicate)} {ends[1]}"


def _anchor(anchor: Anchor) -> AnchorView:
    return AnchorView(anchor.article, anchor.text, anchor.cls, anchor.occurrence)
