"""Those who belong to a group and do not lead it, by the office that the text gives them: "the Xavian foreign minister, X", "X, a
spokesman for Y", "Y's deputy leader, X". Such a person is a member, and not the leader that the words beside him make the network think of.

In our annotation of news and stories (November 2026) 146 of 160 such constructions state that the person is a member, and 2 that he leads.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from kg.extract.words import lines
from kg.types import EntityClass, Mention, MentionKind

__all__ = ["PART_HEAD", "Office", "offices", "offices_words"]

FARTHEST = 120  # code points between the two names
_GRADE = (
    r"(?:(?:mr|mrs|ms|dr|gen|general|col|colonel|maj|major|capt|captain|lt|lieutenant|sgt|sergeant|sheikh|sir|prof|rev|father|comrade"
    r"|brig|brigadier|judge|senator)\.?\s+)*"
)
# Between a group and an office stands no verb and no phrase of its own: "Delegates of Y chose the lawyer X", "the force obeys Colonel X"
_MODIFIERS = (
    r"(?:(?!(?:the|a|an|its|his|her|their|under|nor|who|that|which|as|and|but|of|by|with|to|from|in|on|for|led|said|is|was|were|told|met|sent)\b)"
    r"(?![\w-]+(?<!arm)(?:ed|[^s'’]s|ing)\b)[\w’'-]+\s+){0,3}?"
)
_SECOND = (
    r"(?:deputy|vice|assistant|associate|shadow)[\s-]+[\w-]+"
    r"(?:[\s-]+(?:general|executive|minister|secretary|director|manager|chief|leader|commander))?"
)
# Who heads a part of a group, or a kind of its work, is not its head: "the front's intelligence chief", "chief negotiator". In our
# annotation such a person leads the whole in none of 25 cases, and is a member in 22.
_PART = (
    r"(?:press|intelligence|campaign|staff|regional|local|district|provincial|branch|section|north\w*|south\w*|eastern|western|youth|women['’]s"
    r"|women['’]s\s+wing|security|financ\w+|marketing|sales|sports?|news|technical|technology|operations|operating|communications?|media|legal"
    r"|medical|information|(?:public|external)\s+\w+|human\s+resources|research|policy|programmes?|programs?|project|negotiating|propaganda"
    r"|counter-?\w+|logistics|training|recruitment|country|office|bureau|wing|department|strategy|product|design|engineering|investment|editorial)"
)
PART_HEAD = (
    rf"(?:{_PART}[\s-]+(?:head|chief|director|manager|commander|leader|boss|chair(?:man|woman|person)?|president|coordinator|secretary)"
    r"|chief\s+(?!(?:executive|of|minister|justice|constable|editor|commander|gen|general|col|colonel|maj|major|marshal|admiral|brig|brigadier"
    r"|is|was|and|in|for|at|as|to|on|by|who|from|with|after|before|over|under|said)\b)(?-i:[a-z]+)(?:\s+officer)?)"
)
_ARTICLES = (
    r"(?:(?:a|an|the|its|their|one\s+of\s+the|another|then|now|former|ex|one-time|longtime|veteran|senior)[\s-]+)*"
)
_OF_ITS_PART = re.compile(r"['’]|\s+(?:branch|section|office|chapter|division|wing|department|board|youth)\b")
_COMMANDS = re.compile(
    r"\b(?:pastor|col|colonel|chief|abbot|bishop|archbishop|patriarch|gen|general|commander|comandante|captain|capt|maj|major|brig|brigadier"
    r"|admiral|president|chairman|king|emir|sheikh)[.\"”]*\s+$",
    re.IGNORECASE,
)
_FORMER = re.compile(r"\b(?:former|ex|one-time|erstwhile|then)\b", re.IGNORECASE)
_HEADS = re.compile(r"\b(?:(?:prime|first|chief)\s+minister|(?:executive|commanding)\s+officer)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Office:
    """Mentions of a person and of what he belongs to; `member`: whether the text makes him a member of it."""

    person: int
    of: int
    member: bool
    former: bool


@cache
def _ties() -> dict[str, str]:
    return dict(line.split("\t") for line in lines("offices.tsv"))


@cache
def offices_words() -> str:
    """The offices below a head's, as the alternatives of a regular expression, long ones first."""
    return "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in sorted(_ties(), key=len, reverse=True))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    """What stands between a group and a person, or a person and a group, and around them."""
    office = rf"(?P<office>{_SECOND}|{PART_HEAD}|(?:{offices_words()}))"
    raw = {
        "group_office_person": rf"(?:['’]s?|,\s+whose)?\s+{_MODIFIERS}{office}[\s,]+{_GRADE}",
        "office_of": rf"(?:^|[\s,(]){_MODIFIERS}{office}\s+(?:of|for|at|with)\s+(?:the\s+)?$",
        "group_person": rf",?\s+{_GRADE}",
        "person_office_of_group": (
            rf",?\s+(?:(?:who\s+)?(?:is|was|has\s+been|serves\s+as|served\s+as)\s+)?{_ARTICLES}{_MODIFIERS}{office}"
            r"\s+(?:of|for|at|with|in|from)\s+(?:the\s+)?(?:(?!(?:of|in|and|or)\b)(?-i:[a-z-]+)\s+)?"
        ),
        "person_of_group": r"\s+of\s+(?:the\s+)?",
        "person_group": rf",\s+(?:(?:who\s+)?(?:is|was)\s+)?{_ARTICLES}",
        "office": rf"(?:['’]s?)?\s+{_MODIFIERS}{office}\b(?!\s+(?:general|and)\b)",
        "own": r"['’]s?\s",
        "place": r"\b(?:in|from|to|near|outside)\s+(?:the\s+)?$",
    }
    return {name: re.compile(pattern, re.IGNORECASE) for name, pattern in raw.items()}


def offices(text: str, mentions: Sequence[Mention], order: Sequence[int]) -> Iterator[Office]:
    """The offices that a text gives to people, for neighbouring names and for groups without one. `order`: the mentions by position."""
    tops = [i for i in order if mentions[i].kind is MentionKind.NAME and mentions[i].cls is not EntityClass.DATE]
    for i, j in itertools.chain(itertools.pairwise(tops), _beside_unnamed(mentions, order, tops)):
        a, b = mentions[i], mentions[j]
        between = text[a.span.end : b.span.start]
        if a.span.end > b.span.start or len(between) > FARTHEST or "\n" in between:
            continue
        if a.cls in (EntityClass.GROUP, EntityClass.POLITY) and b.cls is EntityClass.PERSON:
            found, person, of = _group_first(text, a, between), j, i
        elif a.cls is EntityClass.PERSON and b.cls in (EntityClass.GROUP, EntityClass.POLITY):
            found, person, of = _person_first(text, b, between), i, j
            if found is None and _is_of(text, a, b, between):
                yield Office(i, j, True, False)
        else:
            continue
        if found is not None:
            office, words = found
            tie = _tie(office)
            if tie is None or (tie == "none" and mentions[of].kind is not MentionKind.NAME):
                continue  # owners of unnamed firms and clubs lead them as often as not
            member = tie == "state" or (tie == "group" and mentions[of].cls is EntityClass.GROUP)
            yield Office(person, of, member, bool(_FORMER.search(words)))


def _tie(office: str) -> str | None:
    """To whom an office ties its holder; None for a word that only the case rules of Unicode make one of ours ("mınister")."""
    if re.match(_SECOND, office, re.IGNORECASE):
        return "state"
    return _ties().get(" ".join(office.lower().split())) or (
        "group" if re.fullmatch(PART_HEAD, office, re.IGNORECASE) else None
    )


def _beside_unnamed(
    mentions: Sequence[Mention], order: Sequence[int], names: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Groups that have no name there and the people named next to them, in text order: "its spokesman, X", "X, a member of the board"."""
    starts = [mentions[i].span.start for i in names]
    for g in order:
        group = mentions[g]
        if group.cls not in (EntityClass.GROUP, EntityClass.POLITY) or group.kind is MentionKind.NAME:
            continue
        after = bisect_left(starts, group.span.end)
        if after < len(names) and mentions[names[after]].cls is EntityClass.PERSON:
            yield g, names[after]
        at = bisect_left(starts, group.span.start)
        while at and mentions[names[at - 1]].span.end > group.span.start:
            at -= 1  # a name that the nominal is inside
        if at and group.kind is MentionKind.NOMINAL and mentions[names[at - 1]].cls is EntityClass.PERSON:
            yield names[at - 1], g


