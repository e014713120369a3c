"""The network's tags for one window → mentions: names, nominals, pronouns, event triggers and dates."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.extract.coref import bare_nominal
from kg.extract.dates import dates_in
from kg.extract.decode import best_tags, sigmoid, softmax, spans_of, words_of
from kg.extract.events import event_types_of
from kg.extract.labels import CLASSES, EVENT_TYPES, NOMINAL_CLASSES, PRONOUNS
from kg.extract.model import Outputs
from kg.extract.names import name_key
from kg.extract.possessors import possessor
from kg.extract.tokens import Pieces
from kg.extract.windows import Window
from kg.extract.words import DETERMINERS, country_of, honorifics
from kg.types import Document, EntityClass, Mention, MentionKind, Span

__all__ = ["Found", "agree_on_classes", "mentions_in"]

_TRIGGER = 0.15  # on our fold precision stays at 0.80 from 0.1 to 0.5, recall rises from 0.64 to 0.69 (November 2026)
_SURE_TRIGGER, _SURE_TYPE = (
    0.5,
    0.3,
)  # for a word that the event lexicon does not know; on our fold F1 of triggers 0.70 → 0.75
_RULE_SCORE = 0.9  # of dates that the rules read and the model did not mark
# names of seas and coasts, and the few cities, that are one name with "of": of what else has one, the model knows best
_OF_A_PLACE = re.compile(
    r"\b(?:(?:Gulf|Bay|Straits?|Sea|Isles?|Cape|Horn|Firth) of (?:the )?[A-Z][\w'-]+(?: Hope| Kings| Pigs)?"
    r"|Port of Spain|District of Columbia|City of London)\b"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A mention and its pieces [first, end) of the text."""

    mention: Mention
    first: int
    end: int


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a window's fresh part: code points [starts, ends), pieces of the text [first, end), rows of the outputs."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    first: NDArray[np.int64]
    end: NDArray[np.int64]
    rows: NDArray[np.int64]

    def span(self, k: int) -> Span:
        return Span(int(self.starts[k]), int(self.ends[k]))


def mentions_in(
    document: Document, sentences: NDArray[np.int64], pieces: Pieces, window: Window, outputs: Outputs
) -> list[Found]:
    """The mentions that begin in the window's fresh part, in text order, a mention before those inside it.

    sentences: where each sentence of the document starts.
    """
    words = _words(pieces, window)
    ranges = list(_dates(document.text, pieces, window))
    phrases = _phrases(document.text, sentences, words, outputs)
    found = _whole_counts(document.text, words, [f for f in phrases if not _inside_a_date(f.mention, ranges)])
    names = [f.mention.span for f in found if f.mention.kind is MentionKind.NAME]
    found = [f for f in found if not _only_a_name(document.text, f.mention, names)]
    found += _possessors(document.text, words, found)
    taken = {f.mention.span for f in found}
    found += _single_words(document.text, words, outputs, names, taken)
    found += [f for f in ranges if not any(f.mention.span.overlaps(name) for name in names)]
    found = _whole_event_names(document.text, found)
    found = _whole_place_names(document.text, words, found)
    return sorted(found, key=lambda f: (f.mention.span.start, -f.mention.span.end, f.mention.kind))


def _words(pieces: Pieces, window: Window) -> _Words:
    first = pieces.first[window.fresh : window.end].copy()
    first[0] = True  # a word cut by the window's edge begins again
    edges = words_of(first) + window.fresh
    return _Words(
        pieces.starts[edges[:-1]], pieces.ends[edges[1:] - 1], edges[:-1], edges[1:], edges[:-1] - window.start
    )


