"""Titles and appositions that say who leads or founded a group. Patterns alone beat the first model on `leads` (29 against 11 F1 in the
feasibility study), and they fail differently."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import cache

from kg.extract.offices import PART_HEAD
from kg.extract.words import roles
from kg.types import EntityClass, Mention, MentionKind

__all__ = ["embedded_people", "pattern_facts"]

_ACTS_LIKE_GROUP = (EntityClass.GROUP, EntityClass.POLITY)
_NOT = rf"(?:deputy|vice|assistant|associate|acting deputy|shadow|spokes\w+|former deputy|would-be|aspiring|candidate|{PART_HEAD})"
_FORMER = r"(?:former|ex|one-time|erstwhile|previous|ousted|deposed|late|then)"


_TITLE = (
    r"(?:(?:the|a|its|their|self-styled|long-time|longtime|veteran|founding|current|new|newly elected|acting|interim|exiled"
    r"|national|founder\s+and|and)[\s-]+)*"
)
_MODIFIERS = r"(?:(?!and\b|but\b|deputy\b|vice\b)[\w-]+\s+){0,2}?"
_GRADE = (
    r"(?:[\"“]?(?:mr|mrs|ms|dr|gen|general|col|colonel|maj|major|capt|captain|lt|lieutenant|rear|admiral|marshal|sgt|sergeant|sheikh|sir|dame"
    r"|prof|rev|father|comrade|commander|brig|brigadier)\b[.\"”]*[\s-]+)*"
)
_DESCRIBED = r"(?:[\w'’-]+\s+){0,4}?"  # "led by the trade unionist X"
_WHICH_IS = r",?\s+(?:(?:which|that|who)\s+(?:is|was|are|were)\s+|is\s+|was\s+)?"
_FORMERLY = re.compile(
    r"\b(?:former|ex|one-time|erstwhile|previous|ousted|deposed|late)[\s-]+$", re.IGNORECASE
)  # "former Kenyan president Ana"
FARTHEST = 120  # code points between two ends
_AND_ANOTHER = re.compile(r",?\s+and\s+", re.IGNORECASE)  # "Ana Diaz and the head of the union, Jens Holt"
_HEADED = r"(?:led|headed|commanded|chaired|run|captained)"
_HEADS = r"(?:leads|led|heads|headed|commands|commanded|chairs|chaired|captains|captained|runs)"
_FOUNDED = r"(?:co-founded|founded|set\s+up|established|created|launched)"
_IS = r"(?:(?:who\s+)?(?:is|was|serves\s+as|served\s+as)\s+)?"
_OWNS = re.compile(r"['’]")
_OF_A_WHOLE = re.compile(r"\b(?:of|from)\s+(?:the\s+)?$", re.IGNORECASE)
# Unnamed groups that are somebody's who is named behind "of": those whom he leads
_HOSTS = re.compile(
    r"\b(?:government|administration|regime|cabinet|army|militia|party|movement|front|faction|force|division|brigade|battalion|column|unit)$",
    re.IGNORECASE,
)
# "X, the union's president"; a team's captain and a shop's manager are seldom its heads, and what one is head of may follow
_ITS_HEAD = re.compile(rf"['’]s?\s+(?!captain|manager)(?:{roles()})\b(?!\s+(?:of|for)\b)", re.IGNORECASE)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """What may stand between a group and a person, or a person and a group."""
    role, former = roles(), rf"(?P<former>{_FORMER})?"
    raw = {
        "group_role_person": rf"(?:['’]s?|,\s+whose)?\s+{_TITLE}{former}[\s-]*{_MODIFIERS}(?:{role})[\s,]+{_GRADE}",
        "its_role_person": rf"(?:['’]s?|,\s+whose)?\s+{_TITLE}{former}[\s-]*(?:{role}),\s+{_GRADE}",
        "group_led_by_person": rf"{_WHICH_IS}(?:(?:now|then)\s+)?{_HEADED}\s+by\s+{_DESCRIBED}{_GRADE}",
        "group_under_person": rf"\s+under\s+(?:the\s+(?:leadership|command)\s+of\s+)?(?:the\s+)?{_GRADE}",
        "group_of_person": rf"\s+of\s+(?:(?:the|exiled|rebel|former|late)\s+)*{_GRADE}",
        "group_founded_by_person": rf"{_WHICH_IS}{_FOUNDED}\s+(?:in\s+(?:\w+\s+)?\d{{4}}\s+)?by\s+{_DESCRIBED}{_GRADE}",
        "role_of_group_person": rf",\s+{_GRADE}",
        "person_role_of_group": (
            rf",?\s+{_IS}{_TITLE}{former}[\s-]*{_MODIFIERS}(?:{role})\s+(?:of|at|for)\s+(?:the\s+)?"
        ),
        "person_groups_role": r",?\s+(?:(?:who\s+)?(?:is|was)\s+)?(?:the\s+)?",
        "person_leads_group": rf"(?:,\s+who|,(?=\s+now\b))?\s+(?:now\s+)?{_HEADS}\s+(?:the\s+)?",
        "person_founded_group": (
            rf"(?:,\s+who)?\s+{_FOUNDED}\s+(?:the\s+)?"
            r"|,?\s+(?:(?:who\s+)?(?:is|was)\s+|later\s+)?(?:the\s+|a\s+)?(?:co-)?founder\s+of\s+(?:the\s+)?"
        ),
    }
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in raw.items()}


def pattern_facts(text: str, mentions: Sequence[Mention], order: Sequence[int]) -> Iterator[tuple[int, str, int, bool]]:
    """(subject mention, predicate, object mention, former?) for each title or apposition in the text.

    `order`: the mentions by position. Only neighbours are looked at: a name between the two ends breaks the construction.
    """
    patterns = _patterns()
    tops = [i for i in order if mentions[i].kind is MentionKind.NAME and mentions[i].cls is not EntityClass.DATE]
    for i, j in itertools.pairwise(tops):
        a, b = mentions[i], mentions[j]
        between = _between(text, a, b)
        if between is None:
            continue
        if a.cls in _ACTS_LIKE_GROUP and b.cls is EntityClass.PERSON:
            yield from _group_first(text, patterns, i, j, a, between)
        elif a.cls is EntityClass.PERSON and b.cls in _ACTS_LIKE_GROUP:
            yield from _person_first(text, patterns, i, j, b, between)
    yield from _of_unnamed(text, mentions, order, tops)


def _between(text: str, a: Mention, b: Mention) -> str | None:
    """What stands between two mentions, if that may be a title or an apposition of one who leads."""
    if a.span.end > b.span.start or b.span.start - a.span.end > FARTHEST:
        return None
    between = text[a.span.end : b.span.start]
    return None if "\n" in between or re.search(rf"\b{_NOT}\b", between, re.IGNORECASE) else between


def _of_unnamed(
    text: str, mentions: Sequence[Mention], order: Sequence[int], names: Sequence[int]
) -> Iterator[tuple[int, str, int, bool]]:
    """The same of groups that have no name there: "its chairman, Ana Diaz", "Ana Diaz, who heads the union".

    What heads a part of them is kept out ("the union's northern branch"), and bare "led", which crowds are too ("led the fans in song").
    """
    patterns = _patterns()
    starts = [mentions[i].span.start for i in names]
    for g in order:
        group = mentions[g]
        if group.cls is not EntityClass.GROUP or group.kind not in (MentionKind.NOMINAL, MentionKind.PRONOUN):
            continue
        at, after = bisect_left(starts, group.span.start), bisect_left(starts, group.span.end)
        while at and mentions[names[at - 1]].span.end > group.span.start:
            at -= 1  # a name that the nominal is inside
        before = names[at - 1] if at else None
        for i in names[after : after + 1]:
            between = _between(text, group, mentions[i]) if mentions[i].cls is EntityClass.PERSON else None
            if between is not None:
                yield from _unnamed_first(text, patterns, g, i, mentions, between)
        if before is None or mentions[before].cls is not EntityClass.PERSON or group.kind is MentionKind.PRONOUN:
            continue
        between = _between(text, mentions[before], group)
        if between is None or _AND_ANOTHER.match(between):
            continue
        yield from _unnamed_last(text, patterns, g, before, mentions, between)


def _unnamed_first(
    text: str, patterns: dict[str, re.Pattern[str]], g: int, person: int, mentions: Sequence[Mention], between: str
) -> Iterator[tuple[int, str, int, bool]]:
    group = mentions[g]
    if match := patterns["its_role_person"].fullmatch(between):
        yield person, "leads", g, bool(match["former"])
    elif _is_led(text, patterns, group, between):
        yield person, "leads", g, False
    elif patterns["group_founded_by_person"].fullmatch(between):
        yield g, "foundedBy", person, False
    elif (
        patterns["group_of_person"].fullmatch(between)
        and _HOSTS.search(group.span.of(text))
        and not _OWNS.match(text, mentions[person].span.end)
    ):
        yield person, "leads", g, False


def _unnamed_last(
    text: str, patterns: dict[str, re.Pattern[str]], g: int, person: int, mentions: Sequence[Mention], between: str
) -> Iterator[tuple[int, str, int, bool]]:
    group = mentions[g]
    if text[group.span.end : group.span.end + 1] in ("'", "’"):
        match = _ITS_HEAD.match(text, group.span.end, group.span.end + 50)
        if match and "," in between and patterns["person_groups_role"].fullmatch(between):
            yield person, "leads", g, False
    elif match := patterns["person_role_of_group"].fullmatch(between):
        yield person, "leads", g, bool(match["former"])
    elif patterns["person_leads_group"].fullmatch(between) and not re.fullmatch(r"\s+led\s+", between):
        yield person, "leads", g, False
    elif patterns["person_founded_group"].fullmatch(between):
        yield g, "foundedBy", person, False


def _is_led(text: str, patterns: dict[str, re.Pattern[str]], group: Mention, between: str) -> bool:
    """Whether a group is led by, or under, who follows. "A mission of the bloc, led by X" says it of the mission."""
    if patterns["group_led_by_person"].fullmatch(between) is None:
        if group.cls is EntityClass.POLITY or patterns["group_under_person"].fullmatch(between) is None:
            return False
    elif not between.startswith(",") or re.match(r",\s+(?:which|that|who)\b", between):
        return True
    return _OF_A_WHOLE.search(text, max(0, group.span.start - 20), group.span.start) is None


_KIN = (
    r"(?:son|daughter|brother|sister|wife|husband|widow|widower|father|mother|nephew|niece|cousin|grandson|granddaughter|uncle"
    r"|aunt|heir|successor|deputy|protege|protégé|aide|lawyer|spokes\w+|critic|rival|ally|friend|disciple|biographer)"
)
_OF_SOMEONE = re.compile(
    rf",?\s+(?:the|a|an|his|her|their|only|eldest|youngest|elder|younger|\s)*{_KIN}\s+(?:of|to)\s+(?:(?:the|late|then)\s+)*"
    r"(?:(?!who\b|that\b)[\w’'.-]+\s+){0,5}",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r",\s+(?!who\b|whose\b|whom\b|and\b|a\b|an\b|the\b)", re.IGNORECASE)


def embedded_people(text: str, mentions: Sequence[Mention], order: Sequence[int]) -> dict[int, int]:
    """Mention of a person inside another's apposition → that other's mention.

    In "Ana Holt, daughter of the miller Jens Holt, founded the league", what follows the second comma is said of Ana.
    """
    found = {}
    people = [i for i in order if mentions[i].cls is EntityClass.PERSON and mentions[i].kind is MentionKind.NAME]
    for i, j in itertools.pairwise(people):
        a, b = mentions[i].span, mentions[j].span
        if a.end <= b.start and _OF_SOMEONE.fullmatch(text, a.end, b.start) and _GOES_ON.match(text, b.end):
            found[j] = i
    return found


def _group_first(
    text: str, patterns: dict[str, re.Pattern[str]], i: int, j: int, group: Mention, between: str
) -> Iterator[tuple[int, str, int, bool]]:
    if match := patterns["group_role_person"].fullmatch(between):
        yield (
            j,
            "leads",
            i,
            bool(match["former"] or _FORMERLY.search(text, max(0, group.span.start - 20), group.span.start)),
        )
    elif _is_led(text, patterns, group, between):
        yield j, "leads", i, False
    elif patterns["group_founded_by_person"].fullmatch(between):
        yield i, "foundedBy", j, False
    elif group.cls is EntityClass.GROUP and patterns["group_of_person"].fullmatch(between):
        yield j, "leads", i, False
    elif patterns["role_of_group_person"].fullmatch(between):
        before = text[max(0, group.span.start - 60) : group.span.start]
        if re.search(rf"(?:^|\s)(?:{roles()})\s+of\s+(?:the\s+)?$", before, re.IGNORECASE) and not re.search(
            rf"\b{_NOT}\b", before, re.IGNORECASE
        ):
            yield j, "leads", i, re.search(rf"\b{_FORMER}\b", before, re.IGNORECASE) is not None


def _person_first(
    text: str, patterns: dict[str, re.Pattern[str]], i: int, j: int, group: Mention, between: str
) -> Iterator[tuple[int, str, int, bool]]:
    if _AND_ANOTHER.match(between):
        return
    if match := patterns["person_role_of_group"].fullmatch(between):
        yield i, "leads", j, bool(match["former"])
    elif patterns["person_leads_group"].fullmatch(between):
        yield i, "leads", j, False
    elif patterns["person_founded_group"].fullmatch(between):
        yield j, "foundedBy", i, False
    elif "," in between and patterns["person_groups_role"].fullmatch(between):
        after = text[group.span.end : group.span.end + 50]
        if re.match(rf"['’]s?\s+(?:(?!deputy|vice)[\w-]+\s+){{0,2}}?(?:{roles()})\b", after, re.IGNORECASE):
            yield i, "leads", j, False
