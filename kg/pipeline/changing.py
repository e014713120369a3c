"""Changes of the catalogue, each inside one transaction: an article comes, changes or goes, a person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from kg.catalogue import (
    Catalogue,
    Cause,
    ChainRow,
    Change,
    ChangeReason,
    Judgement,
    JudgementKind,
    NewChain,
    NewClaim,
    Wish,
)
from kg.errors import ResolutionError, UnknownEntity
from kg.graph.facts import claim_iri
from kg.pipeline.clustering import Clusters
from kg.pipeline.deciding import are_compatible, carriers, place, reunite, touch
from kg.pipeline.linking import Shift, Targets, settle, slot_in, wishes_of
from kg.places import ground
from kg.resolve import ChainKey, anchors_in, drafts_of, keys_of
from kg.types import Article, Document, Extraction, Extractor

__all__ = ["Prepared", "judge", "link_again", "prepare", "put", "put_again", "remove", "undo"]

Clean = Callable[[Article], Document]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article that was read and extracted, ready to be put into the catalogue."""

    article: Article
    document: Document
    extraction: Extraction


def prepare(catalogue: Catalogue, article: Article, extractor: Extractor, clean: Clean) -> Prepared | None:
    """The article's document and extraction; None when the catalogue holds this very revision, found by this model.

    Raises ArticleError when the article cannot be read.
    """
    if catalogue.articles.version(article.id) == (article.digest, extractor.model):
        return None
    document = clean(article)
    known = catalogue.articles.extraction_of(article.id, article.digest, extractor.model)
    return Prepared(article, document, known or extractor.extract(document))


def put(change: Change, base: str, prepared: Prepared) -> None:
    """Make this the article's current revision: link its chains, catalogue its claims, move what depends on them."""
    article, document, extraction = prepared.article, prepared.document, prepared.extraction
    key = change.articles.key(article.id)
    change.log.because(Cause(_reason(change, article), article.id))
    old = change.links.chains_of_article(key) if key is not None else []
    places = ground(document, extraction)
    entries = {chain: place.id for chain, place in places.items() if place.sure}
    keys = keys_of(document, extraction, entries)
    shift = Shift(change, old, keys)
    if key is not None:
        change.claims.remove(key)
    change.links.remove(old)
    key, sources = change.articles.put(article, document, extraction)
    chains = change.links.add(key, article.id, (_new_chain(item) for item in keys))
    change.whereabouts.add({chain.key: places[chain.number] for chain in chains if chain.number in places})
    judged = place(change, document, extraction, chains)

    previous = {chain.anchor: chain.entity for chain in old}
    moved = shift.moved()
    if judged or change.judgements.are_anchored(chain.key for chain in moved):
        moved += reunite(change)
    new = {chain.key for chain in chains}
    wishes = [Wish(chain, slot_in(change, chain), previous.get(chain.anchor)) for chain in chains]
    wishes += wishes_of(change, (chain for chain in moved if chain.key not in new))
    settle(change, base, wishes)

    change.claims.add(key, _new_claims(change, base, document, extraction, chains))
    for other, source in sources.items():
        change.claims.redate(other, source)
    change.touched.articles.add(article.id)


def put_again(change: Change, base: str, article_id: str) -> None:
    """Link and catalogue an article anew from what the catalogue holds of it."""
    article = change.articles.article(article_id)
    document = change.articles.document(article_id)
    extraction = change.articles.extraction(article_id)
    assert article is not None, article_id
    assert document is not None, article_id
    assert extraction is not None, article_id
    put(change, base, Prepared(article, document, extraction))


def remove(change: Change, base: str, article_id: str) -> None:
    """Forget an article and everything that only it supported. Raises UnknownEntity."""
    key = change.articles.key(article_id)
    if key is None:
        raise UnknownEntity(f"there is no article {article_id}")
    change.log.because(Cause(ChangeReason.REMOVED, article_id))
    old = change.links.chains_of_article(key)
    shift = Shift(change, old, ())
    change.claims.remove(key)
    judged = bool(change.judgements.of_article(article_id))
    change.links.remove(old)
    sources = change.articles.remove(article_id)
    moved = shift.moved()
    if judged or change.judgements.are_anchored(chain.key for chain in moved):
        moved += reunite(change)
    settle(change, base, wishes_of(change, moved))
    for other, source in sources.items():
        change.claims.redate(other, source)
    change.touched.articles.add(article_id)