def _phrases(text: str, sentences: NDArray[np.int64], words: _Words, outputs: Outputs) -> Iterator[Found]:
    """Names and nominals; a nominal that is also a name is a name."""
    last = np.searchsorted(sentences, words.starts, side="right") - 1
    breaks = (last >= 0) & (sentences[last] == words.starts)
    taken: set[Span] = set()
    for logits, classes, kind in (
        (outputs.names, CLASSES, MentionKind.NAME),
        (outputs.nominals, NOMINAL_CLASSES, MentionKind.NOMINAL),
    ):
        p = softmax(logits[words.rows])
        weights = p[:, 1::2] + p[:, 2::2]
        for a, b, c in spans_of(best_tags(np.log(p + 1e-9), breaks)):
            span = _trim(text, int(words.starts[a]), int(words.ends[b - 1]))
            if span is not None and kind is MentionKind.NAME:
                span = _name(text, span, classes[c])
            if span is None or span in taken or not _says_something(span.of(text), kind):
                continue
            taken.add(span)
            score = round(float(weights[a, c] if b == a + 1 else weights[a:b, c].mean()), 3)
            mention = Mention(span, classes[c], kind, score, _type_of_name(span.of(text), classes[c]))
            yield Found(mention, int(words.first[a]), int(words.end[b - 1]))


def _whole_event_names(text: str, found: Sequence[Found]) -> list[Found]:
    """With a name of an event and the event word right after it as one: "Orkhon Valley" + "war"."""
    triggers = {f.mention.span.start: f for f in found if f.mention.kind is MentionKind.TRIGGER}
    result, used = [], set()
    for f in found:
        m, after = f.mention, triggers.get(f.mention.span.end + 1)
        if m.cls is EntityClass.EVENT and m.kind is MentionKind.NAME and after and text[m.span.end] in " -":
            used.add(after)
            span = Span(m.span.start, after.mention.span.end)
            m = Mention(span, m.cls, m.kind, m.score, after.mention.event_type)
            f = Found(m, f.first, after.end)
        result.append(f)
    return [f for f in result if f not in used]


_COUNT = re.compile(r"(?:(?:some|about|many)\s+)?(?:dozens|scores|hundreds|thousands|tens)", re.IGNORECASE)
_COUNTED = re.compile(  # up to a plural
    r" of (?:thousands of )?(?:(?:the|its|his|her|their) )?(?:[\w’'-]+ ){0,2}?"
    r"(?:[a-z-]*[a-rt-z]s|people|police|(?:\w+)?(?:men|women|children)|military|troops)\b"
)


def _whole_counts(text: str, words: _Words, found: Sequence[Found]) -> list[Found]:
    """With "hundreds of harbour rebels" as one group, where the tags end before "of": the number alone says nothing of whom it counts."""
    whole: dict[Found, Found] = {}
    for f in found:
        m = f.mention
        if m.kind is not MentionKind.NOMINAL or m.cls is not EntityClass.GROUP or not _COUNT.fullmatch(m.span.of(text)):
            continue
        match = _COUNTED.match(text, m.span.end)
        last = int(np.searchsorted(words.ends, match.end())) if match else len(words.ends)
        if match and last < len(words.ends) and words.ends[last] == match.end():
            mention = Mention(Span(m.span.start, match.end()), m.cls, m.kind, m.score)
            whole[f] = Found(mention, f.first, int(words.end[last]))
    spans = [f.mention.span for f in whole.values()]

    def inside(m: Mention) -> bool:
        return m.kind is MentionKind.NOMINAL and any(span.contains(m.span) for span in spans)

    return [whole.get(f, f) for f in found if f in whole or not inside(f.mention)]


def _possessors(text: str, words: _Words, found: Sequence[Found]) -> list[Found]:
    """The groups that others are called by: of "the union's president" the union, which the tags cannot mark inside."""
    spans = {f.mention.span for f in found}
    result = []
    for f in found:
        span = possessor(text, f.mention)
        if span is None or any(s.end == span.end and span.contains(s) for s in spans):
            continue
        last = int(np.searchsorted(words.ends, span.end))
        if last < len(words.ends) and words.ends[last] == span.end:
            mention = Mention(span, EntityClass.GROUP, MentionKind.NOMINAL, f.mention.score)
            result.append(Found(mention, f.first, int(words.end[last])))
    return result


