"""Article → catalogue → graph: composes the stages, and is the one module that knows them all.

`prepare` reads and extracts; `put`, `remove`, `judge`, `undo` and `link_again` change the catalogue, each inside one
transaction; `show` writes to the store what the catalogue has noted as pending. A process that dies between two of
these leaves a workspace that `show` completes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode

from kg.catalogue import Catalogue, ChainRow, Change, Judgement, JudgementKind, NewChain, NewClaim, Pending, Wish
from kg.errors import ResolutionError, UnknownEntity
from kg.graph import GraphStore
from kg.graph.facts import ArticleState, article_iri, article_state, claim_iri, commit_update, statement_iri
from kg.resolve import (
    ChainKey,
    Index,
    anchors_in,
    drafts_of,
    keys_of,
    local_slot,
    mint,
    neighbourhood,
    slot_of,
    target,
    unite,
)
from kg.types import Anchor, Article, Document, EntityClass, Extraction, Extractor, Statement

__all__ = ["Prepared", "judge", "link_again", "prepare", "put", "put_again", "remove", "show", "undo"]

MOST_MOVES = 2000  # chains that one article's commit may link anew; beyond, its buckets wait for the global pass
_ORGANISED = frozenset((EntityClass.GROUP, EntityClass.PLACE, EntityClass.POLITY))

Clean = Callable[[Article], Document]
Targets = dict[tuple[str, str], str | None]


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
    old = change.links.chains_of_article(key) if key is not None else []
    keys = keys_of(document, extraction)
    before = _targets(change.index, _buckets(old, keys))
    if key is not None:
        change.claims.remove(key)
    change.links.remove(old)
    key, sources = change.articles.put(article, document, extraction)
    chains = change.links.add(key, article.id, (_new_chain(item) for item in keys))
    judged = _place(change, document, extraction, chains)

    previous = {chain.anchor: chain.entity for chain in old}
    moved = _flipped(change, before)
    if judged or moved:
        moved += _reunite(change)
    new = {chain.key for chain in chains}
    wishes = [Wish(chain, _slot(change, chain), previous.get(chain.anchor)) for chain in chains]
    wishes += _wishes(change, (chain for chain in moved if chain.key not in new))
    _settle(change, base, wishes)

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
    old = change.links.chains_of_article(key)
    before = _targets(change.index, _buckets(old, ()))
    change.claims.remove(key)
    judged = bool(change.judgements.of_article(article_id))
    change.links.remove(old)
    sources = change.articles.remove(article_id)
    moved = _flipped(change, before)
    if judged or moved:
        moved += _reunite(change)
    _settle(change, base, _wishes(change, moved))
    for other, source in sources.items():
        change.claims.redate(other, source)
    change.touched.articles.add(article_id)


def judge(change: Change, base: str, judgement: Judgement) -> int:
    """Write a decision and apply it to whatever carries its anchors now; returns its id.

    Raises ResolutionError when it lacks a part, or says that things of classes that exclude each other are the same.
    """
    other = judgement.other
    if judgement.kind == JudgementKind.SAME and other and not _compatible(judgement.anchor.cls, other.cls):
        raise ResolutionError(f"a {judgement.anchor.cls} and a {other.cls} cannot be the same")
    number = change.judgements.add(judgement)
    _apply(change, base, judgement)
    return number


def undo(change: Change, base: str, judgement: int, author: str) -> None:
    """Take a decision back. Raises ResolutionError when there is none of that id in force."""
    found = change.judgements.get(judgement)
    if found is not None and found.kind == JudgementKind.LABEL:
        _touch(change, found.anchor)
    _apply(change, base, change.judgements.undo(judgement, author))


def link_again(change: Change, base: str) -> int:
    """Link every chain anew, all at once (the global pass); returns how many changed their entity.

    A chain's slot depends on the chains, not on their order, so this ends where any order of articles ends.
    """
    moved = _reunite(change)
    known: Targets = {}
    last = 0
    while page := change.links.chains(
        "c.key IN (SELECT key FROM chains WHERE key > ? ORDER BY key LIMIT 2000)", (last,)
    ):
        last = page[-1].key
        for chain in page:
            slot = _slot(change, chain, known)
            entity = change.links.entity_at(slot)
            if entity is None or entity != chain.entity:
                moved.append(chain)
    wishes = _wishes(change, moved)
    changed = _settle(change, base, wishes)
    change.settled()
    return changed


def show(catalogue: Catalogue, store: GraphStore, base: str, *, progress: Callable[[int], None] | None = None) -> int:
    """Write what is pending to the store, in SPARQL updates with absolute values; returns how many articles that were.

    Each update may be repeated, so it is noted as done only afterwards.
    """
    shown = 0
    while pending := catalogue.pending():
        store.update(_update(catalogue, base, pending, store))
        catalogue.done(pending)
        shown += len(pending.articles)
        if progress is not None:
            progress(len(pending.articles))
    return shown


def _update(catalogue: Catalogue, base: str, pending: Pending, store: GraphStore) -> str:
    def iri_of(statement: Statement) -> NamedNode:
        return statement_iri(base, statement)

    entities = {iri: catalogue.entity_state(iri) for iri in pending.entities}
    statements = {key: catalogue.statement(key, iri_of) for key in pending.statements}
    return commit_update(
        articles=[_article(catalogue, base, article_id) for article_id in pending.articles],
        entities=[state for state in entities.values() if state is not None],
        removed_entities=[NamedNode(iri) for iri, state in entities.items() if state is None],
        statements=[state for state in statements.values() if state is not None],
        removed_statements=[iri_of(catalogue.statement_of(key)) for key, state in statements.items() if state is None],
        default_graph=store.default_graph,
    )


def _article(catalogue: Catalogue, base: str, article_id: str) -> ArticleState:
    document = catalogue.articles.document(article_id)
    extraction = catalogue.articles.extraction(article_id)
    if document is None or extraction is None:
        return ArticleState(article_iri(base, article_id))
    return article_state(
        document, extraction, catalogue.claims_of(article_id), catalogue.entities_in(article_id), base=base
    )


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


def _buckets(old: Iterable[ChainRow], new: Iterable[ChainKey]) -> set[str]:
    buckets = {chain.bucket for chain in old if chain.bucket is not None}
    for key in new:
        if key.bucket is not None:
            buckets |= {key.bucket, *key.defines}
    return buckets


def _targets(index: Index, buckets: Iterable[str]) -> Targets:
    """The slots of all chains in these buckets and those near them."""
    near = neighbourhood(index, buckets)
    return {(bucket, shade): target(index, bucket, shade) for bucket in near for shade in index.shades(bucket)}


def _flipped(change: Change, before: Targets) -> list[ChainRow]:
    """The chains whose slot another article's chains have changed: a name became ambiguous, or a polity's."""
    moved: list[ChainRow] = []
    for (bucket, shade), slot in sorted(before.items()):
        if shade in change.index.shades(bucket) and target(change.index, bucket, shade) != slot:
            moved += change.links.chains("c.bucket = ? AND c.shade = ?", (bucket, shade))
    if len(moved) > MOST_MOVES:
        change.unsettle({chain.bucket for chain in moved if chain.bucket is not None})
        return []
    return moved


def _slot(change: Change, chain: ChainRow, known: Targets | None = None) -> str:
    """Where a chain belongs: by the rules, then by judgement. `known` remembers the rules' answers."""
    if change.judgements.is_separated(chain.key):
        slot = local_slot(chain.anchor)
    elif known is None or chain.bucket is None:
        slot = slot_of(change.index, chain.bucket, chain.shade, chain.anchor)
    else:
        place = (chain.bucket, chain.shade)
        if place not in known:
            known[place] = target(change.index, *place)
        slot = known[place] or local_slot(chain.anchor)
    return change.judgements.union_of(slot)


