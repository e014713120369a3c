"""Keys + an index of all keys → slots: chains of one slot are one entity. And the IRI of an entity.

Everything here is a function of what the catalogue holds, not of when it came. A slot asks the index a handful of small
questions about its bucket, each answered by a counter, so its cost does not grow with the graph.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from hashlib import sha256
from typing import Protocol

from pyoxigraph import NamedNode

from kg.types import Anchor, EntityClass

__all__ = ["Index", "local_slot", "members", "mint", "neighbourhood", "slot_of", "slug", "target"]

POLITY = EntityClass.POLITY.value
SLUG_LENGTH = 60  # longer ones only make addresses hard to read; the hash tells entities apart


class Index(Protocol):
    """What linking asks of the catalogue."""

    def shades(self, bucket: str) -> Collection[str]:
        """The shades that occur among a bucket's chains."""

    def definers(self, acronym: str) -> Collection[tuple[str, str]]:
        """The (bucket, class) pairs of the chains whose article defines this acronym's bucket."""

    def acronyms(self, bucket: str) -> Collection[str]:
        """The acronyms that chains of a bucket define."""


def target(index: Index, bucket: str, shade: str) -> str | None:
    """The slot of the chains of this bucket and shade; None when they are ambiguous and stay in their articles."""
    match bucket[0]:
        case "p":
            return bucket
        case "d":
            return f"{bucket}|{shade}"
        case "e":
            return _event_slot(index, bucket, shade)
        case _:
            full = _definer(index, bucket, shade)
            return None if full is None else _organised_slot(index, full or bucket, shade)


def members(index: Index, slot: str) -> list[tuple[str, str]]:
    """The (bucket, shade) pairs whose chains are of a slot; none for a slot that nobody has (any more)."""
    bucket = slot.split("|")[0]
    near = [bucket, *(index.acronyms(bucket) if bucket[0] == "o" else ())]
    return [(name, shade) for name in near for shade in index.shades(name) if target(index, name, shade) == slot]


def slot_of(index: Index, bucket: str | None, shade: str, anchor: Anchor) -> str:
    """The slot of a chain, before judgements."""
    return (target(index, bucket, shade) if bucket else None) or local_slot(anchor)


def local_slot(anchor: Anchor) -> str:
    """The slot of a chain that stays in its article; the same again when the article is read again."""
    return "\x1f".join(("l:", anchor.article, anchor.text, anchor.cls, str(anchor.occurrence)))


def neighbourhood(index: Index, buckets: Iterable[str]) -> frozenset[str]:
    """These buckets and those whose slots may depend on them: through an acronym, or a polity behind one."""
    near = set(buckets)
    near.update(bucket for name in tuple(near) for bucket, _ in index.definers(name))
    near.update(acronym for name in tuple(near) for acronym in index.acronyms(name))
    return frozenset(near)


def mint(base: str, cls: EntityClass, label: str, anchor: Anchor, *, digits: int = 8) -> NamedNode:
    """A readable IRI for the entity first seen at this anchor; equal anchors give equal IRIs on every run.

    >>> mint("http://localhost:8000/", EntityClass.PERSON, "Ana Díaz", Anchor("a.txt", "Ana Díaz", "Person", 0)).value
    'http://localhost:8000/person/ana-diaz-aaa3ca70'
    """
    parts = (anchor.article, anchor.text, anchor.cls, str(anchor.occurrence))
    digest = sha256("\0".join(parts).encode()).hexdigest()[:digits]  # NUL: ("ab", "c") is not ("a", "bc")
    return NamedNode(f"{base}{cls.value.lower()}/{slug(label)}-{digest}")


def slug(label: str) -> str:
    """A label's letters and digits in lower case, in ASCII where it has such letters, joined by hyphens.

    >>> slug("Ana Díaz"), slug("Попов"), slug("—")
    ('ana-diaz', 'попов', 'x')
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", label) if not unicodedata.combining(c))
    words = re.findall(r"\w+", unicodedata.normalize("NFC", plain).casefold().replace("_", " "))
    return "-".join(words)[:SLUG_LENGTH].rstrip("-") or "x"


def _event_slot(index: Index, bucket: str, year: str) -> str | None:
    """Events of one name are one if their years agree; without a year, if only one year occurs."""
    if not year:
        years = [shade for shade in index.shades(bucket) if shade]
        if len(years) > 1:
            return None
        year = years[0] if years else ""
    return f"{bucket}|{year}"


def _organised_slot(index: Index, bucket: str, shade: str) -> str | None:
    """Groups and places of one name are two things, unless a polity bears it: a polity is both.

    Places that are two entries of the gazetteer are two; a place of which no article says which one it is is the only
    one of its name, or ambiguous.
    """
    cls, _, entry = shade.partition("@")
    known = {of: {name.partition("@")[2] for name in index.shades(bucket) if name.partition("@")[0] in of} - {""}
             for of in ((POLITY,), (POLITY, "Place"))}  # fmt: skip
    polity = _has_polity(index, bucket)
    if not entry and cls == "Group":
        if not polity or len(known[(POLITY,)]) > 1:
            return f"{bucket}|{cls}"
        entry = next(iter(known[(POLITY,)]), "")
        cls = POLITY
    if not entry and len(known[(POLITY, "Place")]) > 1:
        return None
    entry = entry or next(iter(known[(POLITY, "Place")]), "")
    is_polity = cls == POLITY or (polity and (not known[(POLITY,)] or entry in known[(POLITY,)]))
    slot = bucket if is_polity else f"{bucket}|{cls}"
    return f"{slot}{'|' * (2 - slot.count('|'))}{entry}" if entry else slot


def _has_polity(index: Index, bucket: str) -> bool:
    return _is_polity(index.shades(bucket)) or any(
        _is_polity(index.shades(acronym)) and _definer(index, acronym, POLITY) == bucket
        for acronym in index.acronyms(bucket)
    )


def _is_polity(shades: Iterable[str]) -> bool:
    return any(shade.partition("@")[0] == POLITY for shade in shades)


def _definer(index: Index, bucket: str, shade: str) -> str | None:
    """The bucket whose chains define this one as their acronym: "" if none do, None if several do.

    Of two that articles give as each other's acronym (written "Isil (ISIS)" and "Isis (ISIL)") the first of the alphabet is the name.
    """
    found = _definers(index, bucket, shade)
    if len(found) > 1:
        return None
    full = next(iter(found), "")
    return "" if bucket < full and _definers(index, full, shade) == {bucket} else full


def _definers(index: Index, bucket: str, shade: str) -> set[str]:
    cls = shade.partition("@")[0]
    return {
        full for full, other in index.definers(bucket) if full != bucket and (other == cls or POLITY in (other, cls))
    }
