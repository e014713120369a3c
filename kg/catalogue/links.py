"""Chains and the entities that they are: the index that linking reads, and the changes that linking asks for."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from pyoxigraph import NamedNode

from kg.catalogue.conditions import marks
from kg.catalogue.likeness import Likeness, packed, unpacked
from kg.catalogue.rows import ChainRow, NewChain, Retired, Touched, Wish
from kg.types import Anchor, EntityClass

__all__ = ["KeyIndex", "Links", "chunks"]

MOST_KNOWN = 20_000  # answers that an index remembers
SQL_VARIABLES = 500  # of one statement; SQLite's own limit is 999 in old builds

Mint = Callable[[EntityClass, str, Anchor, int], NamedNode]
"""(class, label, anchor, hash digits) → IRI."""


def chunks(values: Iterable[int]) -> Iterator[tuple[list[int], str]]:
    """Yield the values, sorted, in lists of at most SQL_VARIABLES, each with as many question marks."""
    listed = sorted(values)
    for at in range(0, len(listed), SQL_VARIABLES):
        part = listed[at : at + SQL_VARIABLES]
        yield part, marks(part)


class KeyIndex:
    """The index over all chains' keys; every answer is read from counters (`kg.resolve.Index`)."""

    def __init__(self, db: sqlite3.Connection, *, remember: bool = False) -> None:
        """With `remember`, what was read once is known until `forget`: only for whoever makes all the changes himself."""
        self._db = db
        self._remember = remember
        self._known: dict[tuple[str, str], tuple[sqlite3.Row, ...]] = {}

    def shades(self, bucket: str) -> Collection[str]:
        """The shades that occur among a bucket's chains."""
        return tuple([row[0] for row in self._read(_SHADES, bucket)])

    def size(self, bucket: str, shade: str) -> int:
        """How many chains a bucket has of a shade."""
        return next((int(row[1]) for row in self._read(_SHADES, bucket) if row[0] == shade), 0)

    def definers(self, acronym: str) -> Collection[tuple[str, str]]:
        """The (bucket, class) pairs of the chains that define an acronym."""
        return tuple([(row[0], row[1]) for row in self._read(_DEFINERS, acronym)])

    def acronyms(self, bucket: str) -> Collection[str]:
        """The acronyms that chains of a bucket define."""
        return tuple([row[0] for row in self._read(_ACRONYMS, bucket)])

    def forget(self, bucket: str, defines: Iterable[str] = ()) -> None:
        """Read anew what is known of a bucket, and of the acronyms that its chains define."""
        for key in ((_SHADES, bucket), (_ACRONYMS, bucket), *((_DEFINERS, acronym) for acronym in defines)):
            self._known.pop(key, None)

    def _read(self, select: str, name: str) -> Sequence[sqlite3.Row]:
        found = self._known.get((select, name))
        if found is None:
            found = tuple(self._db.execute(select, (name,)))
            if self._remember:
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known[select, name] = found
        return found


