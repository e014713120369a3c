"""Which paragraphs of a scraped text are not of the article: rules with names, kept as data in
`lexicon/en/clutter.toml`.

A rule sees one paragraph (or line). Most must match all of it, so that a sentence which merely speaks of cookies,
comments or copyright is safe; the others need several tell-tale phrases and nobody who says them. Position counts
for weak signs: what is only clutter above or below an article's prose is left alone inside it. Precision comes
first: text that is cut is lost to extraction.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kg.articles.dates import day_of

__all__ = ["find_clutter", "lone_clutter"]

_FILE = Path(__file__).parent / "lexicon" / "en" / "clutter.toml"
_LONGEST_LINE = 420  # characters that `lines` may match; legal notices are longer, but they are for `phrases`
_LONGEST_NOTE = 700  # characters that `notes` may match
_SHORT = 15  # words up to which one phrase is enough
_PROSE = 12  # words that a line has at least when it is prose
_HEADLINES = 14  # lines that a list of other articles' headlines has at most
_TRIM = " \t|•·▶►▸→←»«›‹>*_=-–—+…:●■◆▪∙~^"
_STOP = re.compile(r"[.!?…][\"'”’»)\]]*$")
_WORD = re.compile(r"[^\W_][\w’'.-]*")
_SAID = re.compile(r"\b(?:said|told|says|according to|added|wrote|argued|ruled|announced|reported|noted|asked)\b", re.I)
_ADDRESS = re.compile(r"\b(?:you|your|our|us|we)\b", re.I)
_BYLINE = re.compile(r"(?:by|words by|written by|from)\b", re.I)
_TITLE_SPACES = 3  # a title has four words at least, or we do not know it
_FOOT_SPACES = 30  # longer ones are paragraphs
_TRUNCATED = re.compile(r"(?:\.{3}|…|\[…\]|\[\.{3}\]|read more|continue reading)\s*[»→>]*$", re.I)


@dataclass(frozen=True, slots=True)
class _Tokens:
    """A line made of nothing but a site's own words."""

    words: frozenset[str]
    strong: frozenset[str]
    alone: frozenset[str]

    def match(self, text: str) -> bool:
        if len(text) > 200 or _STOP.search(text):
            return False
        lowered = text.casefold().strip(_TRIM)
        if lowered in self.alone:
            return True
        words = [word.rstrip(".") for word in _WORD.findall(lowered)]
        names = [word for word in words if not word[0].isdigit()]
        if not names or len(words) > 25 or not self.words.issuperset(names):
            return False
        strong = sum(word in self.strong for word in names)
        # "Politics and business" may head a part of an article, "Politics Business Sport" cannot.
        return strong > 0 or (bool(self.alone) and "and" not in names and len(names) >= 3)


@dataclass(frozen=True, slots=True)
class _Phrases:
    """A paragraph with several phrases of notices."""

    telling: tuple[str, ...]
    phrases: tuple[str, ...]
    at_least: int

    def match(self, text: str) -> bool:
        if len(text) > 2000:
            return False
        lowered = text.casefold()
        telling = sum(phrase in lowered for phrase in self.telling)
        if not telling or text[0] in "\"'“‘" or _SAID.search(lowered):
            return False
        if telling >= self.at_least or text.count(" ") < _SHORT:
            return True
        return telling + sum(phrase in lowered for phrase in self.phrases) >= self.at_least


@dataclass(frozen=True, slots=True)
class _Rules:
    """The file, compiled. `lines` and `notes` have one named group per rule, `names` gives the group's rule."""

    lines: re.Pattern[str]
    notes: re.Pattern[str]
    names: Mapping[str, str]
    tokens: Mapping[str, _Tokens]
    phrases: Mapping[str, _Phrases]
    where: Mapping[str, str]
    opens: Mapping[str, str]
    foot: frozenset[str]
    signature: re.Pattern[str]


def lone_clutter(text: str) -> str | None:
    """The name of the rule by which a line is clutter wherever it stands, or None.

    >>> lone_clutter("Share on Facebook"), lone_clutter("Share prices on Facebook fell.")
    ('share-bar', None)
    """
    rule = _rule_of(text)
    return rule if rule is not None and _rules().where.get(rule, "anywhere") == "anywhere" else None


def find_clutter(paragraphs: Sequence[str]) -> dict[int, str]:
    """Index → rule of the paragraphs that are clutter, found again and again until nothing more is.

    What is left is therefore clean by the same rules: cleaning is idempotent.
    """
    cut: dict[int, str] = {}
    rule_of = [_rule_of(text) for text in paragraphs]
    prose = [_is_prose(text) for text in paragraphs]
    while more := _pass(paragraphs, rule_of, prose, cut):
        cut |= more
    return cut


def _pass(
    paragraphs: Sequence[str], rule_of: Sequence[str | None], prose: Sequence[bool], cut: Mapping[int, str]
) -> dict[int, str]:
    """What one look at the remaining paragraphs finds."""
    rules = _rules()
    kept = [index for index in range(len(paragraphs)) if index not in cut]
    if not kept:
        return {}
    body = [index for index in kept if prose[index] and not _cuts_anywhere(rule_of[index])]
    if not body:  # no prose: nothing is above or below it
        body = kept[:1] + kept[-1:]
    found: dict[int, str] = {}
    for place, index in enumerate(kept):
        rule = rule_of[index]
        if rule is None or index in found:
            continue
        outside = index < body[0] or index > body[-1]
        where = rules.where.get(rule, "anywhere")
        if where == "outside" and not outside:
            continue
        beside = any(near in cut or near in found for near in (index - 1, index + 1))
        if where == "below" and index <= body[0]:
            continue
        if where == "edge" and not (outside or beside):
            continue
        found[index] = rule
        for below in _opened(rules.opens.get(rule), kept[place + 1 :], paragraphs, prose, after_prose=index > body[0]):
            found.setdefault(below, rule)
    return found or _by_position(paragraphs, kept, body, rule_of, cut)


