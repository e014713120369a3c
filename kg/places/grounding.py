"""`ground`: which entry of the gazetteer each place of one article is, by what the article says around it.

A name's entries are weighed against each other: how prominent each is (the logarithm of its people), and what in the article speaks for
it. What the text itself says of where a place lies excludes all others. The rest of the article votes: its countries, the regions and
cities that are known already, those nearby. Without any vote only a name's overwhelmingly most prominent entry is taken. What remains
between two entries, or lies outside all that an article is about, stays unknown: no place is better than a wrong one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kg.places.candidates import Candidate, Named, named_chains
from kg.places.entries import Entry, Match, is_near
from kg.places.index import Gazetteer, default_gazetteer
from kg.types import Document, EntityClass, Extraction, Grounding, PlaceKind

__all__ = ["ground"]

AROUND = 50  # chains before and after one, in the order of the article, that count for it; its countries always do
ROUNDS = 4  # what one round settles votes in the next; texts settle in two or three

# Weights are powers of ten of people. Chosen on invented articles and on the parts train and fold of our stories.
AHEAD = 0.7  # by which a supported entry must lead
DOMINANT = 1.15  # by which an entry without support must lead: fourteen times the people
FAMOUS, DEFAULT_SENSE = (
    1.3,
    2.2,
)  # for an entry that leads so far: "London" is rarely the one in Ontario, even in news from Canada
COUNTRY, CAPITAL = 1.0, 0.3  # prominence of a country beyond its people, and of a capital
OTHER_NAME = -0.5  # the name is another spelling of it
COUNTRY_NAMED, REGION_NAMED, CAPITAL_OF_NAMED = 3.0, 1.5, 1.5
FIRST_IN_COUNTRY, NEXT_IN_COUNTRY, IN_COUNTRY = (
    2.0,
    0.5,
    4.0,
)  # IN_COUNTRY is the most that these and COUNTRY_NAMED give
NEARBY, MOST_NEARBY, NEARBY_KM = 0.5, 1.0, 200.0
TOGETHER_KM = 150.0  # places that are not settled speak for each other where they may be this near,
LIKELY = 1.0  # and where the most prominent entry of one lies in the other's country
FAR_PEOPLE = 50_000  # fewest of a place outside all countries that its article is about
SMALL_PEOPLE = (
    5_000  # below, its country's name alone speaks for no place: hamlets everywhere are called Alligator Creek
)
ALONE_PEOPLE = 15_000  # fewest of a place in an article that names no other
ONE_PLACE_KM = 30.0  # entries of one name and country, this near: the gazetteer has the place twice


def ground(document: Document, extraction: Extraction, gazetteer: Gazetteer | None = None) -> Mapping[int, Grounding]:
    """Chain number → the entry that it is, for the places and polities of one article that can be told.

    Follows from the article and the gazetteer (that of the installation, if none is given) alone.
    """
    chains = named_chains(document, extraction, gazetteer or default_gazetteer())
    settled: dict[int, _Choice] = {}
    near = _near(list(chains))
    for _ in range(ROUNDS):
        countries = {number for number, choice in settled.items() if choice.entry.kind is PlaceKind.COUNTRY}
        found = {}
        for number, chain in chains.items():
            around = {
                other: chains[other] for other in sorted(countries.union(near[number], chain.inside)) if other in chains
            }
            if (choice := _choose(chain, around, settled)) is not None:
                found[number] = choice
        if found == settled:
            break
        settled = found
    return {number: _grounding(chains[number], choice) for number, choice in sorted(settled.items())}


def _near(numbers: list[int]) -> dict[int, list[int]]:
    """Chain → the chains whose names count for it: those around it, so that a book costs what its chapters cost."""
    return {number: numbers[max(0, at - AROUND) : at + AROUND + 1] for at, number in enumerate(numbers)}


@dataclass(frozen=True, slots=True)
class _Choice:
    """An entry that a chain is taken for, and the sentence that says why."""

    entry: Entry
    reason: str
    sure: bool


@dataclass(slots=True)
class _Score:
    candidate: Candidate
    prominence: float
    support: float = 0.0
    local: bool = False  # something speaks for it that is nearer than its country
    compatriots: int = 0
    favoured: bool = False  # the default sense of the name
    because: list[str] = field(default_factory=list)

    @property
    def total(self) -> float:
        return self.prominence + self.support + DEFAULT_SENSE * self.favoured


def _choose(chain: Named, chains: Mapping[int, Named], settled: Mapping[int, _Choice]) -> _Choice | None:
    candidates, told = _as_the_text_says(chain, chains, settled)
    if not candidates:
        return None
    own = {candidate.entry.id for candidate in chain.candidates}
    others: dict[str, tuple[Entry, str]] = {}
    open_ones = []
    for number, other in chains.items():
        choice = settled.get(number)
        if choice is None:
            if other.key != chain.key:
                open_ones.append(other)
        elif choice.entry.id not in own:
            others[choice.entry.id] = choice.entry, other.label
    scores = [_score(candidate, others.values(), open_ones) for candidate in candidates]
    _favour_default_sense(scores)
    scores.sort(key=_rank)
    best = scores[0]
    same = [score for score in scores if _one_place(best.candidate.entry, score.candidate.entry)]
    rivals = [score for score in scores if score not in same]
    taken = _of_kind(chain, [score.candidate for score in same], settled)
    if told:
        if rivals and best.total - rivals[0].total < AHEAD:
            return None
        return _Choice(taken.entry, f"the text says that it lies in {told}", True)
    lead = best.total - rivals[0].total if rivals else math.inf
    if best.support > 0:
        return _Choice(taken.entry, _because(best), True) if lead >= AHEAD and _is_likely(best, scores) else None
    if lead < (AHEAD if best.favoured else DOMINANT) or not _stands_alone(taken, bool(others)):
        return None
    return _Choice(taken.entry, _unsupported(taken, rivals), taken.entry.kind is PlaceKind.COUNTRY)


def _is_likely(best: _Score, scores: Iterable[_Score]) -> bool:
    """Whether what speaks for a supported entry is enough for one of its size: a hamlet, or a namesake of somewhere well known."""
    entry = best.candidate.entry
    if best.local or entry.kind is PlaceKind.COUNTRY:
        return True
    overshadowed = any(score.prominence - best.prominence >= DOMINANT for score in scores)
    return not overshadowed and (best.compatriots > 0 or entry.population >= SMALL_PEOPLE)


def _as_the_text_says(
    chain: Named, chains: Mapping[int, Named], settled: Mapping[int, _Choice]
) -> tuple[list[Candidate], str]:
    """The candidates that agree with what the text says of where the place lies, and the place that it names for that.

    None, when it lies in a place that is known, and no candidate does.
    """
    candidates, told = list(chain.candidates), ""
    for number in chain.inside:
        outer = chains.get(number)
        if outer is None:
            continue
        known = [settled[number].entry] if number in settled else [c.entry for c in outer.candidates]
        within = [c for c in candidates if any(entry.contains(c.entry) for entry in known)]
        if within:
            candidates, told = within, told or outer.label
        elif number in settled and number in chain.stated:
            # a region that the gazetteer cannot place may still hold it
            entry = settled[number].entry
            candidates = [c for c in candidates if entry.kind is PlaceKind.REGION and c.entry.country == entry.country]
    for number in chain.holds:
        if number in settled:
            holding = [c for c in candidates if c.entry.contains(settled[number].entry)]
            candidates = holding or candidates
    return candidates, told


def _score(candidate: Candidate, others: Iterable[tuple[Entry, str]], open_ones: Iterable[Named]) -> _Score:
    """How prominent a candidate is, and what speaks for it among the article's other places, settled and not."""
    entry = candidate.entry
    score = _Score(candidate, _prominence(candidate))
    named, compatriots, neighbours = False, 0, 0
    for other, label in others:
        related = other.country == entry.country
        if other.kind is PlaceKind.COUNTRY:
            related = other.contains(entry)
            named = named or related
        elif related:
            compatriots += 1
            if entry.kind is not PlaceKind.COUNTRY and (other.contains(entry) or entry.contains(other)):
                score.support += REGION_NAMED
        if entry.kind is not PlaceKind.COUNTRY and other.kind is PlaceKind.CITY and is_near(entry, other, NEARBY_KM):
            neighbours += 1
            related = True
        if related:
            score.because.append(label)
    likely = False
    for one in open_ones:
        cities = (
            [c.entry for c in one.candidates if c.entry.kind is PlaceKind.CITY] if entry.kind is PlaceKind.CITY else []
        )
        near = any(is_near(entry, city, TOGETHER_KM) for city in cities)
        at_home = bool(one.candidates) and max(one.candidates, key=_prominence).entry.country == entry.country
        neighbours += near
        likely = likely or at_home
        if near or at_home:
            score.because.append(one.label)
    in_country = COUNTRY_NAMED * named + LIKELY * likely
    if named and entry.capital:
        score.support += CAPITAL_OF_NAMED
    if compatriots:
        in_country += (COUNTRY_NAMED if entry.kind is PlaceKind.COUNTRY else FIRST_IN_COUNTRY) + NEXT_IN_COUNTRY * (
            compatriots - 1
        )
    score.compatriots = compatriots
    score.local = score.support > 0 or neighbours > 0
    score.support += min(in_country, IN_COUNTRY) + min(NEARBY * neighbours, MOST_NEARBY)
    return score


