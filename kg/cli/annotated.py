"""An article as a model reads it: mentions in brackets with their ids, and below each sentence the claims whose evidence it is.

Pure: lines of styled pieces for `kg.cli.colours`. `= Ana Diaz (P1) leads Kestrel Lines (G1)  [0.93, stated, current]` is a claim that
makes an edge of the graph; what stands in its place otherwise says why it makes none (`LEGEND`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from kg.cli.output import number, plain
from kg.extractors import is_calibrated
from kg.marking import CLASSES, KIND_MARKS, Line, Mark, marked
from kg.resolve import Draft, drafts_of
from kg.types import Chain, Document, Extraction, Mention, Modality, Phase
from kg.vocab import in_words

__all__ = ["Reading", "article_lines", "entity_rows", "read"]

LETTERS = {cls: letter for letter, cls in CLASSES.items()}
INDENT = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A document with what was found in it: `ids` of the chains (`P1`), the claims, and the confidence from which one asserts."""

    document: Document
    extraction: Extraction
    drafts: tuple[Draft, ...]
    ids: tuple[str, ...]
    chain_of: Mapping[int, int]
    threshold: float

    def asserts(self, draft: Draft) -> bool:
        """Whether the graph would have an edge for this claim (DESIGN.md 4)."""
        return draft.supports and draft.modality.commits and not self.is_unsure(draft)

    def is_unsure(self, draft: Draft) -> bool:
        """Whether its confidence is too low to assert anything."""
        return draft.confidence < self.threshold


def read(document: Document, extraction: Extraction, threshold: float) -> Reading:
    """The reading of an article; chains are numbered within their class in the order of their first mentions."""
    chains, mentions = extraction.chains, extraction.mentions
    ids = [""] * len(chains)
    count: Counter[str] = Counter()
    for c in sorted(range(len(chains)), key=lambda c: (min(mentions[m].span for m in chains[c].mentions), c)):
        letter = LETTERS[chains[c].cls.value]
        count[letter] += 1
        ids[c] = f"{letter}{count[letter]}"
    return Reading(document, extraction, drafts_of(extraction), tuple(ids), extraction.chain_of(), threshold)


def article_lines(reading: Reading) -> Iterator[Line]:
    """Header, then the text sentence by sentence with the claims of each below it."""
    document, extraction = reading.document, reading.extraction
    yield from _header(reading)
    starts = [sentence.start for sentence in document.sentences]
    below: dict[int, list[Draft]] = {}
    for draft in reading.drafts:
        below.setdefault(max(bisect_right(starts, draft.sentence.start) - 1, 0), []).append(draft)
    marks = sorted((_mark(reading, i, mention) for i, mention in enumerate(extraction.mentions)), key=lambda m: m.start)
    first = before = 0
    for n, sentence in enumerate(document.sentences):
        if n == 0 or "\n\n" in document.text[before : sentence.start]:
            yield 0, ()
        before = sentence.end
        while first < len(marks) and marks[first].end <= sentence.start:
            first += 1
        last = first
        while last < len(marks) and marks[last].start < sentence.end:
            last += 1
        yield 0, marked(document.text, sentence.start, sentence.end, marks[first:last])
        for draft in below.get(n, ()):
            yield _claim_line(reading, draft)


def entity_rows(reading: Reading) -> Iterator[tuple[str, str, str, int]]:
    """(id, class with type or value, names, mentions) of each thing in the text, by class and number."""
    order = "".join(CLASSES)
    for name, chain in sorted(
        zip(reading.ids, reading.extraction.chains, strict=True),
        key=lambda item: (order.index(item[0][0]), int(item[0][1:])),
    ):
        more = chain.event_type or _value(chain) or ("" if chain.cls.value != "Date" else "not dated")
        yield name, f"{chain.cls.value} {more}".strip(), "; ".join(chain.names), len(chain.mentions)