def _wishes(change: Change, chains: Iterable[ChainRow]) -> list[Wish]:
    distinct = {chain.key: chain for chain in chains}
    return [Wish(chain, _slot(change, chain), chain.entity) for _, chain in sorted(distinct.items())]


def _settle(change: Change, base: str, wishes: Iterable[Wish]) -> int:
    """Give each chain the entity of its slot, with its claims; returns how many changed theirs."""
    left = change.links.rename(wishes)
    linked = [wish.chain.key for wish in left if wish.chain.entity is not None]
    claims = change.claims.of_chains(linked)
    change.claims.detach(claims)
    change.links.assign(left, lambda cls, label, anchor, digits: mint(base, cls, label, anchor, digits=digits))
    change.claims.attach(claims)
    return len(linked)


def _place(change: Change, document: Document, extraction: Extraction, chains: Iterable[ChainRow]) -> bool:
    """Note which of an article's chains carry anchors of judgements; whether there are judgements on it."""
    if not change.judgements.of_article(document.id):
        return False
    keys = {chain.number: chain.key for chain in chains}
    anchors = anchors_in(document, extraction)
    carried: Mapping[Anchor, int] = {
        anchors[mention]: keys[number] for mention, number in extraction.chain_of().items() if number in keys
    }
    change.judgements.place(document.id, carried)
    return True