def judge(change: Change, base: str, judgement: Judgement) -> int:
    """Write a decision and apply it to whatever carries its anchors now; returns its id.

    Raises ResolutionError when it lacks a part, or says that things of classes that exclude each other are the same.
    """
    other = judgement.other
    if judgement.kind == JudgementKind.SAME and other and not are_compatible(judgement.anchor.cls, other.cls):
        raise ResolutionError(f"a {judgement.anchor.cls} and a {other.cls} cannot be the same")
    number = change.judgements.add(judgement)
    change.log.because(Cause(judgement.kind, judgement.anchor.article, number))
    _apply(change, base, judgement)
    return number


def undo(change: Change, base: str, judgement: int, author: str) -> None:
    """Take a decision back. Raises ResolutionError when there is none of that id in force."""
    found = change.judgements.get(judgement)
    if found is not None:
        change.log.because(Cause(ChangeReason.UNDONE, found.anchor.article, judgement))
    if found is not None and found.kind in JudgementKind.ALONE:
        touch(change, found.anchor)
    _apply(change, base, change.judgements.undo(judgement, author))


def link_again(change: Change, base: str) -> int:
    """Link every chain anew, all at once (the global pass); returns how many changed their entity.

    A chain's slot depends on the chains, not on their order, so this ends where any order of articles ends.
    """
    change.log.because(Cause(ChangeReason.RESOLVED))
    Clusters(change).everything()
    moved = reunite(change)
    known: Targets = {}
    last = 0
    while page := change.links.chains(
        "c.key IN (SELECT key FROM chains WHERE key > ? ORDER BY key LIMIT 2000)", (last,)
    ):
        last = page[-1].key
        for chain in page:
            entity = change.links.entity_at(slot_in(change, chain, known))
            if entity is None or entity != chain.entity:
                moved.append(chain)
    wishes = wishes_of(change, moved)
    changed = settle(change, base, wishes)
    change.settled()
    return changed


def _apply(change: Change, base: str, judgement: Judgement) -> None:
    """Make a decision, just written or taken back, count."""
    anchors = [anchor for anchor in (judgement.anchor, judgement.other) if anchor is not None]
    articles = sorted({anchor.article for anchor in anchors})
    involved: list[ChainRow] = []
    for article_id in articles:
        key = change.articles.key(article_id)
        if key is None:
            continue
        if judgement.kind in JudgementKind.CLAIMS:
            put_again(change, base, article_id)
            continue
        document, extraction = change.articles.document(article_id), change.articles.extraction(article_id)
        assert document is not None, article_id
        assert extraction is not None, article_id
        chains = change.links.chains_of_article(key)
        place(change, document, extraction, chains)
        carrying = carriers(document, extraction, chains)
        numbers = {carrying[anchor] for anchor in anchors if anchor in carrying}
        involved += [chain for chain in chains if chain.key in numbers]
    if judgement.kind in JudgementKind.PAIRS:
        moved = Shift(change, involved, ()).moved()  # what is different is not clustered together
        settle(change, base, wishes_of(change, moved + reunite(change)))
    if judgement.kind in JudgementKind.ALONE:
        touch(change, judgement.anchor)


def _reason(change: Change, article: Article) -> str:
    """What an article's coming is: new, changed, or the same read again."""
    version = change.articles.version(article.id)
    if version is None:
        return ChangeReason.ADDED
    return ChangeReason.REREAD if version[0] == article.digest else ChangeReason.REPLACED


def _new_chain(key: ChainKey) -> NewChain:
    return NewChain(
        key.chain,
        key.anchor,
        key.cls,
        key.label,
        key.aliases,
        key.bucket,
        key.shade,
        key.weak,
        key.defines,
        key.event_type,
        key.described,
        key.values,
        key.blocks,
    )


def _new_claims(
    change: Change, base: str, document: Document, extraction: Extraction, chains: Iterable[ChainRow]
) -> Iterator[NewClaim]:
    keys = {chain.number: chain.key for chain in chains}
    verdicts = change.judgements.verdicts(document.id)
    anchors = anchors_in(document, extraction) if verdicts else ()
    for draft in drafts_of(extraction):
        verdict = None
        if verdicts:
            verdict = verdicts.get((anchors[draft.subject_mention], draft.predicate, anchors[draft.object_mention]))
        yield NewClaim(
            iri=claim_iri(base, document.id, draft.predicate, draft.sentence, draft.subject_span, draft.object_span),
            subject_chain=keys[draft.subject],
            predicate=draft.predicate,
            object_chain=None if draft.object is None else keys[draft.object],
            literal=draft.literal,
            sentence=draft.sentence,
            subject_span=draft.subject_span,
            object_span=draft.object_span,
            confidence=draft.confidence,
            supports=draft.supports,
            modality=draft.modality,
            phase=draft.phase,
            attributed_to=draft.attributed_to,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
            verdict=verdict,
        )
