"""What people call an entity → its IRI."""

from __future__ import annotations

from kg import vocab
from kg.catalogue import Catalogue
from kg.errors import AmbiguousEntity, UnknownEntity
from kg.lookup.documents import ENTITY_KINDS

__all__ = ["find_entity"]

CANDIDATES = 12


def find_entity(catalogue: Catalogue, base: str, text: str) -> str:
    """The IRI of the entity of an IRI, `person/slug`, slug or name; that of its successor for one that was merged.

    A name is the label or another name of exactly one entity, or the beginning of the names of just one. Raises
    UnknownEntity, AmbiguousEntity.
    """
    names = (text, *(f"{base}{prefix}{text}" for prefix in ("", *(f"{kind}/" for kind in ENTITY_KINDS))))
    for iri in names:
        if catalogue.entity(iri) is not None:
            return iri
        if (retired := catalogue.retired(iri)) is not None and retired.successor is not None:
            return retired.successor.value
    hits = catalogue.search(text, vocab.ENTITY_CLASSES, CANDIDATES)
    rows = [row for hit in hits if hit.iri is not None and (row := catalogue.entity(hit.iri)) is not None]
    wanted = text.casefold()
    exact = [row for row in rows if wanted in (name.casefold() for name in (row.label, *row.altlabels))]
    found = exact or rows
    if len(found) == 1:
        return found[0].iri.value
    if not found:
        near = catalogue.words.suggestions(text, 3)
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "search for a part of the name"
        raise UnknownEntity(f"nothing is called {text!r}", hint=hint)
    candidates = tuple((row.iri.value, f"{row.label} ({row.cls.value})") for row in found)
    lines = "".join(f"\n  {iri.removeprefix(base)}  {label}" for iri, label in candidates)
    raise AmbiguousEntity(
        f"{text!r} may be one of these:{lines}", candidates, hint="give the first word of a line instead"
    )
