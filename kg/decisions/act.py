"""A decision that names things → judgements on anchors, written and applied at once, all or none."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import unquote

from kg import pipeline, vocab
from kg.catalogue import Catalogue, Change, Judgement, JudgementKind
from kg.decisions.listing import judgement_views
from kg.decisions.models import Decision, Outcome
from kg.errors import ResolutionError, UnknownEntity
from kg.lookup import find_entity
from kg.resolve import anchors_in, drafts_of, mint
from kg.types import Anchor, Claim
from kg.workspace import Workspace

__all__ = ["decide", "find_claim", "take_back"]

EXACT = vocab.local(vocab.skos_exactMatch)


def decide(workspace: Workspace, decision: Decision) -> Outcome:
    """Write a decision and apply it.

    Raises UnknownEntity or AmbiguousEntity for what it names, ResolutionError when it lacks a part or cannot be.
    """
    return _outcome(workspace, _act(workspace, decision))


def take_back(workspace: Workspace, number: int | None, *, author: str) -> Outcome:
    """Take a decision back; without a number the last act that is in force, with all the decisions that it consisted of.

    Raises UnknownEntity when there is none of that number, ResolutionError when it was taken back before.
    """
    judgements = workspace.catalogue.judgements
    if number is None:
        standing = [one for one in judgements.all() if one.undone_time is None]
        if not standing:
            raise ResolutionError("there is no decision to take back")
        last = standing[-1]
        numbers = [one.id for one in standing if (one.author, one.time) == (last.author, last.time)]
    else:
        if judgements.get(number) is None:
            raise UnknownEntity(f"no judgement {number}", hint="kg judgements lists them")
        numbers = [number]

    def act(change: Change) -> list[int]:
        undone = [one for one in numbers if one is not None]
        for one in reversed(undone):
            pipeline.undo(change, workspace.base, one, author)
        return undone

    return _outcome(workspace, act)


def find_claim(catalogue: Catalogue, base: str, text: str) -> Claim:
    """The claim of an IRI, `claim/hash` or hash. Raises UnknownEntity."""
    for iri in (text, f"{base}{text}", f"{base}claim/{text}"):
        if (claim := catalogue.claim(iri)) is not None:
            return claim
    raise UnknownEntity(f"no claim {text}", hint="kg show ENTITY names the claim under each sentence")


def _act(workspace: Workspace, decision: Decision) -> Callable[[Change], list[int]]:
    """What is to be done in one change; names are looked up here, before it begins."""
    base, catalogue, kind = workspace.base, workspace.catalogue, decision.kind
    if kind == JudgementKind.DIFFERENT and decision.articles:
        iri = find_entity(catalogue, base, _given(decision, decision.entity, "entity"))
        articles = {_article_id(base, name) for name in decision.articles}
        return lambda change: pipeline.split(
            change, base, iri, articles, author=decision.author, reason=decision.reason
        )
    judgement = _judgement(catalogue, base, decision)
    return lambda change: [pipeline.judge(change, base, judgement)]


def _judgement(catalogue: Catalogue, base: str, decision: Decision) -> Judgement:
    kind, author, reason = decision.kind, decision.author, decision.reason
    if kind in JudgementKind.CLAIMS:
        claim = find_claim(catalogue, base, _given(decision, decision.claim, "claim"))
        left, right = _ends(catalogue, claim)
        return Judgement(kind, left, author, right, vocab.local(claim.statement.predicate), reason=reason)
    name = _given(decision, decision.entity, "entity")
    entity = find_entity(catalogue, base, name)
    anchor = _anchor(catalogue, base, entity, name)
    if kind == JudgementKind.LABEL:
        label = " ".join(_given(decision, decision.label, "label").split())
        return Judgement(kind, anchor, author, label=label, reason=reason)
    if kind in JudgementKind.TARGETS:
        how = (decision.how or EXACT) if kind == JudgementKind.MATCH else None
        return Judgement(
            kind, anchor, author, predicate=how, target=_given(decision, decision.target, "target"), reason=reason
        )
    if kind not in JudgementKind.PAIRS:
        raise ResolutionError(f"{kind} is no kind of judgement", hint=f"one of: {', '.join(JudgementKind.ALL)}")
    second = _given(decision, decision.other, "other")
    other = find_entity(catalogue, base, second)
    if entity == other:
        row = catalogue.entity(entity)
        raise ResolutionError(
            f"{name} and {second} are one already: {row.label if row else entity}",
            hint="kg explain says why; to part what articles mean by it: kg split ENTITY --article ID",
        )
    return Judgement(kind, anchor, author, _anchor(catalogue, base, other, second), reason=reason)


def _given(decision: Decision, value: str | None, part: str) -> str:
    if value is None or not value.strip():
        raise ResolutionError(f"a decision of kind {decision.kind} needs: {part}")
    return value.strip()


def _article_id(base: str, name: str) -> str:
    """The id of an article that is given by its id or its IRI."""
    prefix = f"{base}article/"
    return unquote(name.removeprefix(prefix)) if name.startswith(prefix) else name


def _anchor(catalogue: Catalogue, base: str, iri: str, given: str) -> Anchor:
    """The mention of an entity that a decision hangs on: the first that bears the name, or had the IRI, that was given.

    So what is decided about one of several things that earlier decisions made one stays with it when those are undone.
    """
    chains = catalogue.chains_of(iri)
    if not chains:  # merged or withdrawn since it was found
        raise UnknownEntity(f"no entity {iri}")
    wanted = given.casefold()
    for chain in chains:
        if wanted in (chain.label.casefold(), chain.anchor.text.casefold()):
            return chain.anchor
    for chain in chains:
        minted = mint(base, chain.cls, chain.label, chain.anchor).value
        if minted != iri and minted.endswith(given):
            return chain.anchor
    return chains[0].anchor


def _ends(catalogue: Catalogue, claim: Claim) -> tuple[Anchor, Anchor]:
    """The anchors of the mentions that a claim is about."""
    document = catalogue.articles.document(claim.article_id)
    extraction = catalogue.articles.extraction(claim.article_id)
    wanted = (claim.sentence, claim.subject_span, claim.object_span, vocab.local(claim.statement.predicate))
    if document is not None and extraction is not None:
        for draft in drafts_of(extraction):
            if (draft.sentence, draft.subject_span, draft.object_span, draft.predicate) == wanted:
                anchors = anchors_in(document, extraction)
                return anchors[draft.subject_mention], anchors[draft.object_mention]
    raise UnknownEntity(f"no claim {claim.iri.value}", hint="its article was read anew meanwhile: look again")


def _outcome(workspace: Workspace, act: Callable[[Change], list[int]]) -> Outcome:
    decided = workspace.decide(act)
    catalogue, base = workspace.catalogue, workspace.base
    made = [one for number in decided.judgements if (one := catalogue.judgements.get(number)) is not None]
    broken = [one.judgement for one in decided.contradictions]
    return Outcome(
        judgements=judgement_views(catalogue, base, made),
        effect=decided.effect,
        contradictions=judgement_views(catalogue, base, broken),
    )