def _whole_place_names(text: str, words: _Words, found: Sequence[Found]) -> list[Found]:
    """With "Port of Spain" as one place, and not a port of a country."""
    result = list(found)
    low, high = (int(words.starts[0]), int(words.ends[-1])) if len(words.starts) else (0, 0)
    for match in _OF_A_PLACE.finditer(text, low, high):
        span = Span(*match.span())
        names = [f for f in result if f.mention.kind is MentionKind.NAME and f.mention.span.overlaps(span)]
        if not names or not all(span.contains(f.mention.span) for f in names) or names[0].mention.span == span:
            continue
        first, last = np.searchsorted(words.starts, (span.start, span.end - 1), side="right") - 1
        score = min(f.mention.score for f in names)
        whole = Mention(span, EntityClass.PLACE, MentionKind.NAME, score)
        result = [f for f in result if not span.contains(f.mention.span)]
        result.append(Found(whole, int(words.first[first]), int(words.end[last])))
    return result


def _type_of_name(name: str, cls: EntityClass) -> str | None:
    """The event type that a name's own words give it: "Battle of Orkhon" is a battle."""
    if cls is not EntityClass.EVENT:
        return None
    return next((t for word in name.split()[::-1] for t in event_types_of(word)), "other")


def _single_words(
    text: str, words: _Words, outputs: Outputs, names: Sequence[Span], taken: set[Span]
) -> Iterator[Found]:
    """Event triggers outside names, and pronouns."""
    scores = sigmoid(outputs.triggers[words.rows]).tolist()
    surfaces = [text[a:b] for a, b in zip(words.starts.tolist(), words.ends.tolist(), strict=True)]
    for k, (word, trigger) in enumerate(zip(surfaces, scores, strict=True)):
        pronoun = PRONOUNS.get(word.lower())
        if trigger < _TRIGGER and pronoun is None:
            continue
        span = words.span(k)
        event = _event_type(word, trigger, outputs.types[words.rows[k]])
        at = int(words.first[k]), int(words.end[k])
        if event and not any(name.overlaps(span) for name in names):
            yield Found(Mention(span, EntityClass.EVENT, MentionKind.TRIGGER, round(trigger, 3), event), *at)
        elif pronoun is not None and word != "US" and span not in taken:
            yield Found(Mention(span, pronoun, MentionKind.PRONOUN), *at)


def _event_type(word: str, score: float, logits: NDArray[np.float32]) -> str | None:
    """The type of the event that a word tells of, or None: the lexicon limits the types, the model chooses among them."""
    if score < _TRIGGER:
        return None
    types = softmax(logits)
    allowed = event_types_of(word)
    if allowed:
        return allowed[0] if len(allowed) == 1 else max(allowed, key=lambda t: types[EVENT_TYPES.index(t)])
    best = int(types.argmax())
    return EVENT_TYPES[best] if score >= _SURE_TRIGGER and types[best] >= _SURE_TYPE else None


def _dates(text: str, pieces: Pieces, window: Window) -> Iterator[Found]:
    """The dates that rules read in the window's fresh part."""
    at = slice(window.fresh, window.end)
    starts, ends = pieces.starts[at], pieces.ends[at]
    for a, b in dates_in(text[int(starts[0]) : int(ends[-1])]):
        span = Span(int(starts[0]) + a, int(starts[0]) + b)
        hit = np.flatnonzero((starts < span.end) & (ends > span.start))
        if len(hit):
            mention = Mention(span, EntityClass.DATE, MentionKind.NAME, _RULE_SCORE)
            yield Found(mention, int(hit[0]) + window.fresh, int(hit[-1]) + 1 + window.fresh)


def _only_a_name(text: str, mention: Mention, names: Sequence[Span]) -> bool:
    """Whether a nominal is a name with its determiner: "the Orkhon Front"."""
    if mention.kind is not MentionKind.NOMINAL:
        return False
    start = mention.span.end - len(bare_nominal(mention.span.of(text)))
    return any(name.end == mention.span.end and name.start <= start for name in names)


def _inside_a_date(mention: Mention, ranges: Sequence[Found]) -> bool:
    """Whether a date is only part of one that the rules read: "1979" of "from 1979 to 1989"."""
    return mention.cls is EntityClass.DATE and any(
        f.mention.span.contains(mention.span) and f.mention.span != mention.span for f in ranges
    )


