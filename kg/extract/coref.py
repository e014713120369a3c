"""The mentions of one thing in one document → Chain.

Names join by rule (equal, short for a full name, acronym, country and its adjective); nominals and pronouns join the antecedent that
the model prefers. A surname alone joins a full name only here, inside its own article.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from kg.extract.copula import predicate_nominals
from kg.extract.words import DEFINITE, country_of, generic_groups, honorifics
from kg.types import Chain, DateValue, EntityClass, Mention, MentionKind

__all__ = ["LINK", "bare_nominal", "chains_of", "is_acronym", "name_key"]

OTHER_TYPE = 0.95  # for events of two types: an attack is seldom the battle told of before it
_BRACKET = 8  # code points that may stand between a name and its short form in brackets: "'s ("
LINK = 0.5  # an anaphor joins its best antecedent at or above this score
SURE_LINK = (
    0.7  # for groups: "the group", "it" are right in 7 of 10 cases there, 6 of 10 at 0.5 (our fold, November 2026)
)
_SMALL = frozenset(
    (
        *(
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
        ),
        *("to", "on"),
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


_QUANTITY = (
    r"(?:(?:some|about|around|at least|up to|more than|several|many|most|all|(?:dozens|scores|hundreds|thousands|tens) of"
    r"|\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)\s+)*"
)
_DETERMINER = r"(?:(?:the|a|an|this|that|these|those|his|her|its|their|our|my|your|another|other|one|such)\s+)?"
_BEFORE_NOUN = re.compile(rf"^{_DETERMINER}{_QUANTITY}{_DETERMINER}", re.IGNORECASE)


class _Chains:
    """Union-find over mention indexes; remembers each set's members in text order."""

    def __init__(self, count: int) -> None:
        self.parent = list(range(count))

    def find(self, i: int) -> int:
        while self.parent[i] != i:
            self.parent[i] = self.parent[self.parent[i]]
            i = self.parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        a, b = sorted((self.find(i), self.find(j)))
        self.parent[b] = a


def chains_of(
    text: str, mentions: Sequence[Mention], scores: Mapping[tuple[int, int], float], values: Mapping[int, DateValue]
) -> tuple[Chain, ...]:
    """The chains of a document, in order of their first mention.

    scores: (later mention, earlier mention) → probability that they are the same thing; values: date mention → its value.
    Pronouns without an antecedent are in no chain.
    """
    found = _Chains(len(mentions))
    names = [i for i, m in enumerate(mentions) if m.kind is MentionKind.NAME]
    _join_names(text, mentions, names, scores, found)
    _join_repeated_nominals(text, mentions, found)
    said_of = dict(predicate_nominals(text, mentions))
    alone = _join_by_model(text, mentions, scores, found, said_of)
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(mentions)):
        if i not in alone:
            members[found.find(i)].append(i)
    chains = [_chain(text, mentions, group, values) for group in members.values()]
    return tuple(sorted(chains, key=lambda chain: (mentions[chain.mentions[0]].span, chain.mentions)))


def _compatible(a: EntityClass, b: EntityClass) -> bool:
    polity = EntityClass.POLITY
    return a is b or (polity in (a, b) and {a, b} & {EntityClass.GROUP, EntityClass.PLACE} != set())


def _join_names(
    text: str,
    mentions: Sequence[Mention],
    names: Sequence[int],
    scores: Mapping[tuple[int, int], float],
    found: _Chains,
) -> None:
    keys = {i: name_key(mentions[i].span.of(text)) for i in names}
    by_key: dict[tuple[str, EntityClass], int] = {}
    for i in names:
        country = country_of(mentions[i].span.of(text)) if mentions[i].cls is EntityClass.POLITY else None
        first = by_key.setdefault((country.casefold() if country else keys[i], mentions[i].cls), i)
        found.join(first, i)
    persons = [i for i in by_key.values() if mentions[i].cls is EntityClass.PERSON]
    _join_short_persons(mentions, persons, names, keys, scores, found)
    groups = [
        i for i in by_key.values() if mentions[i].cls in (EntityClass.GROUP, EntityClass.EVENT, EntityClass.PLACE)
    ]
    _join_short_names(text, mentions, groups, keys, found)


