"""What the words of a mention say of who can be meant: number, gender, head, grammatical role; and where it stands: sentence, quotation."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kg.extract.words import DETERMINERS, lines
from kg.types import EntityClass, Mention, MentionKind

__all__ = ["KINDS", "Traits", "bare_nominal", "modifiers", "traits_of"]

KINDS = (
    "he",
    "I",
    "we",
    "it",
    "they",
    "group",
    "person",
    "place",
)  # of anaphors: pronouns, and nominals by their class

_QUANTITY = (
    r"(?:(?:some|about|around|at least|up to|more than|several|many|most|all|(?:dozens|scores|hundreds|thousands|tens) of"
    r"|\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten)\s+)*"
)
_DETERMINER = r"(?:(?:the|a|an|this|that|these|those|his|her|its|their|our|my|your|another|other|one|such)\s+)?"
_BEFORE_NOUN = re.compile(rf"^{_DETERMINER}{_QUANTITY}{_DETERMINER}", re.IGNORECASE)


@lru_cache(maxsize=1 << 13)
def bare_nominal(phrase: str) -> str:
    """A noun phrase without its determiner, possessive pronoun or number.

    >>> bare_nominal("the harbour rebels"), bare_nominal("hundreds of rebels")
    ('harbour rebels', 'rebels')
    """
    return _BEFORE_NOUN.sub("", phrase) or phrase


_PRONOUNS = {
    word: KINDS[k]
    for k, words in enumerate(
        (
            "he him his himself she her hers herself",
            "i me my myself",
            "we us our ourselves",
            "it its itself",
            "they them their themselves",
        )
    )
    for word in words.split()
}
_NOMINALS = {EntityClass.GROUP: "group", EntityClass.PERSON: "person", EntityClass.PLACE: "place"}
_WORDS = {name: frozenset(words.split()) for name, words in (line.split("\t") for line in lines("traits.tsv"))}
_NUMBERED = re.compile(
    r"(?:two|three|four|five|six|seven|eight|nine|ten|some|several|many|dozens|hundreds|thousands|\d+)\b"
)
_SENTENCE = re.compile(r"[.!?:][\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])|\n+")
_MARK = re.compile(r"[\"“”\n]")
_AFTER_PREPOSITION = re.compile(
    r"\b(?:of|to|in|on|at|for|by|from|with|against|among|between|behind|under|over|into|about|after|before|near|around|than|as)"
    r"\s+(?:(?:the|a|an)\s+)?$",
    re.IGNORECASE,
)
_VERB = re.compile(  # after a subject
    r"\s+(?:\w+ly\s+|(?:also|now|never|still|once)\s+)?(?:is|was|has|had|have|will|would|can|could|may|might|must|should|does|did|do"
    r"|\w+ed|\w+s|\w+n|said|took|held|sent|lost|went|made|gave|came|knew|fell|led|paid|told|sold|bought|kept|left|put|met|set|built"
    r"|fought|spent|brought|became|got|drew|hit|struck|stood)\b"
)
_NO_NOUN = re.compile(
    r"\s+(?:to|in|on|at|by|from|with|as|and|or|but|after|before|when|that|into|of|for|out|up|off|the|a|because|since|while|until"
    r"|over)\b|\s*(?:[^\w\s]|$)"
)


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a mention by itself.

    kind: of KINDS, "" for names and the rest; gender: 1 he, -1 she, 0 unknown; number: 1 many, -1 one, 0 unknown; role: of a pronoun,
    "s" subject, "o" object, "p" owner; quotation: which one it stands in, or -1; leads: whether its sentence begins with it;
    nested: whether it stands inside another.
    """

    kind: str
    sentence: int
    quotation: int
    gender: int = 0
    number: int = 0
    role: str = ""
    head: str = ""
    words: frozenset[str] = frozenset()
    leads: bool = False
    nested: bool = False