class Links:
    """Changes chains and entities inside a transaction, noting in `touched` what the graph must be told."""

    def __init__(self, db: sqlite3.Connection, touched: Touched) -> None:
        self._db = db
        self._touched = touched
        self.index = KeyIndex(db, remember=True)
        self.likeness = Likeness(db, remember=True)

    def chains(self, where: str, values: Sequence[object]) -> list[ChainRow]:
        """The chains of a condition, first catalogued first."""
        rows = self._db.execute(f"{_CHAINS} WHERE {where} ORDER BY c.key", values)
        return [_chain(row) for row in rows]

    def chains_of_article(self, article: int) -> list[ChainRow]:
        """An article's chains."""
        return self.chains("c.article = ?", (article,))

    def chains_of_entity(self, entity: int) -> list[ChainRow]:
        """An entity's chains."""
        return self.chains("c.entity = ?", (entity,))

    def chains_called(self, iri: str) -> list[ChainRow]:
        """The chains of the entity of an IRI; none when it is not in use."""
        return self.chains("c.entity = (SELECT key FROM entities WHERE iri = ?)", (iri,))

    def entity_at(self, slot: str) -> int | None:
        """The entity of a slot."""
        row = self._db.execute("SELECT key FROM entities WHERE slot = ?", (slot,)).fetchone()
        return None if row is None else int(row[0])

    def add(self, article: int, article_id: str, chains: Iterable[NewChain]) -> list[ChainRow]:
        """Catalogue an article's chains, not linked yet; returns them in the order given."""
        added = []
        for chain in chains:
            cursor = self._db.execute(
                "INSERT INTO chains (article, number, cls, anchor_text, occurrence, label, weak, aliases, event_type,"
                ' bucket, shade, defines, described, "values", blocks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
                (
                    article, chain.number, chain.cls.value, chain.anchor.text, chain.anchor.occurrence, chain.label,
                    chain.weak, _listed(chain.aliases), chain.event_type, chain.bucket, chain.shade,
                    _listed(chain.defines), chain.described, *packed(chain.values, chain.blocks),
                ),
            )  # fmt: skip
            self._index(chain.bucket, chain.shade, chain.cls.value, chain.defines, 1)
            self._situate(article, chain.bucket, chain.shade, chain.values, chain.blocks, 1)
            key = cursor.lastrowid
            assert key is not None
            anchor = Anchor(article_id, chain.anchor.text, chain.cls.value, chain.anchor.occurrence)
            added.append(ChainRow(key, chain.number, anchor, chain.cls, chain.label, chain.bucket, chain.shade, None))
        return added

    def remove(self, chains: Iterable[ChainRow]) -> None:
        """Forget chains; their claims must be gone already."""
        for chain in chains:
            self._leave(chain)
            row = self._db.execute(
                'SELECT article, defines, "values", blocks FROM chains WHERE key = ?', (chain.key,)
            ).fetchone()
            self._situate(row[0], chain.bucket, chain.shade, *unpacked(row[2], row[3]), -1)
            self._index(chain.bucket, chain.shade, chain.cls.value, json.loads(row[1]), -1)
            self._db.execute("DELETE FROM anchored WHERE chain = ?", (chain.key,))
            self._db.execute("DELETE FROM separated WHERE chain = ?", (chain.key,))
            self._db.execute("DELETE FROM chains WHERE key = ?", (chain.key,))

    def rename(self, wishes: Iterable[Wish]) -> list[Wish]:
        """Let entities follow all of their chains to a slot that nobody has; returns the wishes that this leaves.

        So a name that a polity begins to bear costs one row, not all of its mentions.
        """
        left = [wish for wish in wishes if not (wish.chain.entity and self.entity_at(wish.slot) == wish.chain.entity)]
        groups: dict[int, list[Wish]] = {}
        for wish in left:
            if wish.chain.entity is not None:
                groups.setdefault(wish.chain.entity, []).append(wish)
        renamed: set[int] = set()
        for entity, group in sorted(groups.items()):
            slots = {wish.slot for wish in group}
            if len(slots) > 1 or self.entity_at(group[0].slot) is not None:
                continue
            n = self._db.execute("SELECT count(*) FROM chains WHERE entity = ?", (entity,)).fetchone()[0]
            if n == len(group):
                self._db.execute("UPDATE entities SET slot = ? WHERE key = ?", (group[0].slot, entity))
                renamed.add(entity)
        return [wish for wish in left if wish.chain.entity not in renamed]

    def assign(self, wishes: Sequence[Wish], mint: Mint) -> None:
        """Give each chain the entity of its slot; a slot without one gets one that lost all its chains, or a new one.

        So an IRI is kept while any of its mentions remains: the entity catalogued first takes the slot where its first
        mention went.
        """
        for wish in wishes:
            self._leave(wish.chain)
        owners = {slot: self.entity_at(slot) for slot in {wish.slot for wish in wishes}}
        went: dict[int, str] = {}
        for wish in wishes:
            if wish.previous is not None:
                went.setdefault(wish.previous, wish.slot)
        kept = set(owners.values())
        for entity, slot in sorted(went.items()):
            if entity in kept or self._has_chains(entity):
                continue
            owner = owners[slot]
            if owner is None:
                self._db.execute("UPDATE entities SET slot = ? WHERE key = ?", (slot, entity))
                owners[slot] = entity
            else:
                self._touched.successors[entity] = owner
        for wish in wishes:
            owner = owners[wish.slot]
            if owner is None:
                owner = owners[wish.slot] = self._mint(wish, mint)
            self._join(wish.chain, owner)
            self._touched.successors.pop(owner, None)  # emptied earlier in this change: it lives on
            if owner != wish.previous:
                self._touched.articles.add(wish.chain.anchor.article)

    def refresh(self) -> tuple[list[str], list[str]]:
        """Bring the rows of touched entities up to date; returns the IRIs of those that changed, and of those gone."""
        changed, gone = [], []
        for entity in sorted(self._touched.entities):
            row = self._db.execute("SELECT * FROM entities WHERE key = ?", (entity,)).fetchone()
            if row is None:
                continue
            if not self._has_chains(entity):
                gone.append(self._retire(row))
            elif self._renew(row):
                changed.append(str(row["iri"]))
        return changed, gone

    def _leave(self, chain: ChainRow) -> None:
        """Take a chain out of its entity."""
        row = self._db.execute("SELECT * FROM chains WHERE key = ?", (chain.key,)).fetchone()
        if row["entity"] is not None:
            self._count(row, row["entity"], -1)
            self._db.execute("UPDATE chains SET entity = NULL WHERE key = ?", (chain.key,))

    def _join(self, chain: ChainRow, entity: int) -> None:
        row = self._db.execute("SELECT * FROM chains WHERE key = ?", (chain.key,)).fetchone()
        self._count(row, entity, 1)
        self._db.execute("UPDATE chains SET entity = ? WHERE key = ?", (entity, chain.key))

    def _count(self, chain: sqlite3.Row, entity: int, sign: int) -> None:
        self._touched.entities.add(entity)
        kind = "description" if chain["described"] else "acronym" if chain["weak"] else "label"
        traits = [(kind, chain["label"]), ("class", chain["cls"])]
        traits += [("alias", alias) for alias in json.loads(chain["aliases"])]
        if chain["event_type"]:
            traits.append(("type", chain["event_type"]))
        for kind, value in traits:
            bump(self._db, "traits", {"entity": entity, "kind": kind, "value": value}, sign)

    def _index(self, bucket: str | None, shade: str, cls: str, defines: Iterable[str], sign: int) -> None:
        if bucket is None:
            return
        defines = tuple(defines)
        self.index.forget(bucket, defines)
        bump(self._db, "shades", {"bucket": bucket, "shade": shade}, sign)
        for acronym in defines:
            bump(self._db, "definitions", {"acronym": acronym, "bucket": bucket, "cls": cls}, sign)

    def _situate(
        self, article: int, bucket: str | None, shade: str, values: Iterable[str], blocks: Iterable[int], sign: int
    ) -> None:
        """Count what an article says of a chain; called while its place exists."""
        place = self.likeness.place(bucket, shade) if bucket is not None else None
        if place is not None:
            self.likeness.count(place, (*values, f"z:{article}"), blocks, sign)
            if sign < 0 and self.index.size(bucket or "", shade) == 1:
                self.likeness.forget(place)

    def _has_chains(self, entity: int) -> bool:
        return self._db.execute("SELECT 1 FROM chains WHERE entity = ? LIMIT 1", (entity,)).fetchone() is not None

    def _mint(self, wish: Wish, mint: Mint) -> int:
        """A new entity with an IRI of its own; one that another entity has kept gets a longer hash."""
        chain = wish.chain
        for digits in (8, 16, 64):
            iri = mint(chain.cls, chain.label, chain.anchor, digits).value
            found = self._db.execute("SELECT key FROM entities WHERE iri = ?", (iri,)).fetchone()
            if found is None:
                break
            if not self._has_chains(found["key"]):  # emptied in this change: it lives on
                self._db.execute("UPDATE entities SET slot = ? WHERE key = ?", (wish.slot, found["key"]))
                return int(found["key"])
        cursor = self._db.execute(
            "INSERT INTO entities (iri, slot, cls, label) VALUES (?, ?, ?, '')", (iri, wish.slot, chain.cls.value)
        )
        self._db.execute("DELETE FROM retired WHERE iri = ?", (iri,))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _renew(self, row: sqlite3.Row) -> bool:
        """Whether an entity's class, label, other names or type changed; writes them if so."""
        entity = row["key"]
        traits: dict[str, list[tuple[str, int]]] = {}
        for kind, value, n in self._db.execute("SELECT kind, value, n FROM traits WHERE entity = ?", (entity,)):
            traits.setdefault(kind, []).append((value, n))
        called = next(traits[kind] for kind in ("label", "acronym", "description") if kind in traits)
        label = self._judged_label(entity) or _best(called)
        names = {value for kind in ("label", "acronym", "alias") for value, _ in traits.get(kind, ())} - {label}
        types = traits.get("type")
        new = (
            _class({value for value, _ in traits["class"]}),
            label,
            _listed(sorted(names)),
            _best(types) if types else None,
        )
        if new == (row["cls"], row["label"], row["altlabels"], row["event_type"]):
            return False
        self._db.execute(
            "UPDATE entities SET cls = ?, label = ?, altlabels = ?, event_type = ? WHERE key = ?", (*new, entity)
        )
        self._db.execute("DELETE FROM names WHERE rowid = ?", (entity,))
        self._db.execute(
            "INSERT INTO names (rowid, label, altlabels, cls) VALUES (?, ?, ?, ?)",
            (entity, label, "\n".join(sorted(names)), new[0]),
        )
        return True

    def _judged_label(self, entity: int) -> str | None:
        row = self._db.execute(
            # CROSS JOIN fixes the order: there are few edited labels, and an entity may have very many chains
            "SELECT j.label FROM judgements j CROSS JOIN anchored a ON a.judgement = j.key"
            " CROSS JOIN chains c ON c.key = a.chain"
            " WHERE j.kind = 'label' AND j.undone_time IS NULL AND c.entity = ? ORDER BY j.key DESC LIMIT 1",
            (entity,),
        ).fetchone()
        return None if row is None else str(row[0])

    def _retire(self, row: sqlite3.Row) -> str:
        successor = self._touched.successors.get(row["key"])
        while successor is not None and successor in self._touched.successors:
            successor = self._touched.successors[successor]
        found = None
        if successor is not None:
            found = self._db.execute("SELECT iri FROM entities WHERE key = ?", (successor,)).fetchone()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._db.execute("DELETE FROM entities WHERE key = ?", (row["key"],))
        self._db.execute("DELETE FROM names WHERE rowid = ?", (row["key"],))
        if not row["label"]:  # made and emptied in this change: nobody has seen it
            return str(row["iri"])
        self._db.execute(
            "INSERT OR REPLACE INTO retired (iri, successor, label, time) VALUES (?, ?, ?, ?)",
            (row["iri"], found["iri"] if found else None, row["label"], now),
        )
        return str(row["iri"])