def _prominence(candidate: Candidate) -> float:
    entry = candidate.entry
    people = math.log10(max(entry.population, 100))
    people += COUNTRY if entry.kind is PlaceKind.COUNTRY else CAPITAL if entry.capital else 0.0
    return people + (OTHER_NAME if candidate.match is Match.OTHER else 0.0)


def _rank(score: _Score) -> tuple[float, float, str]:
    return -score.total, -score.prominence, score.candidate.entry.id


def _favour_default_sense(scores: list[_Score]) -> None:
    by_prominence = sorted(scores, key=lambda score: (-score.prominence, score.candidate.entry.id))
    first = by_prominence[0]
    rivals = [s for s in by_prominence if not _one_place(first.candidate.entry, s.candidate.entry)]
    if rivals and first.prominence - rivals[0].prominence >= FAMOUS:
        for score in scores:
            if _one_place(first.candidate.entry, score.candidate.entry):
                score.favoured = True


def _one_place(left: Entry, right: Entry) -> bool:
    """Whether two entries of one name are no rivals: a city and the region or country that bears its name, or one city twice."""
    if left.id == right.id or left.contains(right) or right.contains(left):
        return True
    if left.country != right.country:
        return False
    if PlaceKind.REGION in (left.kind, right.kind):
        return True
    return left.kind is right.kind is PlaceKind.CITY and is_near(left, right, ONE_PLACE_KM)


