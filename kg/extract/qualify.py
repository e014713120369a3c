"""How a sentence commits itself to a fact: denied, alleged, planned; current, former or future; and who says so.

Cues are data (lexicon/en/cues.tsv), which say where each counts: in the clause of the fact, right before the trigger of an event, behind
it, or right before an end. The model's own opinion is weighed with them by `PairScores.statuses`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from kg.extract.words import lines, roles
from kg.types import EntityClass, Mention, MentionKind, Span

__all__ = ["Source", "attribution", "cues_for", "sources_in"]

_BOUNDARY = re.compile(
    r"[;:.!?—–]\s"
    r"|,\s(?:and|but|while|although|though|as|after|before|which|who|where|when|because)\s"
    r"|\s(?:but|while|although|after|before|because)\s"
    r"|[\"“”]"
)
FAR = 90  # code points before a trigger or an end in which a cue counts
_RELATIVE = re.compile(r",\s(?:who|which|whose|whom)\s")
_STATES = (
    r"(?:said|says|say|told|tells|announce[sd]|reported|reports|claim(?:ed|s)|stated|states|confirm(?:ed|s)?|added|adds|tweeted|wrote|writes"
    r"|insist(?:ed|s)|argue[sd]|warn(?:ed|s)|declare[sd]|acknowledged|noted|affirm(?:ed|s)|stress(?:ed|es)|testified|allege[sd]|maintain(?:ed|s)"
    r"|den(?:ied|ies)|admit(?:s|ted)|believes?|explain(?:ed|s)|assert(?:ed|s)|recall(?:ed|s)|accus(?:ed|es)"
    r"|indicate[sd]|disclose[sd]|emphasi[sz]e[sd]|point(?:ed|s)\s+out|conclude[sd])"
)


# What may stand between a cue and the trigger that it governs: "will not be [attacked]", "called for a new round of [talks]"
_FILL = (
    r"(?:(?:yet|ever|also|now|soon|again|then|still|so|far|been|be|being|to|have|having|get|go|come|take|taking|part|in|of|on|a|an|the|any"
    r"|its|his|her|their|our|new|further|direct|such|another|more|hold|holding|begin|start|carry|carrying|out|conduct|launch|launching"
    r"|stage|for|that|there|second|third|first|general|planned|face|\w+ly)\s+){0,5}"
)
_WHOLE = r"(?<![\w-])(?:%s)(?!\w)"


@dataclass(frozen=True, slots=True)
class _Cue:
    pattern: re.Pattern[str]
    status: str
    place: str


@cache
def _cues() -> list[_Cue]:
    """One pattern for each status and place."""
    of: dict[tuple[str, str], list[str]] = {}
    for line in lines("cues.tsv"):
        cue, *of_status = line.split("\t")
        of.setdefault((of_status[0], of_status[1]), []).append(cue)
    found = []
    for (status, place), alternatives in of.items():
        raw = _WHOLE % "|".join(alternatives)
        if place in ("governs", "actor"):
            raw += rf"\s+{_FILL}$" if place == "governs" else r"[^,;:]*$"
        elif place == "end":
            raw += r"\s+(?:(?:in|at|by|of|on|from|with|for|to|the|a|an|its|his|her|their|that)\s+){0,3}$"
        elif place == "after":
            raw = r"\W{1,2}" + raw
        found.append(_Cue(re.compile(raw, re.IGNORECASE), status, place))
    return found


def _clause_start(text: str, sentence: Span, at: int) -> int:
    """Where the clause begins that `at` is in, as far as cues reach."""
    low = max(sentence.start, at - FAR)
    for match in _BOUNDARY.finditer(text, low, at):
        low = match.end()
    return low


_WORDS = re.compile(r"(?:['’]s?)?,?\s+(?:[\w-]+,?\s+){1,6}")
_VERB = re.compile(
    r"\b(?:is|was|are|were|be|been|being|as|to|not|never|became|becomes?|has|had|have|will|would|named|elected|appointed)\b",
    re.IGNORECASE,
)


def _apposed(between: str) -> bool:
    """Whether what stands between two ends only names one by its office, as "their leader, Ana" does: whoever denies that their leader
    has died does not deny that she leads them."""
    if not _WORDS.fullmatch(between) or _VERB.search(between):
        return False
    return re.search(rf"\b(?:{roles()})\b", between, re.IGNORECASE) is not None


def cues_for(text: str, sentence: Span, a: Mention, b: Mention) -> frozenset[str]:
    """The statuses that words around a fact give it: denied, alleged, planned, former, future.

    What is said of an event is said of its trigger, whichever of its facts is meant; a standing fact lies between its ends.

    >>> ana, front = Mention(Span(0, 2), EntityClass.PERSON), Mention(Span(18, 27), EntityClass.GROUP)
    >>> sorted(cues_for("He denied leading the Front.", Span(0, 28), ana, front))
    ['denied']
    """
    first, last = sorted((a.span, b.span))
    event = next((m.span for m in (a, b) if m.cls is EntityClass.EVENT), None)
    if event is None:
        if not (sentence.start <= first.start and last.end <= sentence.end):
            return frozenset()
        low = _clause_start(text, sentence, first.start)
        if _RELATIVE.search(text, first.end, last.start):
            low = first.start  # "it does not cover Ana, who leads the front": what is denied is not that she leads
        before, after = text[low : max(first.end, last.end)], ""
    else:
        if not sentence.contains(event):
            return frozenset()
        before = text[_clause_start(text, sentence, event.start) : event.start]
        after = text[event.end : min(sentence.end, event.end + 40)]
    other = a.span if event == b.span else b.span
    taken_for_granted = event is None and _apposed(text[first.end : last.start])
    wanted = ("clause", "standing") if event is None else ("clause", "event", "governs")
    found = set()
    for cue in _cues():
        stretches = []
        if cue.place == "clause" and taken_for_granted:
            stretches = [text[first.start : last.end]]
        elif cue.place in wanted:
            stretches = [before]
        elif cue.place == "between" and event is None:
            stretches = [text[first.end : max(first.end, last.start)]]
        elif cue.place == "actor" and event is not None and other.end <= event.start:
            stretches = [text[max(other.start, sentence.start) : event.start]]
        elif cue.place == "end":
            stretches = [text[max(sentence.start, end.start - FAR) : end.start] for end in (first, last)]
        if any(map(cue.pattern.search, stretches)) or (cue.place == "after" and cue.pattern.match(after)):
            found.add(cue.status)
    return frozenset(found)


@cache
def _sources() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What stands before a source, and after it. Whoever is told something is no source, unless it is told by him.

    Before its source a verb ends what was said ("…”, said X"): behind "she said that" begins what is said, with no source.
    """
    return (
        re.compile(
            rf"(?:(?:[,\"”’'?!–—]|--)\s*(?:(?:also|has|had|later)\s+)?(?!told|tells|accus|den|believe)(?P<verb>{_STATES})"
            r"|\baccording\s+to|\b(?:told|informed)\s+by)\s+(?:the\s+|a\s+)?"
            r"(?:(?!(?:that|it|he|she|they|there|if|whether|in|on|at|of)\b)[\w.]+\s+){0,3}$",
            re.IGNORECASE,
        ),
        re.compile(
            rf"(?:\s*\([^()]{{1,40}}\))?\s*(?P<aside>,[^,]{{1,150}},)?\s*"
            rf"(?:(?:also|has|have|had|later|today|yesterday|again|then|[a-z]+ly)\s+){{0,3}}{_STATES}\b"
        ),
    )