def _is_of(text: str, person: Mention, group: Mention, between: str) -> bool:
    """Whether somebody is only said to be of a group, "X of the harbour police"; whose title is a leader's may be its head.

    In our annotation he is a member in 68 of 72 such cases.
    """
    if group.cls is not EntityClass.GROUP or _patterns()["person_of_group"].fullmatch(between) is None:
        return False
    if _OF_ITS_PART.match(text, group.span.end):
        return False
    return _COMMANDS.search(text, max(0, person.span.start - 30), person.span.start) is None


def _group_first(text: str, group: Mention, between: str) -> tuple[str, str] | None:
    """The office and the words around it, where the group comes first."""
    patterns = _patterns()
    before = text[max(0, group.span.start - 70) : group.span.start]
    if match := patterns["group_office_person"].fullmatch(between):
        return None if patterns["place"].search(before) else _office(between, match)
    if patterns["group_person"].fullmatch(between) and (match := patterns["office_of"].search(before)):
        return _office(before, match)
    return None


def _person_first(text: str, group: Mention, between: str) -> tuple[str, str] | None:
    """The office and the words around it, where the person comes first."""
    patterns = _patterns()
    after = text[group.span.end : group.span.end + 60]
    if match := patterns["person_office_of_group"].fullmatch(between):
        return None if patterns["own"].match(after) else _office(between, match)
    if patterns["person_group"].fullmatch(between) and (match := patterns["office"].match(after)):
        return _office(between + after, match, len(between))
    return None


def _office(text: str, match: re.Match[str], offset: int = 0) -> tuple[str, str] | None:
    """The office and the words before it; None if with them it is a head's, as "prime minister" is."""
    end = match.end("office") + offset
    words = text[max(0, match.start("office") + offset - 30) : end]
    return None if _HEADS.search(words) else (match["office"], words)
