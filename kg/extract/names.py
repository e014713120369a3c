"""Names of one thing: their normal form, and which names of a document are one's by rule.

A surname alone joins a full name only here, inside its own article.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from kg.extract.words import country_of, honorifics
from kg.types import EntityClass, Mention

__all__ = ["EVENT_LINK", "LINK", "Sets", "is_acronym", "join_names", "name_key"]

LINK = 0.5  # an anaphor joins its best antecedent at or above this score
EVENT_LINK = (
    0.4  # a trigger joins an earlier one of its type: one happening told as two is the commoner fault (our fold)
)
_BRACKET = 8  # code points that may stand between a name and its short form in brackets: "'s ("
_SHORTENED = (EntityClass.GROUP, EntityClass.EVENT, EntityClass.PLACE)
_SMALL = frozenset(
    (
        "of",
        "the",
        "for",
        "and",
        "de",
        "la",
        "le",
        "el",
        "al",
        "in",
        "du",
        "des",
        "del",
        "der",
        "den",
        "y",
        "e",
        "&",
        "to",
        "on",
    )
)


@lru_cache(maxsize=1 << 13)
def name_key(name: str) -> str:
    """A name without case, points, determiner, possessive and honorifics.

    >>> name_key("Gen. J.R. Diaz"), name_key("the U.N.")
    ('j r diaz', 'un')
    """
    text = re.sub(r"['’]s?$", "", name.strip()).casefold()
    text = (
        re.sub(r"\b((?:\w\.){2,})(?!\w)", lambda m: m[1].replace(".", ""), text)
        if " " not in text.replace("the ", "")
        else text
    )
    words = re.sub(r"[^\w&’'-]+", " ", text.replace(".", " ")).split()
    while len(words) > 1 and (words[0] in honorifics() or words[0] in ("the", "a", "an")):
        words.pop(0)
    return " ".join(words)


class Sets:
    """Sets of mention indexes that grow together (union-find); the root of a set is its first mention unless one is moved by hand."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, i: int) -> int:
        """The root of the set that a mention is in."""
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        """Make the sets of two mentions one."""
        a, b = sorted((self.find(i), self.find(j)))
        self.parent[b] = a


def join_names(
    text: str,
    mentions: Sequence[Mention],
    names: Sequence[int],
    scores: Mapping[tuple[int, int], float],
    found: Sets,
) -> None:
    """Join the names that are one thing's: equal, short for a full name, acronym, defined in brackets, country and its adjective."""
    keys = {i: name_key(mentions[i].span.of(text)) for i in names}
    by_key: dict[tuple[str, EntityClass], int] = {}
    for i in names:
        country = country_of(mentions[i].span.of(text)) if mentions[i].cls is EntityClass.POLITY else None
        first = by_key.setdefault((country.casefold() if country else keys[i], mentions[i].cls), i)
        found.join(first, i)
    persons = [i for i in by_key.values() if mentions[i].cls is EntityClass.PERSON]
    _join_short_persons(mentions, persons, names, keys, scores, found)
    groups = [i for i in by_key.values() if mentions[i].cls in _SHORTENED]
    _join_defined(text, mentions, names, found)
    _join_short_names(text, mentions, groups, keys, found)


def _join_defined(text: str, mentions: Sequence[Mention], names: Sequence[int], found: Sets) -> None:
    """Join what stands in brackets right after a name to it. Each use counts: a headline may have the short form before it is defined."""
    by_end: dict[int, list[int]] = defaultdict(list)
    for j in names:
        if mentions[j].cls in _SHORTENED:
            by_end[mentions[j].span.end].append(j)
    for i in names:
        start = mentions[i].span.start
        for j in (j for end in range(start - _BRACKET, start) for j in by_end.get(end, ())):
            if mentions[j].cls is mentions[i].cls and _defined(text, mentions[j], mentions[i]):
                found.join(i, j)


def _join_short_names(
    text: str, mentions: Sequence[Mention], names: Sequence[int], keys: Mapping[int, str], found: Sets
) -> None:
    """Join acronyms and beginnings of group names to their long forms, found by index: a long text has thousands of names."""
    by_initials: dict[str, list[int]] = defaultdict(list)
    by_beginning: dict[str, list[int]] = defaultdict(list)
    for j in names:
        for initials in set(_initials(mentions[j].span.of(text))):
            by_initials[initials].append(j)
        if mentions[j].cls is EntityClass.GROUP:
            for beginning in _beginnings(keys[j]):
                by_beginning[beginning].append(j)
    for i in names:
        m, short = mentions[i], mentions[i].span.of(text)
        long = {
            j for j in by_initials.get(_letters(short).casefold(), ()) if is_acronym(short, mentions[j].span.of(text))
        }
        longer = by_beginning.get(keys[i], []) if m.cls is EntityClass.GROUP else []
        for j in sorted({*long, *longer} - {i}):
            apart = mentions[j].cls is m.cls and found.find(i) != found.find(j)
            if apart and (j in long or len({found.find(k) for k in longer}) == 1):
                found.join(i, j)


