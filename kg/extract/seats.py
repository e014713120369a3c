"""Where groups have their seat, as sentences say it in passing: "the Geneva-based fund", "the brigade, stationed in Port Alder".

In our annotation of news and stories (November 2026) 55 of 58 such constructions state that the group is there.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from kg.types import EntityClass, Mention, MentionKind

__all__ = ["seats"]

FARTHEST = 80  # code points from where a group's words begin to its place
_PLACES = (EntityClass.PLACE, EntityClass.POLITY)
_BASED = re.compile(r"-based\s+", re.IGNORECASE)
_SEATED = re.compile(
    r",?\s+(?:(?:which|that)\s+)?(?:(?:is|are)\s+)?(?:also\s+|now\s+)?(?:based|headquartered|located|stationed|garrisoned)"
    r"\s+(?:\w+\s+)?(?:in|at|near|around|outside)\s+(?:the\s+)?(?:(?:north|south|east|west|central|nearby)\w*\s+)?",
    re.IGNORECASE,
)


def seats(text: str, mentions: Sequence[Mention], order: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(group, place) of each such construction, as indexes of mentions. `order`: the mentions by position."""
    places = {
        mentions[i].span.start: i for i in order if mentions[i].cls in _PLACES and mentions[i].kind is MentionKind.NAME
    }
    if not places:
        return
    groups = [i for i in order if mentions[i].cls is EntityClass.GROUP]
    begins = [mentions[i].span.start for i in groups]
    for i in places.values():
        if based := _BASED.match(text, mentions[i].span.end):
            start = mentions[i].span.start
            before = groups[bisect_left(begins, start - FARTHEST) : bisect_right(begins, start)]
            inside = [g for g in before if mentions[g].span.end > based.end()]
            behind = bisect_left(begins, based.end())
            if inside:  # "the Geneva-based fund's staff" holds "the Geneva-based fund"
                yield min(inside, key=lambda g: mentions[g].span.end), i
            elif behind < len(groups) and begins[behind] == based.end():
                yield groups[behind], i
    for g in groups:
        if (seated := _SEATED.match(text, mentions[g].span.end)) and seated.end() in places:
            yield g, places[seated.end()]
