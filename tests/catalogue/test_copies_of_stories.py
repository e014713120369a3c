"""What is taken for a copy among the texts of our stories, several of which tell of one event; the test part is not read.

The texts that our stories call copies are an agency's report told anew by a desk, and share few runs of words with it
(in the median an eighth of the shorter text, at most 43 %): they are no near-duplicates, and count as sources of their own. A
measure that would find them, of runs or of sentences, would also join what papers wrote apart and only quote alike: of the
real news of ECB+ 3 % of the pairs of a topic share a tenth to a third of their runs so. What shares two thirds there is one
agency's report, cut or added to. So copies are made here, as papers make them: another headline, the end cut off, words
changed, paragraphs of their own.
"""

from __future__ import annotations

import re
from itertools import combinations

import pytest

from kg.catalogue.copies import are_copies, bands_of, signature
from kg.train import own
from kg.train.markup import read_story

TEXTS = [
    passage.text
    for path in sorted((own.CORPUS / "stories").glob("*.txt"))
    if own.part_of(story := read_story(path)) != "test"
    for passage in story.texts
]


def alike(one: bytes, two: bytes) -> bool:
    return bool(set(bands_of(one)) & set(bands_of(two))) and are_copies(one, two)


def edited(text: str, cut: float, changed: int) -> str:
    """The text as another paper prints it: its own headline, the last part gone, every so many words another one."""
    words = re.findall(r"\S+", text)
    kept = words[: int(len(words) * (1 - cut))]
    kept = [f"other{n}" if n % changed == changed - 1 else word for n, word in enumerate(kept)]
    return f"What was known on the evening of the day\n\n{' '.join(kept)}"


def test_no_two_texts_that_were_written_apart_are_copies() -> None:
    signed = [signature(text) for text in TEXTS]
    assert len(signed) > 200
    assert not [pair for pair in combinations(range(len(signed)), 2) if alike(signed[pair[0]], signed[pair[1]])]


@pytest.mark.parametrize(("cut", "changed", "least"), [(0.1, 100, 0.98), (0.2, 60, 0.95), (0.4, 100, 0.9)])
def test_light_edits_are_found(cut: float, changed: int, least: float) -> None:
    found = [alike(signature(text), signature(edited(text, cut, changed))) for text in TEXTS]
    assert sum(found) / len(found) >= least


def test_a_round_up_makes_no_copies_of_the_reports_in_it() -> None:
    for one, two, three in zip(TEXTS[::9], TEXTS[1::9], TEXTS[2::9], strict=False):
        assert not alike(signature(one), signature("\n\n".join((one, two, three))))