class Source(NamedTuple):
    """A mention that its sentence names as a source ("X said", "according to X"), and what it says of it in passing."""

    mention: int
    aside: Span | None


def sources_in(text: str, sentence: Span, mentions: Sequence[Mention], here: Sequence[int]) -> list[Source]:
    """The sources that a sentence names. `here`: the mentions of the sentence."""
    before_source, after_source = _sources()
    found: list[Source] = []
    verbs: set[int] = set()  # where those end that have their source before them
    for i in here:
        m = mentions[i]
        if m.cls not in (EntityClass.PERSON, EntityClass.GROUP, EntityClass.POLITY) or m.kind is MentionKind.TRIGGER:
            continue
        low = max(sentence.start, m.span.start - 40)
        if says := after_source.match(text, m.span.end, min(sentence.end, m.span.end + 200)):
            found.append(Source(i, Span(*says.span("aside")) if says["aside"] else None))
            verbs.add(says.end())
        elif m.kind is not MentionKind.PRONOUN:
            said = before_source.search(text, low, m.span.start)
            if said is not None and said.end("verb") not in verbs:
                found.append(Source(i, None))
    return found


def attribution(sources: Sequence[Source], ends: Sequence[Span], mentions: Sequence[Mention]) -> int | None:
    """The mention that is named as the source of a fact with these ends, unless it is one of them.

    What is said of the source itself in passing ("X, who heads Y, said") has no source. A name is taken before a pronoun.
    """
    found: int | None = None
    for i, aside in sources:
        m = mentions[i]
        if any(m.span.overlaps(end) for end in ends):
            continue
        if aside is not None and any(aside.start <= end.start < aside.end for end in ends):
            continue
        if m.kind is not MentionKind.PRONOUN:
            return i
        found = i if found is None else found
    return found