def _beginnings(name: str) -> list[str]:
    """The names of two words or more that a name may be shortened to: "Harbour Pilots" of "Harbour Pilots' Association"."""
    words = name.split()
    return [" ".join(words[:n]) for n in range(2, len(words)) if words[n] not in ("of", "for", "in")]


def _letters(short: str) -> str:
    return re.sub(r"[^\w]", "", short)


def _parts(long: str) -> list[str]:
    return [w for w in re.split(r"[\s\-/]+", long) if w]


def _initials(long: str) -> tuple[str, str]:
    """The first letters of a name's words: of all, and of the large ones."""
    words = _parts(long)
    every = "".join(w[0] for w in words if w[0].isalnum()).casefold()
    return every, "".join(w[0] for w in words if w[0].isalnum() and w.casefold() not in _SMALL).casefold()


def is_acronym(short: str, long: str) -> bool:
    """Whether a name in capitals abbreviates another.

    >>> is_acronym("HPA", "Harbour Pilots' Association"), is_acronym("UN", "Urban Front")
    (True, False)
    """
    letters = _letters(short)
    if not 2 <= len(letters) <= 8 or sum(c.isupper() for c in letters) < 2 or " " in short.strip():
        return False
    return len(_parts(long)) > 1 and letters.casefold() in _initials(long)


def _defined(text: str, long: Mention, short: Mention) -> bool:
    """Whether the text defines the short name in brackets: "Front for Renewal (RNF)", whatever its letters.

    Of groups one name in brackets is another name of the one before if either has a single word: "People of Order (Ordine)",
    "RNF [Front for Renewal]"; all of our annotation are (November 2026). What follows a place there is often another place.
    """
    between = text[long.span.end : short.span.start] if long.span.end <= short.span.start else ""
    if re.fullmatch(r"['’]?s?\s*[(\[]\s*", between) is None:
        return False
    after, word = text[short.span.end : short.span.end + 1], short.span.of(text)
    if word.isupper():
        return after in ")],;"
    single = " " not in word or " " not in long.span.of(text)
    return after in (")", "]") and single and short.cls is EntityClass.GROUP


def _join_short_persons(
    mentions: Sequence[Mention],
    persons: Sequence[int],
    names: Sequence[int],
    keys: Mapping[int, str],
    scores: Mapping[tuple[int, int], float],
    found: Sets,
) -> None:
    by_short: dict[str, list[int]] = defaultdict(list)
    by_last: dict[tuple[int, str], list[int]] = defaultdict(list)
    for j in persons:
        words = keys[j].split()
        for short in _short_forms(words):
            by_short[short].append(j)
        by_last[len(words), words[-1] if words else ""].append(j)
    by_key: dict[str, list[int]] = defaultdict(list)
    for k in names:
        by_key[keys[k]].append(k)
    for i in persons:
        words = keys[i].split()
        matching = [j for j in by_short.get(keys[i], ()) if j != i]
        alike = by_last[len(words), words[-1]] if len(words) > 1 else []
        same_length = [j for j in alike if j != i and _initials_agree(words, keys[j].split())]
        if len(words) > 1 and len({found.find(j) for j in matching + same_length}) == 1:
            found.join(i, (matching + same_length)[0])
        elif len(words) == 1 and matching:
            # each use of a bare surname by itself: it may mean father here and son there
            uses = [k for k in by_key[keys[i]] if mentions[k].cls is EntityClass.PERSON]
            bearers = sorted(j for key in {keys[c] for c in matching} for j in by_key[key])
            for k in uses:
                found.parent[k] = k
            for k in uses:
                found.parent[k] = found.find(_bearer(k, matching, bearers, scores, found))


def _bearer(
    k: int,
    candidates: Sequence[int],
    uses: Sequence[int],
    scores: Mapping[tuple[int, int], float],
    found: Sets,
) -> int:
    """The full name that a short one stands for: the only one, else the one the model prefers, else the one named most before it.

    `uses`: all mentions of the candidates' names. Of two bearers of a surname the one named last is meant in 35 of 104 cases of our
    annotation, the one named by the full name most often in 71 (November 2026).
    """
    if len({found.find(j) for j in candidates}) == 1:
        return candidates[0]
    liked = {j: scores.get((max(j, k), min(j, k)), 0.0) for j in uses}
    best = max(uses, key=lambda j: (liked[j], j < k, j if j < k else -j))
    if liked[best] >= LINK:
        return best
    before = Counter(found.find(j) for j in uses if j < k)
    return max((j for j in uses if j < k), key=lambda j: (before[found.find(j)], -j), default=uses[0])


def _short_forms(words: Sequence[str]) -> set[str]:
    """What a person's full name may be shortened to: its first word, one of its last two, its last words."""
    if len(words) < 2:
        return set()
    return {words[0], words[-1], words[max(len(words) - 2, 0)], *(" ".join(words[n:]) for n in range(1, len(words)))}


def _initials_agree(a: Sequence[str], b: Sequence[str]) -> bool:
    if len(a) != len(b) or len(a) < 2 or a[-1] != b[-1] or list(a) == list(b):
        return False
    return all(x == y or (min(len(x), len(y)) == 1 and x[0] == y[0]) for x, y in zip(a, b, strict=True))