def retired_entity(db: sqlite3.Connection, iri: str) -> Retired | None:
    """What became of an IRI that is in use no more; follows merges of merges."""
    row = db.execute("SELECT * FROM retired WHERE iri = ?", (iri,)).fetchone()
    if row is None:
        return None
    seen = {iri}
    successor = row["successor"]
    while successor is not None and successor not in seen:
        seen.add(successor)
        further = db.execute("SELECT successor FROM retired WHERE iri = ?", (successor,)).fetchone()
        if further is None:
            break
        successor = further["successor"]
    return Retired(NamedNode(iri), NamedNode(successor) if successor else None, row["label"])


def bump(db: sqlite3.Connection, table: str, row: Mapping[str, object], by: int) -> tuple[int, int]:
    """Add to the counter of a row, which exists while it is above zero; returns it before and after."""
    where = " AND ".join(f"{column} = ?" for column in row)
    found = db.execute(f"SELECT n FROM {table} WHERE {where}", tuple(row.values())).fetchone()  # noqa: S608
    before = 0 if found is None else int(found[0])
    after = before + by
    if after <= 0:
        db.execute(f"DELETE FROM {table} WHERE {where}", tuple(row.values()))  # noqa: S608
    elif found is None:
        columns, values = ", ".join(row), (*row.values(), after)
        db.execute(f"INSERT INTO {table} ({columns}, n) VALUES ({marks(values)})", values)  # noqa: S608
    else:
        db.execute(f"UPDATE {table} SET n = ? WHERE {where}", (after, *row.values()))  # noqa: S608
    return before, after