def _header(reading: Reading) -> Iterator[Line]:
    document, extraction = reading.document, reading.extraction
    about = [document.publisher, document.published and document.published.isoformat(), document.url]
    yield 0, ((plain(document.id), "head"),)
    if any(about):
        yield 0, ((", ".join(plain(part) for part in about if part), "mark"),)
    asserted = sum(map(reading.asserts, reading.drafts))
    counts = [
        number(len(document.sentences), "sentence"),
        number(len(extraction.mentions), "mention"),
        number(len(extraction.chains), "thing"),
        f"{number(len(reading.drafts), 'claim')}, {asserted:,} of them asserted",
    ]
    yield 0, ((f"{', '.join(counts)}; model {plain(extraction.model)}", "mark"),)
    rules = Counter(cut.rule for cut in document.cut)
    told = f" ({', '.join(f'{rule} {count:,}' for rule, count in rules.most_common())})" if rules else ""
    yield 0, ((f"{number(len(document.cut), 'passage')} cut by cleaning{told}", "mark"),)
    legend = f"= asserted   ? confidence below {reading.threshold:g}   ~ alleged   > planned   ! denied"
    yield 0, ((legend, "mark"),)


def _mark(reading: Reading, index: int, mention: Mention) -> Mark:
    chain = reading.chain_of.get(index)
    cls = mention.cls.value
    if chain is None:  # a pronoun whose antecedent was not found
        name = f"{LETTERS[cls]}?"
    else:
        name = reading.ids[chain]
        if value := _value(reading.extraction.chains[chain]):
            name += f"={value}"
        elif mention.event_type:
            name += f":{mention.event_type}"
    tag = f"{KIND_MARKS[mention.kind]}{name}"
    return Mark(mention.span.start, mention.span.end, tag, f"{cls} {mention.kind.value}", f"{cls} id")


def _claim_line(reading: Reading, draft: Draft) -> Line:
    unsure = reading.is_unsure(draft)
    if not draft.supports:
        sign, style = "!", "trap"
    elif draft.modality in (Modality.ALLEGED, Modality.PLANNED):
        sign, style = ("~" if draft.modality is Modality.ALLEGED else ">"), "unasserted"
    else:
        sign, style = ("?", "unasserted") if unsure else ("=", "asserted")
    style = "unsure" if unsure else style
    words = f"{sign} {_end(reading, draft.subject_mention)} {in_words(draft.predicate)} {_end(reading, draft.object_mention)}"
    return INDENT, ((words, style), (f"  [{', '.join(_how(reading, draft))}]", "mark"))


def _how(reading: Reading, draft: Draft) -> Iterator[str]:
    """What qualifies a claim, in words."""
    sure = f"{draft.confidence:.2f}"
    if reading.is_unsure(draft) and float(sure) >= reading.threshold:
        sure = f"{draft.confidence:.3f}"  # 0.496 is not 0.50
    if not is_calibrated(reading.extraction.model):
        sure += " uncalibrated"
    yield f"{sure}, below {reading.threshold:g}" if reading.is_unsure(draft) else sure
    if not draft.supports:
        yield "denied"
    yield draft.modality.value
    if draft.phase is not Phase.UNKNOWN:
        yield draft.phase.value
    for name, value in (("by", draft.attributed_to), ("from", draft.valid_from), ("until", draft.valid_to)):
        if value:
            yield f"{name} {plain(value)}"


def _end(reading: Reading, mention: int) -> str:
    """An end of a claim: what it is called, its id, and the words that stand for it where they differ."""
    chain = reading.extraction.chains[reading.chain_of[mention]]
    said = plain(reading.extraction.mentions[mention].span.of(reading.document.text))
    called = _value(chain) or (plain(chain.names[0]) if chain.names else said)
    quoted = "" if said == called else f" “{said}”"
    return f"{called} ({reading.ids[reading.chain_of[mention]]}{quoted})"


def _value(chain: Chain) -> str:
    if chain.value is None:
        return ""
    return f"{chain.value.start}/{chain.value.end}" if chain.value.end else chain.value.start
