"""The mentions of one thing in one document → Chain.

Names join by rule (`kg.extract.names`) or because the text says so (`kg.extract.aliases`), predicate nominals their subjects;
triggers join the earlier one that the model prefers, other nominals and pronouns their antecedent (`kg.extract.antecedents`).
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from kg.extract.aliases import aliases
from kg.extract.anaphora import bare_nominal
from kg.extract.antecedents import Antecedents
from kg.extract.copula import predicate_nominals
from kg.extract.labels import may_corefer
from kg.extract.names import EVENT_LINK, LINK, Sets, join_names, name_key
from kg.extract.words import DEFINITE, country_of, generic_groups
from kg.types import Chain, DateValue, EntityClass, Mention, MentionKind

__all__ = ["bare_nominal", "chains_of"]

OTHER_TYPE = 0.7  # for events of two types: an attack is seldom the battle told of before it


def chains_of(
    text: str, mentions: Sequence[Mention], scores: Mapping[tuple[int, int], float], values: Mapping[int, DateValue]
) -> tuple[Chain, ...]:
    """The chains of a document, in order of their first mention.

    scores: (later mention, earlier mention) → probability that they are the same thing; values: date mention → its value.
    Pronouns without an antecedent are in no chain.
    """
    found = Sets(len(mentions))
    names = [i for i, m in enumerate(mentions) if m.kind is MentionKind.NAME]
    join_names(text, mentions, names, scores, found)
    for i, j in aliases(text, mentions, names):
        found.join(i, j)
    _join_repeated_nominals(text, mentions, found)
    said_of = dict(predicate_nominals(text, mentions))
    alone = _join_by_model(text, mentions, scores, found, said_of)
    members: dict[int, list[int]] = defaultdict(list)
    for i in range(len(mentions)):
        if i not in alone:
            members[found.find(i)].append(i)
    chains = [_chain(text, mentions, group, values) for group in members.values()]
    return tuple(sorted(chains, key=lambda chain: (mentions[chain.mentions[0]].span, chain.mentions)))


def _join_repeated_nominals(text: str, mentions: Sequence[Mention], found: Sets) -> None:
    """The same words twice mean the same side, if they say more than "the group": "resistance forces", "the harbour rebels"."""
    seen: dict[str, int] = {}
    for i, m in enumerate(mentions):
        if m.kind is MentionKind.NOMINAL and m.cls is EntityClass.GROUP:
            words = bare_nominal(m.span.of(text)).casefold().split()
            if len(words) > 1 or (len(words) == 1 and words[0].endswith("s") and words[0] in generic_groups()):
                found.join(seen.setdefault(" ".join(words), i), i)


def _join_by_model(
    text: str,
    mentions: Sequence[Mention],
    scores: Mapping[tuple[int, int], float],
    found: Sets,
    said_of: Mapping[int, int],
) -> set[int]:
    """Join each nominal, pronoun and trigger to its antecedent, a predicate nominal to its subject (`said_of`); returns the pronouns
    that stay alone."""
    candidates: dict[int, list[tuple[float, int]]] = defaultdict(list)
    for (later, earlier), score in scores.items():
        candidates[later].append((score, earlier))
    alone: set[int] = set()
    by_word = _group_names(text, mentions)
    named_so: dict[str, dict[str, int]] = defaultdict(dict)  # what groups call themselves → their names → a mention
    said: dict[str, int] = {}  # noun → the nominal that last called a group so
    things = Antecedents(text, mentions)

    def antecedent(i: int) -> int | None:
        m = mentions[i]
        if m.kind is MentionKind.NAME:
            if m.cls is not EntityClass.GROUP:
                return None
            key = name_key(m.span.of(text))
            named_so[_called(key)].setdefault(key, i)
            return _longer_name(i, text, mentions, candidates[i], by_word, found)
        if i in said_of and said_of[i] not in alone:
            return said_of[i]
        noun = _calls(text, m)
        called = {found.find(j) for j in named_so.get(noun, {}).values()}
        before, said[noun] = said.get(noun), i
        if len(called) == 1 and (before is None or found.find(before) in called):
            return called.pop()
        if things.has(found.find(i)):
            return None
        best: dict[int, float] = {}
        for score, j in candidates[i]:
            if m.event_type != mentions[j].event_type and score < OTHER_TYPE:
                continue
            if j not in alone and _antecedent(text, m, mentions[j]):
                best[found.find(j)] = max(best.get(found.find(j), 0.0), score)
        if m.kind is not MentionKind.TRIGGER:
            return things.choose(i, best)
        target = max(best, key=lambda root: (best[root], root), default=None)
        return target if target is not None and best[target] >= EVENT_LINK else None

    for i in sorted(range(len(mentions)), key=lambda i: mentions[i].span):
        if (target := antecedent(i)) is not None:
            roots = {found.find(i), found.find(target)}
            found.join(target, i)
            for other in roots - {found.find(i)}:
                things.join(found.find(i), other)
        elif mentions[i].kind is MentionKind.PRONOUN and not things.has(found.find(i)):
            alone.add(i)
            continue
        if mentions[i].kind is not MentionKind.TRIGGER:
            things.add(i, found.find(i))
    return alone


_ANY = frozenset(("police", "court", "group"))  # which may well be another than the one that was named
_WHICH = re.compile(r"\s+(?:of|for|that|which|whose|led|headed|founded|called|known|named)\b")
_CUT = re.compile(r"\s(?:of|for|in|against|to|and)\s.*")


def _called(key: str) -> str:
    """What a group calls itself: "front" of "harbour front" and of "front for renewal"; "" where its name has but one word."""
    words = _CUT.sub("", key).split()
    return words[-1] if len(key.split()) > 1 and words else ""


def _calls(text: str, mention: Mention) -> str:
    """What a nominal calls its group, if it says no more than that: "front" of "the front".

    Where one group of those named before calls itself so, it is that one: in 316 of 323 cases of our annotation (November 2026),
    unless something follows that says which ("the party of the president"), or the noun has meant another before.
    """
    if mention.kind is not MentionKind.NOMINAL or mention.cls is not EntityClass.GROUP:
        return "-"
    words = mention.span.of(text).casefold().split()
    fits = len(words) == 2 and words[0] in ("the", "this", "that") and words[1] not in _ANY and words[1][-1] != "s"
    return words[1] if fits and not _WHICH.match(text, mention.span.end) else "-"


def _antecedent(text: str, anaphor: Mention, other: Mention) -> bool:
    """Whether one mention can stand for another: classes agree, and an indefinite group ("masked gunmen") is a new one, unless it
    stands right beside the name that it explains."""
    if not may_corefer(anaphor.cls, other.cls) or (
        EntityClass.EVENT in (anaphor.cls, other.cls) and anaphor.cls is not other.cls
    ):
        return False
    if anaphor.cls is EntityClass.GROUP and anaphor.kind is MentionKind.NOMINAL:
        definite = anaphor.span.of(text).split()[0].lower() in DEFINITE
        return definite or 0 <= anaphor.span.start - other.span.end <= 3
    return True


def _group_names(text: str, mentions: Sequence[Mention]) -> dict[str, list[tuple[frozenset[str], int]]]:
    """Word → the groups' names that have it, each as the set of its words and its first mention."""
    first: dict[str, int] = {}
    for i, m in enumerate(mentions):
        if m.cls is EntityClass.GROUP and m.kind is MentionKind.NAME:
            first.setdefault(name_key(m.span.of(text)), i)
    by_word: dict[str, list[tuple[frozenset[str], int]]] = defaultdict(list)
    for key, i in first.items():
        words = frozenset(key.split())
        for word in words:
            by_word[word].append((words, i))
    return by_word


def _longer_name(
    i: int,
    text: str,
    mentions: Sequence[Mention],
    candidates: Sequence[tuple[float, int]],
    by_word: Mapping[str, Sequence[tuple[frozenset[str], int]]],
    found: Sets,
) -> int | None:
    """What a group's short name that no rule joined stands for ("the Front" after its full name): its words must be in the longer name,
    and the model must agree. Two names that share nothing are never joined, whatever the model thinks, nor are two long names by a
    short one: a bank that bears the name of its owner is not the owner."""
    words = set(name_key(mentions[i].span.of(text)).split())
    if not words:
        return None
    longer = {j for of, j in by_word.get(min(words), ()) if words < of}
    if any(found.find(j) == found.find(i) for j in longer):
        return None
    for score, j in sorted(candidates, reverse=True):
        other = mentions[j]
        names_group = other.cls is EntityClass.GROUP and other.kind is MentionKind.NAME
        if score >= LINK and names_group and words < set(name_key(other.span.of(text)).split()):
            return j
    return None


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
