"""Proposals that wait for a person: those that nobody has answered, about entities as they are now."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

from kg.catalogue import Catalogue
from kg.linking.ledger import Ledger, Proposal, ledger_path

__all__ = ["waiting_matches"]


def waiting_matches(catalogue: Catalogue, folder: Path | None, *, limit: int) -> list[Proposal]:
    """At most so many proposals without an answer, the surest first. Raises WorkspaceError when their file is damaged.

    `entity` is what the entity was merged into since. What was accepted or rejected for it comes no more, nor does anything
    else of a data set (by its host) in which the entity was matched exactly.
    """
    return list(islice(_waiting(catalogue, folder), limit))


def _waiting(catalogue: Catalogue, folder: Path | None) -> Iterator[Proposal]:
    if folder is None or not ledger_path(folder).is_file():
        return
    verdicts = catalogue.matches.verdicts()
    asked: set[tuple[str, str]] = set()
    with Ledger.open(ledger_path(folder)) as ledger:
        for one in ledger.proposals():
            entity = _now(catalogue, one.entity)
            if entity is None or (entity, one.target) in asked:
                continue
            asked.add((entity, one.target))
            decided = verdicts.get(entity, {})
            exact = {_host(target) for target, how in decided.items() if how == "exactMatch"}
            if one.target not in decided and _host(one.target) not in exact:
                yield one.about(entity)


def _now(catalogue: Catalogue, iri: str) -> str | None:
    """The entity of an IRI, or what it was merged into; None when it is gone."""
    if catalogue.entity(iri) is not None:
        return iri
    retired = catalogue.retired(iri)
    return retired.successor.value if retired is not None and retired.successor is not None else None


def _host(iri: str) -> str:
    return urlsplit(iri).hostname or ""