def _of_kind(chain: Named, same: list[Candidate], settled: Mapping[int, _Choice]) -> Candidate:
    """Of the entries of one place, that of the kind which the text means; else the country, the city, the region."""
    wanted = [chain.kind] if chain.kind else []
    if chain.cls is EntityClass.POLITY:
        wanted += [PlaceKind.COUNTRY, PlaceKind.REGION]
    if any(number in settled and settled[number].entry.kind is PlaceKind.CITY for number in chain.holds):
        wanted.append(PlaceKind.REGION)
    for kind in [*wanted, PlaceKind.COUNTRY]:
        of_kind = [candidate for candidate in same if candidate.entry.kind is kind]
        if of_kind:
            return max(of_kind, key=_prominence)
    cities = [candidate for candidate in same if candidate.entry.kind is PlaceKind.CITY]
    regions = [candidate for candidate in same if candidate.entry.kind is PlaceKind.REGION]
    if not cities or not regions:
        return max(cities or regions, key=_prominence)
    city, region = max(cities, key=_prominence), max(regions, key=_prominence)
    return region if _prominence(region) - _prominence(city) > DOMINANT else city


def _stands_alone(candidate: Candidate, company: bool) -> bool:
    """Whether a candidate that nothing in the article supports is prominent enough to be meant all the same."""
    entry = candidate.entry
    if entry.kind is PlaceKind.COUNTRY or (entry.capital and not company):
        return True
    if candidate.match is Match.OTHER and not entry.capital:  # Mambasa is one of Mombasa's names, and another town
        return False
    return entry.population >= (FAR_PEOPLE if company else ALONE_PEOPLE)


def _because(score: _Score) -> str:
    names = list(dict.fromkeys(score.because))
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:3][:-1])} and {names[:3][-1]}"
    return f"the article also names {listed}"


def _unsupported(candidate: Candidate, rivals: list[_Score]) -> str:
    if candidate.entry.kind is PlaceKind.COUNTRY:
        return "it is the country of that name"
    if not rivals:
        return "it is the only place of that name in the gazetteer"
    others = "the other place" if len(rivals) == 1 else f"the {len(rivals)} other places"
    return f"it is far larger than {others} of that name, and the article says nothing against it"


def _grounding(chain: Named, choice: _Choice) -> Grounding:
    entry = choice.entry
    where = f"{chain.label} in {chain.country_name(entry)}" if entry.kind is not PlaceKind.COUNTRY else chain.label
    return Grounding(
        entry.id, entry.name, entry.kind, entry.country, entry.regions, entry.latitude, entry.longitude,
        f"{where}: {choice.reason}", choice.sure,
    )  # fmt: skip