def traits_of(text: str, mentions: Sequence[Mention]) -> list[Traits]:
    """The traits of each mention."""
    starts = [0, *(m.end() for m in _SENTENCE.finditer(text))]
    opened = _quotations(text)
    at = [bisect_right(starts, m.span.start) - 1 for m in mentions]
    leads: dict[int, int] = {}
    nested: set[int] = set()
    end = -1
    for i in sorted(range(len(mentions)), key=lambda i: (mentions[i].span.start, -mentions[i].span.end)):
        m = mentions[i]
        if m.kind is MentionKind.TRIGGER or m.cls is EntityClass.DATE:
            continue
        if m.span.end <= end:
            nested.add(i)
            continue
        end = m.span.end
        acts = m.cls in (EntityClass.GROUP, EntityClass.PERSON, EntityClass.POLITY)
        if acts and not _AFTER_PREPOSITION.search(text, max(0, m.span.start - 25), m.span.start):
            leads.setdefault(at[i], i)
    return [
        _traits(text, m, at[i], _quotation(opened, m.span.start), leads.get(at[i]) == i, i in nested)
        for i, m in enumerate(mentions)
    ]


def _traits(text: str, m: Mention, sentence: int, quotation: int, leads: bool, nested: bool) -> Traits:
    surface = m.span.of(text).lower()
    words = re.findall(r"[\w'’-]+", surface)
    head, kind, role, number = "", "", "", 0
    gendered = set(words)
    match m.kind:
        case MentionKind.PRONOUN:
            kind = _PRONOUNS.get(surface, "they")
            role = _role(text, m, surface)
            number = {"it": -1, "they": 1, "we": 1}.get(kind, 0)
        case MentionKind.NOMINAL:
            kind = _NOMINALS.get(m.cls, "")
            head = (bare_nominal(surface).split() or [""])[-1]
            gendered = {head}
            number = _number(surface, head)
        case _:
            before = re.findall(r"\w+", text[max(0, m.span.start - 14) : m.span.start].lower())[-1:]
            gendered = {*before, *words[:1]} & _WORDS["title"]
    person = m.cls is EntityClass.PERSON
    return Traits(
        kind=kind,
        sentence=sentence,
        quotation=quotation,
        gender=(not gendered.isdisjoint(_WORDS["male"])) - (not gendered.isdisjoint(_WORDS["female"])) if person else 0,
        number=number if person or m.cls is EntityClass.GROUP else 0,
        role=role,
        head=head,
        words=frozenset(words),
        leads=leads,
        nested=nested,
    )


def _number(surface: str, head: str) -> int:
    plural = head.endswith("s") and head not in _WORDS["one"] and not head.endswith(("ss", "us"))
    return 1 if head in _WORDS["many"] or plural or _NUMBERED.match(surface) else -1


def _role(text: str, m: Mention, surface: str) -> str:
    if surface in ("he", "she", "they", "i", "we"):
        return "s"
    if surface in ("his", "its", "their", "my", "our"):
        return "p"
    if surface == "her":
        return "o" if _NO_NOUN.match(text, m.span.end) else "p"
    if surface == "it" and _VERB.match(text, m.span.end):
        return "o" if _AFTER_PREPOSITION.search(text, max(0, m.span.start - 20), m.span.start) else "s"
    return "o"


def _quotations(text: str) -> tuple[list[int], list[int]]:
    """Where quotations begin and end. One that is not closed ends with its paragraph."""
    begins: list[int] = []
    ends: list[int] = []
    for mark in _MARK.finditer(text):
        inside = len(begins) > len(ends)
        if mark[0] == "“" or (mark[0] == '"' and not inside):
            if inside:
                ends.append(mark.start())
            begins.append(mark.end())
        elif inside:
            ends.append(mark.start())
    return begins, [*ends, len(text)][: len(begins)]


def _quotation(quotations: tuple[list[int], list[int]], position: int) -> int:
    k = bisect_right(quotations[0], position) - 1
    return k if k >= 0 and position < quotations[1][k] else -1


def modifiers(traits: Traits) -> frozenset[str]:
    """The words of a nominal that say which: "coastal" of "the coastal front"."""
    return traits.words - DETERMINERS - {traits.head}
