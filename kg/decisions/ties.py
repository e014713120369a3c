"""Why the names and descriptions of one thing are one, as far as no person decided it: what the resolver went by.

A thing's mentions are grouped into forms: all that bear one name in its normal form, or one description in one article.
`kg explain A B` compares two of them in full (`kg.decisions.explain`); this says for each what ties it to the rest, the
shortest reason first: one form for several spellings, an acronym that an article defines, a short name that an article
uses, and likeness with its score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from kg.catalogue import Catalogue, Form
from kg.decisions.questions import Feature
from kg.pipeline.clustering import profile_at
from kg.resolve import DESCRIBED, compare

__all__ = ["FORMS", "Tie", "ties"]

FORMS = 40  # of one thing that are looked at, those that most mentions bear
OF_A_KIND = 5  # ties of each kind that are shown
FEATURES = 4


@dataclass(frozen=True, slots=True)
class Tie:
    """What makes several names one.

    `kind` is `form` (spellings with one normal form, `key`), `acronym` (the first is defined as short for the second in
    `article`), `article` (`article` calls the second by the first) or `alike` (`score` in [0, 1], with what `features` add
    to the log odds).
    """

    kind: str
    names: tuple[str, ...]
    key: str = ""
    article: str | None = None
    score: float | None = None
    features: tuple[Feature, ...] = ()


def ties(catalogue: Catalogue, iri: str) -> tuple[Tie, ...]:
    """What ties the forms of an entity together, most of a kind first; empty for one that is always called the same."""
    forms = catalogue.outlines.forms(iri, most=FORMS)
    found: list[Tie] = []
    for listed in (_spellings(forms), _acronyms(catalogue, iri, forms), _short(forms), _alike(catalogue, forms)):
        found += list(listed)[:OF_A_KIND]
    return tuple(found)


def _spellings(forms: Sequence[Form]) -> Iterator[Tie]:
    """Names that differ in writing alone."""
    for bucket in dict.fromkeys(form.bucket for form in forms):
        if bucket is not None and bucket[0] != DESCRIBED:
            names = dict.fromkeys(form.label for form in forms if form.bucket == bucket)
            if len(names) > 1:
                yield Tie("form", tuple(names), key=bucket[2:])


def _acronyms(catalogue: Catalogue, iri: str, forms: Sequence[Form]) -> Iterator[Tie]:
    """Acronyms that an article defines."""
    full = {form.bucket: form.label for form in reversed(forms)}
    for acronym, bucket, article in catalogue.outlines.acronyms_of(iri):
        yield Tie("acronym", (acronym[2:].upper(), full.get(bucket, bucket[2:])), article=article)


def _short(forms: Iterable[Form]) -> Iterator[Tie]:
    """Short names that articles use for one that they give in full; acronyms say so themselves."""
    said: dict[str, Tie] = {}
    for form in forms:
        for alias in form.aliases:
            if alias.casefold() != form.label.casefold() and f"o:{alias.casefold()}" not in form.defines:
                said.setdefault(alias.casefold(), Tie("article", (alias, form.label), article=form.article))
    yield from said.values()


def _alike(catalogue: Catalogue, forms: Sequence[Form]) -> Iterator[Tie]:
    """What is joined by what articles say of it: to each form the one that it is likest to, the likest first."""
    places: dict[int, Form] = {}
    for form in forms:
        number = catalogue.likeness.place(form.bucket, form.shade) if form.bucket is not None else None
        if number is not None:
            places.setdefault(number, form)
    pairs: dict[frozenset[int], float] = {}
    for place in places:
        near = ((score, other) for other, score in catalogue.likeness.like(place) if other in places)
        if (best := max(near, default=None)) is not None:
            pairs.setdefault(frozenset((place, best[1])), best[0])
    shown = set[frozenset[str]]()
    for pair, _ in sorted(pairs.items(), key=lambda item: (-item[1], sorted(item[0]))):
        one, two = sorted(pair, key=lambda place: (_is_described(places[place]), place))
        names = places[one].label, places[two].label
        if frozenset(map(str.casefold, names)) in shown:
            continue
        profiles = profile_at(catalogue.likeness, one), profile_at(catalogue.likeness, two)
        if profiles[0] is None or profiles[1] is None:
            continue
        found = compare(profiles[0], profiles[1])
        if found.veto is None:
            shown.add(frozenset(map(str.casefold, names)))
            weights = [item for item in found.contributions().items() if item[0] != "bias" and item[1]]
            features = tuple(Feature(name, round(weight, 2)) for name, weight in weights[:FEATURES])
            yield Tie("alike", names, score=found.score, features=features)


def _is_described(form: Form) -> bool:
    return form.bucket is not None and form.bucket[0] == DESCRIBED