def _join_short_names(
    text: str, mentions: Sequence[Mention], names: Sequence[int], keys: Mapping[int, str], found: _Chains
) -> None:
    """Join acronyms, names defined in brackets and beginnings of group names to their long forms, found by index: a long text has
    thousands of names."""
    by_initials: dict[str, list[int]] = defaultdict(list)
    by_end: dict[int, list[int]] = defaultdict(list)
    by_beginning: dict[str, list[int]] = defaultdict(list)
    for j in names:
        for initials in set(_initials(mentions[j].span.of(text))):
            by_initials[initials].append(j)
        by_end[mentions[j].span.end].append(j)
        if mentions[j].cls is EntityClass.GROUP:
            for beginning in _beginnings(keys[j]):
                by_beginning[beginning].append(j)
    for i in names:
        m, short = mentions[i], mentions[i].span.of(text)
        near = (j for end in range(m.span.start - _BRACKET, m.span.start) for j in by_end.get(end, ()))
        long = {j for j in near if _defined(text, mentions[j], m)}
        long |= {
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
    """Whether the text defines the short name in brackets: "Front for Renewal (RNF)", whatever its letters."""
    between = text[long.span.end : short.span.start] if long.span.end <= short.span.start else ""
    word = short.span.of(text)
    return (
        re.fullmatch(r"['’]?s?\s*[(\[]\s*", between) is not None
        and word.isupper()
        and text[short.span.end : short.span.end + 1] in ")],;"
    )


def _join_short_persons(
    mentions: Sequence[Mention],
    persons: Sequence[int],
    names: Sequence[int],
    keys: Mapping[int, str],
    scores: Mapping[tuple[int, int], float],
    found: _Chains,
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
    found: _Chains,
) -> int:
    """The full name that a short one stands for: the only one, else the one the model prefers, else the one named last before it.

    `uses`: all mentions of the candidates' names.
    """
    if len({found.find(j) for j in candidates}) == 1:
        return candidates[0]
    liked = {j: scores.get((max(j, k), min(j, k)), 0.0) for j in uses}
    best = max(uses, key=lambda j: (liked[j], j < k, j if j < k else -j))
    before = [j for j in uses if j < k]
    return best if liked[best] >= LINK else (before[-1] if before else uses[0])


def _short_forms(words: Sequence[str]) -> set[str]:
    """What a person's full name may be shortened to: its first word, one of its last two, its last words."""
    if len(words) < 2:
        return set()
    return {words[0], words[-1], words[max(len(words) - 2, 0)], *(" ".join(words[n:]) for n in range(1, len(words)))}


def _initials_agree(a: Sequence[str], b: Sequence[str]) -> bool:
    if len(a) != len(b) or len(a) < 2 or a[-1] != b[-1] or list(a) == list(b):
        return False
    return all(x == y or (min(len(x), len(y)) == 1 and x[0] == y[0]) for x, y in zip(a, b, strict=True))


def _join_repeated_nominals(text: str, mentions: Sequence[Mention], found: _Chains) -> None:
    """The same words twice mean the same side, if they say more than "the group": "resistance forces", "the harbour rebels"."""
    seen: dict[str, int] = {}
    for i, m in enumerate(mentions):
        if m.kind is MentionKind.NOMINAL and m.cls is EntityClass.GROUP:
            words = bare_nominal(m.span.of(text)).casefold().split()
            if len(words) > 1 or (len(words) == 1 and words[0].endswith("s") and words[0] in generic_groups()):
                found.join(seen.setdefault(" ".join(words), i), i)


@lru_cache(maxsize=1 << 13)
def bare_nominal(phrase: str) -> str:
    """A noun phrase without its determiner, possessive pronoun or number.

    >>> bare_nominal("the harbour rebels"), bare_nominal("hundreds of rebels")
    ('harbour rebels', 'rebels')
    """
    return _BEFORE_NOUN.sub("", phrase) or phrase


def _join_by_model(
    text: str,
    mentions: Sequence[Mention],
    scores: Mapping[tuple[int, int], float],
    found: _Chains,
    said_of: Mapping[int, int],
) -> set[int]:
    """Join each nominal, pronoun and trigger to its best antecedent, a predicate nominal to its subject (`said_of`); returns the
    pronouns that stay alone."""
    candidates: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (later, earlier), score in scores.items():
        candidates[later].append((score, earlier))
    alone: set[int] = set()
    order = sorted(range(len(mentions)), key=lambda i: mentions[i].span)
    for i in order:
        m = mentions[i]
        if m.kind is MentionKind.NAME:
            if m.cls is EntityClass.GROUP:
                _join_short_group(i, text, mentions, candidates[i], found)
            continue
        if i in said_of and said_of[i] not in alone:
            found.join(said_of[i], i)
            continue
        best: dict[int, float] = {}
        for score, j in candidates[i]:
            if m.event_type != mentions[j].event_type and score < OTHER_TYPE:
                continue
            if j not in alone and _antecedent(text, m, mentions[j]):
                best[found.find(j)] = max(best.get(found.find(j), 0.0), score)
        limit = SURE_LINK if m.cls is EntityClass.GROUP else LINK
        if best and max(best.values()) >= limit:
            target = max(best, key=lambda root: (best[root], root))
            found.join(target, i)
        elif m.kind is MentionKind.PRONOUN:
            alone.add(i)
    return alone


def _antecedent(text: str, anaphor: Mention, other: Mention) -> bool:
    """Whether one mention can stand for another: classes agree, and an indefinite group ("masked gunmen") is a new one, unless it
    stands right beside the name that it explains."""
    if not _compatible(anaphor.cls, other.cls) or (
        EntityClass.EVENT in (anaphor.cls, other.cls) and anaphor.cls is not other.cls
    ):
        return False
    if anaphor.cls is EntityClass.GROUP and anaphor.kind is MentionKind.NOMINAL:
        definite = anaphor.span.of(text).split()[0].lower() in DEFINITE
        return definite or 0 <= anaphor.span.start - other.span.end <= 3
    return True


def _join_short_group(
    i: int, text: str, mentions: Sequence[Mention], candidates: Sequence[tuple[float, int]], found: _Chains
) -> None:
    """A group's short name that no rule joined ("the Front" after its full name): its words must be in the longer name, and the
    model must agree. Two names that share nothing are never joined, whatever the model thinks."""
    words = set(name_key(mentions[i].span.of(text)).split())
    for score, j in sorted(candidates, reverse=True):
        other = mentions[j]
        longer = set(name_key(other.span.of(text)).split())
        if score >= LINK and other.cls is EntityClass.GROUP and other.kind is MentionKind.NAME and words < longer:
            found.join(j, i)
            return


def _chain(text: str, mentions: Sequence[Mention], group: Sequence[int], values: Mapping[int, DateValue]) -> Chain:
    by_name = [i for i in group if mentions[i].kind is MentionKind.NAME]
    classes = Counter(dict.fromkeys((mentions[i].cls for i in group), 0))
    for i in by_name or group:
        classes[mentions[i].cls] += 1
    cls = EntityClass.POLITY if classes.get(EntityClass.POLITY) else classes.most_common(1)[0][0]
    others = [i for i in group if mentions[i].kind in (MentionKind.NOMINAL, MentionKind.TRIGGER)]
    surfaces = Counter(_surface(text, mentions[i]) for i in (by_name or others or group))
    names = sorted(surfaces, key=lambda n: _label_rank(n, surfaces[n], cls, bool(by_name)))
    if cls is EntityClass.POLITY and (country := next((c for n in names if (c := country_of(n))), None)):
        names = [country, *(n for n in names if n != country)]
    types = Counter(t for i in group if (t := mentions[i].event_type))
    return Chain(
        mentions=tuple(group),
        cls=cls,
        names=tuple(names),
        named=bool(by_name),
        event_type=types.most_common(1)[0][0] if types else None,
        value=next((values[i] for i in group if i in values), None),
    )


def _surface(text: str, mention: Mention) -> str:
    surface = re.sub(r"\s+", " ", mention.span.of(text))
    return bare_nominal(surface) if mention.kind is MentionKind.NOMINAL else surface


def _label_rank(name: str, count: int, cls: EntityClass, named: bool) -> tuple[object, ...]:
    """Long forms before short ones for people and groups, the commonest otherwise; then the text decides nothing: by letters."""
    if named and cls in (EntityClass.PERSON, EntityClass.GROUP):
        return (-len(name.split()), -count, name)
    return (-count, -len(name), name)