def _apply(change: Change, base: str, judgement: Judgement) -> None:
    """Make a decision, just written or taken back, count."""
    anchors = [anchor for anchor in (judgement.anchor, judgement.other) if anchor is not None]
    articles = sorted({anchor.article for anchor in anchors})
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
        _place(change, document, extraction, change.links.chains_of_article(key))
    if judgement.kind in JudgementKind.PAIRS:
        _settle(change, base, _wishes(change, _reunite(change)))
    if judgement.kind == JudgementKind.LABEL:
        _touch(change, judgement.anchor)


def _touch(change: Change, anchor: Anchor) -> None:
    """Have the entity at an anchor brought up to date."""
    for number in change.judgements.chains_at(anchor):
        for chain in change.links.chains("c.key = ?", (number,)):
            if chain.entity is not None:
                change.touched.entities.add(chain.entity)


def _reunite(change: Change) -> list[ChainRow]:
    """Work out anew what all decisions in force join and part; returns the chains that may have to move."""

    def rows(kind: str) -> list[tuple[int, ChainRow, ChainRow]]:
        return [
            (number, change.links.chains("c.key = ?", (a,))[0], change.links.chains("c.key = ?", (b,))[0])
            for number, a, b in change.judgements.pairs(kind)
        ]

    def rules(chain: ChainRow) -> str:
        return slot_of(change.index, chain.bucket, chain.shade, chain.anchor)

    different = rows(JudgementKind.DIFFERENT)
    # of two chains that one rule joins, the one with the greater anchor leaves: the same whatever the order of articles
    apart = {max(a, b, key=lambda chain: chain.anchor).key for _, a, b in different if rules(a) == rules(b)}

    def slot(chain: ChainRow) -> str:
        return local_slot(chain.anchor) if chain.key in apart else rules(chain)

    union = unite(
        ((n, slot(a), slot(b)) for n, a, b in rows(JudgementKind.SAME) if _compatible(a.cls, b.cls)),
        ((slot(a), slot(b)) for _, a, b in different),
    )
    old, was_apart = change.judgements.unions(), change.judgements.separated()
    if old == dict(union.canonical) and was_apart == apart:
        return []
    change.judgements.set_unions(union.canonical, apart)
    slots = {
        name
        for key in old.keys() | union.canonical.keys()
        if old.get(key) != union.canonical.get(key)
        for name in (key, old.get(key), union.canonical.get(key))
        if name is not None
    }
    moved: list[ChainRow] = []
    for name in sorted(slots):
        entity = change.links.entity_at(name)
        moved += change.links.chains_of_entity(entity) if entity is not None else []
    for number in sorted(was_apart ^ apart):
        moved += change.links.chains("c.key = ?", (number,))
    return moved


def _compatible(left: str, right: str) -> bool:
    """Whether things of these classes can be one: a polity is a group and a place."""
    return left == right or {left, right} <= _ORGANISED