def _by_position(
    paragraphs: Sequence[str],
    kept: Sequence[int],
    body: Sequence[int],
    rule_of: Sequence[str | None],
    cut: Mapping[int, str],
) -> dict[int, str]:
    """What no rule knows, but what stands in a page's foot or between the words of its head."""
    found: dict[int, str] = {}
    foot = min((index for index, rule in cut.items() if index > body[-1] and rule in _rules().foot), default=None)
    if foot is not None:
        found |= {index: "tail" for index in kept if index > foot and _is_of_foot(paragraphs[index])}
    above = [index for index in kept if index < body[0]]
    title = next((index for index in above if _may_be_title(paragraphs[index])), None)
    if title is not None:
        for index in above:
            words = paragraphs[index].count(" ") + 1
            before = index < title and words <= 2 and (index - 1 in cut or index + 1 in cut)
            between = index > title and words <= 4 and index - 1 in cut and index + 1 in cut
            if (before or between) and not _STOP.search(paragraphs[index]) and not _BYLINE.match(paragraphs[index]):
                found[index] = "head"
    return found


def _may_be_title(text: str) -> bool:
    return text.count(" ") >= _TITLE_SPACES and not _BYLINE.match(text) and day_of(text, search=True) is None


def _is_of_foot(text: str) -> bool:
    """Whether a line may go with a page's foot: no sentence, or one that speaks to the reader."""
    if text.count(" ") > _FOOT_SPACES or _SAID.search(text) or any(mark in text for mark in '"“”'):
        return False
    return not _STOP.search(text) or _ADDRESS.search(text) is not None


def _opened(
    kind: str | None, below: Sequence[int], paragraphs: Sequence[str], prose: Sequence[bool], *, after_prose: bool
) -> Iterator[int]:
    """The paragraphs below a heading that go with it."""
    if kind == "headlines":
        for index in below[:_HEADLINES]:
            text = paragraphs[index]
            if (prose[index] or _STOP.search(text)) and not _TRUNCATED.search(text) and not text.endswith("?"):
                return
            yield index
    elif kind == "comments" and after_prose:
        near = [paragraphs[index].strip(_TRIM) for index in below[:6]]
        if any(len(text) <= 200 and _rules().signature.fullmatch(text) for text in near):
            yield from below


def _rule_of(text: str) -> str | None:
    """The first rule that matches, whatever its `where`."""
    rules = _rules()
    reported = _SAID.search(text) is not None and _STOP.search(text) is not None  # a sentence in which somebody speaks
    if len(text) <= _LONGEST_LINE and not reported:
        for form in dict.fromkeys((text, text.strip(_TRIM))):
            if (match := rules.lines.fullmatch(form)) and match.lastgroup:
                return rules.names[match.lastgroup]
        for name, tokens in rules.tokens.items():
            if tokens.match(text):
                return name
    for name, phrases in rules.phrases.items():
        if phrases.match(text):
            return name
    if len(text) <= _LONGEST_NOTE and (match := rules.notes.fullmatch(text.strip(_TRIM))) and match.lastgroup:
        return rules.names[match.lastgroup]
    return None


def _cuts_anywhere(rule: str | None) -> bool:
    return rule is not None and _rules().where.get(rule, "anywhere") == "anywhere"


def _is_prose(text: str) -> bool:
    """Whether a paragraph reads like one of the article: a sentence of some length, or quite long."""
    words = text.count(" ") + 1
    return (words >= _PROSE and _STOP.search(text) is not None) or words >= 30


@cache
def _rules() -> _Rules:
    """The rules, read once."""
    data: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    groups: dict[str, list[str]] = {"lines": [], "notes": []}
    names: dict[str, str] = {}
    tokens: dict[str, _Tokens] = {}
    phrases: dict[str, _Phrases] = {}
    # A rule that holds anywhere goes before one that depends on the place, which would hide it.
    for number, rule in enumerate(sorted(data["rule"], key=lambda rule: "where" in rule)):
        name: str = rule["name"]
        names[f"r{number}"] = name
        for form in groups.keys() & rule.keys():
            groups[form].append(f"(?P<r{number}>{_alternatives(rule[form], data['macros'])})")
        if "tokens" in rule:
            strong = frozenset(rule["strong"])
            tokens[name] = _Tokens(strong | frozenset(rule["tokens"]), strong, frozenset(rule.get("alone", ())))
        if "telling" in rule:
            telling, others = (tuple(map(str.casefold, rule.get(key, ()))) for key in ("telling", "phrases"))
            phrases[name] = _Phrases(telling, others, rule["at_least"])
    return _Rules(
        lines=re.compile("|".join(groups["lines"]), re.IGNORECASE),
        notes=re.compile("|".join(groups["notes"]), re.IGNORECASE),
        names=names,
        tokens=tokens,
        phrases=phrases,
        where={rule["name"]: rule.get("where", "anywhere") for rule in data["rule"]},
        opens={rule["name"]: rule["opens"] for rule in data["rule"] if "opens" in rule},
        foot=frozenset(rule["name"] for rule in data["rule"] if rule.get("foot")),
        signature=re.compile(_alternatives(data["comment_signature"]["lines"], data["macros"]), re.IGNORECASE),
    )


def _alternatives(patterns: Sequence[str], macros: Mapping[str, str]) -> str:
    """One pattern for several, with the macros filled in."""
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    for name, pattern in macros.items():
        joined = joined.replace(f"{{{name}}}", pattern)
    return joined