_ENDING = re.compile(r"(?:['’]s|['’]|[\s,;:\"”“)\](\[-])+$")


def _trim(text: str, start: int, end: int) -> Span | None:
    """A span without outer spaces, punctuation and possessive endings; None if nothing is left."""
    surface = text[start:end].split("\n")[0]
    end = start + len(_ENDING.sub("", surface))
    while start < end and text[start] in " ,;:.\"“”([)]-'’":
        start += 1
    if text[start:end].count("(") < text[start:end].count(")"):
        end = start + text[start:end].rindex(")")
    return Span(start, end) if any(c.isalnum() for c in text[start:end]) else None


_REST_OF_WORD = re.compile(
    r"['’](?!(?:s|d|ll|re|ve|m)\b)[^\W\d_]+", re.IGNORECASE
)  # "Ma'an", where the tags end before the apostrophe


_DATELINE = re.compile(r"[\w .,’'-]{2,30}\s[-–—]{1,2}\s+(?=\w)")  # "Ohio - Kestrel Lines" behind "COLUMBUS, "
_CAPITALS = re.compile(r"[^a-z]*")


def _name(text: str, span: Span, cls: EntityClass) -> Span | None:
    """A name's span, or None: a name has a capital, a digit, or a script without case; a date may do without."""
    if cls is EntityClass.DATE:
        return span
    place = _DATELINE.match(text, span.start, span.end)
    if place and _CAPITALS.fullmatch(text[max(0, span.start - 50) : span.start].rpartition("\n")[2]):
        span = Span(place.end(), span.end)
    if rest := _REST_OF_WORD.match(text, span.end):
        span = Span(span.start, rest.end())
    surface = span.of(text)
    if surface.islower() or surface.lower() in PRONOUNS:
        return None
    return span if cls is EntityClass.POLITY else _without_small_words(text, span)


_SMALL = re.compile(r"(?:the|a|an|this|that|of|in|on|at|for|and|or|to|by|from|with)", re.IGNORECASE)


def _without_small_words(text: str, span: Span) -> Span | None:
    """A name without articles before it and small words after it, which the tags sometimes drag along: "the United", "Treaty of the"."""
    words = list(re.finditer(r"\S+", span.of(text)))
    while words and words[0][0].islower() and _SMALL.fullmatch(words[0][0]):
        del words[0]
    while words and words[-1][0].islower() and _SMALL.fullmatch(words[-1][0]):
        del words[-1]
    if not words or all(_SMALL.fullmatch(word[0]) for word in words):
        return None
    return Span(span.start + words[0].start(), span.start + words[-1].end())


def _says_something(surface: str, kind: MentionKind) -> bool:
    """Whether a span is more than a pronoun, a determiner or a bare title."""
    if kind is MentionKind.NAME:
        return bool(name_key(surface)) and surface.strip(".").lower() not in honorifics()
    bare = bare_nominal(surface).lower()
    return bare not in PRONOUNS and bare not in DETERMINERS and len(bare) > 2


def agree_on_classes(text: str, found: Sequence[Found]) -> list[Found]:
    """One class for all uses of one name: the one that the model gave the most weight; a country's name is a polity."""
    weights: dict[str, dict[EntityClass, float]] = defaultdict(lambda: defaultdict(float))
    for f in found:
        if _has_name_class(f.mention):
            weights[f.mention.span.of(text)][f.mention.cls] += f.mention.score
    result = []
    for f in found:
        if _has_name_class(f.mention):
            surface = f.mention.span.of(text)
            options = weights[surface]
            cls = max(options, key=lambda c: (options[c], c))
            if cls in (EntityClass.PLACE, EntityClass.GROUP) and country_of(surface):
                cls = EntityClass.POLITY
            m = f.mention
            if cls is not m.cls or cls is EntityClass.EVENT:
                f = Found(Mention(m.span, cls, m.kind, m.score, _type_of_name(surface, cls)), f.first, f.end)
        result.append(f)
    return result


def _has_name_class(mention: Mention) -> bool:
    return mention.kind is MentionKind.NAME and mention.cls is not EntityClass.DATE
