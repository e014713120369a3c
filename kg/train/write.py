"""Stories → markup again: sentences as they are written in files, and bare stories for a second annotator."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg.train.story import Passage, Story

__all__ = ["SECOND", "plain_story", "sentence_markup"]

SECOND = "second"  # header `annotation`: by somebody who has not seen the first one, nor the brief
_LITERAL = re.compile(r"[\[\]]|\\(?=[\[\]\\])")


def sentence_markup(passage: Passage, sentence: int) -> str:
    """The line of a sentence, with its mentions."""
    start, end = passage.sentences[sentence]
    # mentions are listed as they close: of two with one span, the later is the outer
    opens: dict[int, list[tuple[int, int, str]]] = {}
    closes: dict[int, int] = {}
    for order, mention in enumerate(passage.mentions_in(sentence)):
        tag = f"[{mention.entity}{mention.written} "
        opens.setdefault(mention.start, []).append((mention.end, order, tag))
        closes[mention.end] = closes.get(mention.end, 0) + 1
    parts = []
    for at in range(start, end + 1):
        parts.append("]" * closes.get(at, 0))
        parts += [tag for _, _, tag in sorted(opens.get(at, ()), reverse=True)]
        if at < end:
            parts.append(_escaped(passage.text, at, end))
    return "".join(parts)


def _escaped(text: str, at: int, end: int) -> str:
    return ("\\" if _LITERAL.match(text, at, end) else "") + text[at]


def plain_story(story: Story) -> str:
    """The story without annotation, brief and comments, in the same format: what a second annotator begins with."""
    return "\n".join(_plain_lines(story)) + "\n"


def _plain_lines(story: Story) -> Iterator[str]:
    kept = [(key, story.header[key]) for key in ("story", "field", "region") if key in story.header]
    yield from (f"{key}: {value}" for key, value in [*kept, ("annotation", SECOND)])
    for passage in story.texts:
        if not story.single:
            yield f"\n=== {passage.number}"
        header = ("genre", "copy-of", "date", "outlet")
        yield from (f"{key}: {passage.header[key]}" for key in header if key in passage.header)
        yield "---"
        last = None
        for start, end in passage.sentences:
            if last is not None and passage.text[last:start] == "\n\n":
                yield ""
            yield re.sub(_LITERAL, r"\\\g<0>", passage.text[start:end])
            last = end
