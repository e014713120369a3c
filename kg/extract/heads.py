"""Whom a sentence does not make a leader: the head of a part of the whole, another person of what somebody heads, and who fights it.

In our annotation of news and stories (November 2026) the head of a part leads the whole too in the same sentence in 9 of 178 cases
("the leader of the Front's youth wing"), and where a title says who leads a group, another person of the sentence leads it in 10 of 239.
Who founded a group leads it in none of 13 sentences that say only that. Of a group that something is done against ("the government ousted
by the rebels"), no person named before it in the sentence is a member or leader, but for 2 of 482.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from kg.types import EntityClass, Mention, MentionKind, Relation, Span

__all__ = ["SUCCESSION", "fights", "only_founded", "without_wholes"]

SURE = 0.5  # that somebody leads the part
SUCCESSION = re.compile(
    r"\b(?:succe\w+|replac\w+|predecessors?|t(?:akes?|ook|aken|aking)\s+over|took\s+charge|joint(?:ly)?|co-\w+|(?:s?elect|appoint|sack|oust|dismiss)\w*"
    r"|nam(?:es?|ed)|former|then|(?:chaired|led|headed|commanded|run|managed)\s+by)\b",
    re.IGNORECASE,
)
_OF = re.compile(r"\s+of\s+(?:the\s+)?|,?\s+whose\s+")


_FOUGHT = re.compile(
    r"\b(?:(?:ousted|toppled|overthrown|deposed|defeated|captured|killed|arrested|attacked|ambushed|bombed|kidnapped|abducted|jailed|besieged"
    r"|raided|murdered|seized|shot|detained|wounded|shelled|assassinated|driven\s+out|taken|held|occupied|fought)\s+(?:\w+\s+)?by"
    r"|against|fight(?:s|ing)?|fought|oppos(?:es|ed|ing)|attack(?:s|ed|ing)?|ambush(?:es|ed)|battl(?:es|ed|ing)|bomb(?:s|ed)"
    r"|defeat(?:s|ed)?|clash(?:es|ed)?\s+with|war\s+with|anti)[\s-]+(?:(?:the|a)\s+)?$",
    re.IGNORECASE,
)


def fights(text: str, person: Mention, group: Mention) -> bool:
    """Whether words before a group set it against those who are named before it in the sentence."""
    if group.kind is MentionKind.PRONOUN or person.span.end > group.span.start:
        return False
    return _FOUGHT.search(text, max(person.span.end, group.span.start - 45), group.span.start) is not None


_FOUNDED_BY = re.compile(
    r"\b(?:founded|formed|set\s+up|established|created|launched)\s+(?:[\w’'-]+\s+){0,3}?by\b", re.IGNORECASE
)
_HEADED_TOO = re.compile(
    r"\b(?:le(?:d|ads?)|head(?:s|ed)?|command(?:s|ed|er)?|r[au]ns?|chair\w*|leader|presid\w+|chief|director|captain|coach\w*|manage\w*)\b",
    re.IGNORECASE,
)


def only_founded(text: str, group: Mention, person: Mention, sentence: Span) -> bool:
    """Whether a sentence says who founded a group, "set up in 1991 by X", and nothing of who heads anything."""
    if group.span.end > person.span.start or _FOUNDED_BY.search(text, group.span.end, person.span.start) is None:
        return False
    return _HEADED_TOO.search(text, sentence.start, sentence.end) is None


def without_wholes(
    text: str, mentions: Sequence[Mention], chain_of: Mapping[int, int], relations: Sequence[Relation]
) -> list[Relation]:
    """The relations without those that make the head of a part the head of the whole, in the sentence that says so."""
    led: dict[tuple[int, Span], list[Relation]] = defaultdict(list)
    for r in relations:
        if r.predicate == "leads" and r.score >= SURE:
            led[chain_of[r.subject], r.sentence].append(r)

    def of_a_part(r: Relation) -> bool:
        if r.predicate != "leads":
            return False
        others = led.get((chain_of[r.subject], r.sentence), ())
        return any(_is_part(text, mentions, p, r) for p in others if chain_of[p.object] != chain_of[r.object])

    return [r for r in relations if not of_a_part(r)]


def _is_part(text: str, mentions: Sequence[Mention], part: Relation, whole: Relation) -> bool:
    """Whether the words for what one fact is about name the other's as the whole: "the Front's youth wing", "the wing of the Front"."""
    a, b = mentions[part.object].span, mentions[whole.object].span
    if a != b and a.contains(b):
        return not a.contains(mentions[part.subject].span)  # "President Ana Diaz's government" is her country's
    first, last = sorted((a, b))
    if mentions[whole.object].cls is EntityClass.POLITY or first.end > last.start or a.of(text).endswith("s"):
        return False  # "members of the Front, led by Ana Diaz": the Front's acts are theirs
    between = _OF.fullmatch(text, first.end, last.start)
    return between is not None and (first == b) == ("whose" in between[0])