_SHADES = "SELECT shade, n FROM shades WHERE bucket = ? ORDER BY shade"
_DEFINERS = "SELECT bucket, cls FROM definitions WHERE acronym = ? ORDER BY 1, 2"
_ACRONYMS = "SELECT DISTINCT acronym FROM definitions WHERE bucket = ? ORDER BY 1"
_CHAINS = (
    "SELECT c.key, c.number, a.id, c.anchor_text, c.cls, c.occurrence, c.label, c.bucket, c.shade, c.entity"
    " FROM chains c JOIN articles a ON a.key = c.article"
)


def _chain(row: sqlite3.Row) -> ChainRow:
    key, number, article, text, cls, occurrence, label, bucket, shade, entity = row
    return ChainRow(key, number, Anchor(article, text, cls, occurrence), EntityClass(cls), label, bucket, shade, entity)


def _best(values: Iterable[tuple[str, int]]) -> str:
    """The most frequent value; then the longest, then the first in order of the alphabet: independent of arrival."""
    return min(values, key=lambda item: (-item[1], -len(item[0]), item[0]))[0]


def _class(classes: set[str]) -> str:
    """What is both a group and a place is a polity; otherwise an entity has one class."""
    return next(iter(classes)) if len(classes) == 1 else EntityClass.POLITY.value


def _listed(values: Iterable[str]) -> str:
    return json.dumps(list(values), ensure_ascii=False)
