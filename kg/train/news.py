"""Real news of the public corpora, annotated by our guideline: layers that stand off from texts which are not ours to give away.

A layer (`corpus/news/CORPUS.jsonl`, one document a line) has offsets, ids and facts and not a word of the text; the text comes from the
corpus file, and its SHA-256 says that it is the one that was read. To correct a layer, `kg corpus unfold` writes it as the markup of the
stories and `kg corpus fold` takes it back.

`{"id", "sha256", "date", "sentences": n, "mentions": [[start, end, entity, kind, written], …], "types": {event: type},
"values": {date: value}, "marks": {sentence: "nothing"}, "facts": [[sentence, subject, predicate, object, flag, …], …]}`: offsets are code
points of the document, of which the first n sentences are annotated; the rest is not used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from kg.errors import KgError
from kg.train.convert import to_record
from kg.train.corpora import read_jsonl
from kg.train.own import CORPUS, PARTS, share
from kg.train.story import Fact, MarkedMention, Passage, Story
from kg.train.write import sentence_markup

__all__ = ["LAYERS", "annotated_ids", "fold", "keep", "news_part", "news_records", "unfold"]

LAYERS = CORPUS / "news"
# Of the ids: below the first calibrate, below the second are measured and never trained on; the rest trains. There is no test part
_FOLDED, _DEV = 0.12, 0.26


def news_part(identifier: str) -> str:
    """The part of a document: "train", "fold" or "dev". A topic of ECB+, whose texts tell of the same events, is in one."""
    topic = re.match(r"ecb-\d+", identifier)
    at = share(f"news {topic[0] if topic else identifier}")
    return "fold" if at < _FOLDED else "dev" if at < _DEV else "train"


def annotated_ids(folder: Path = LAYERS) -> frozenset[str]:
    """The documents that have a layer, of any part: their public annotation, which is partial, trains nothing beside it."""
    return frozenset(layer["id"] for _, layer in _layers(folder))


def news_records(data: Path, part: str, folder: Path = LAYERS) -> list[dict[str, Any]]:
    """A part as records of the form that our own stories have; `data` is the folder of the public corpora.

    Documents of a corpus that is not in `data` are left out. Raises KgError where a text is not the one that was annotated.
    """
    if part not in PARTS:
        raise ValueError(f"no such part: {part}")
    wanted = [(corpus, layer) for corpus, layer in _layers(folder) if news_part(layer["id"]) == part]
    texts = _texts(data, {corpus: {layer["id"] for c, layer in wanted if c == corpus} for corpus, _ in wanted})
    found = []
    for corpus, layer in wanted:
        if (document := texts.get((corpus, layer["id"]))) is not None:
            record = to_record(_passage(layer, document), layer["id"])
            found.append(record | {"licence": document["licence"], "over": document["source"]})
    return found


def fold(story: Story, document: Mapping[str, Any]) -> dict[str, Any]:
    """The layer of a document from its markup. Raises KgError where the markup has another text."""
    (passage,) = story.texts
    places = [(s, e) for s, e in document["sents"] if document["text"][s:e].strip()][: len(passage.sentences)]
    shifts: list[int] = []
    for (start, end), (s, e) in zip(passage.sentences, places, strict=False):
        original = document["text"][s:e]
        lead = len(original) - len(original.lstrip())
        if passage.text[start:end] != re.sub(r"\s", " ", original).strip():
            line = passage.lines[len(shifts)]
            raise KgError(f"{story.path}:{line}: not a sentence of {document['id']}", hint="the text stays as it is")
        shifts.append(s + lead - start)
    if len(shifts) < len(passage.sentences):
        raise KgError(f"{story.path}: more sentences than {document['id']} has", hint="the text stays as it is")
    mentions = [
        [m.start + shift, m.end + shift, m.entity, m.kind, m.written]
        for sentence, shift in enumerate(shifts)
        for m in passage.mentions_in(sentence)
    ]
    facts = []
    for fact in passage.facts:
        if fact.holds:
            named = {"by": fact.by, "from": fact.since, "until": fact.until}
            flags = [*sorted(fact.flags), *(f"{name}={value}" for name, value in named.items() if value)]
            facts.append([fact.sentence, fact.subject, fact.predicate, fact.object, *flags])
    return {
        "id": document["id"],
        "sha256": _digest(document),
        **({"date": passage.header["date"]} if "date" in passage.header else {}),
        "sentences": len(shifts),
        "mentions": mentions,
        "types": passage.types,
        "values": passage.values,
        "marks": {str(sentence): mark for sentence, mark in sorted(passage.marks.items())},
        "facts": facts,
    }


def unfold(data: Path, folder: Path = LAYERS) -> Iterator[tuple[str, str]]:
    """(name of a file, its markup) of every layer whose text is in `data`, to correct it. Raises KgError as `news_records` does."""
    layers = list(_layers(folder))
    texts = _texts(data, {corpus: {layer["id"] for c, layer in layers if c == corpus} for corpus, _ in layers})
    for corpus, layer in layers:
        if (document := texts.get((corpus, layer["id"]))) is not None:
            yield (
                f"{corpus}__{layer['id']}.txt",
                "\n".join(_markup(_passage(layer, document), corpus, layer["id"])) + "\n",
            )


def keep(data: Path, stories: Iterable[Story], folder: Path = LAYERS) -> int:
    """Put the layers of corrected files in the place of those that they had; how many. Raises KgError, and changes nothing, for any
    that is not the markup of a document in `data`.
    """
    layers: dict[str, dict[str, dict[str, Any]]] = {}
    for corpus, layer in _layers(folder):
        layers.setdefault(corpus, {})[layer["id"]] = layer
    named = [(story, *story.name.partition("__")[::2]) for story in stories]
    texts = _texts(data, {corpus: {i for _, c, i in named if c == corpus} for _, corpus, _ in named})
    for story, corpus, identifier in named:
        if (document := texts.get((corpus, identifier))) is None:
            raise KgError(f"{story.path}: no document {story.name} in {data}", hint="the header 'story' is CORPUS__ID")
        if story.problems:
            raise KgError(f"{story.path}:{story.problems[0].line}: {story.problems[0].what}", hint="mend the file")
        layers.setdefault(corpus, {})[identifier] = fold(story, document)
    folder.mkdir(parents=True, exist_ok=True)
    for corpus, of in layers.items():
        lines = (json.dumps(of[identifier], ensure_ascii=False) for identifier in sorted(of))
        partial = folder / f"{corpus}.new"
        partial.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        partial.replace(folder / f"{corpus}.jsonl")
    return len(named)


def _layers(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield path.stem, json.loads(line)


def _texts(data: Path, wanted: Mapping[str, set[str]]) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for corpus, ids in wanted.items():
        path = data / f"{corpus}.train.jsonl.gz"
        if path.exists():
            found.update({(corpus, r["id"]): r for r in read_jsonl(path) if r["id"] in ids})
    return found


def _digest(document: Mapping[str, Any]) -> str:
    return sha256(document["text"].encode()).hexdigest()


def _passage(layer: Mapping[str, Any], document: Mapping[str, Any]) -> Passage:
    """The annotated sentences with what the layer says of them. Raises KgError for another text than was annotated."""
    if _digest(document) != layer["sha256"]:
        raise KgError(
            f"{layer['id']}: its text is not the one that was annotated",
            hint="take the corpus as CONTRIBUTING.md names it",
        )
    sentences = [(s, e) for s, e in document["sents"] if document["text"][s:e].strip()][: layer["sentences"]]
    header = {"story": layer["id"], "genre": "wire", **({"date": layer["date"]} if "date" in layer else {})}
    passage = Passage(header=header, text=document["text"][: sentences[-1][1]], sentences=sentences)
    passage.mentions = [MarkedMention(*mention) for mention in layer["mentions"]]
    passage.types, passage.values = dict(layer["types"]), dict(layer["values"])
    passage.marks = {int(sentence): mark for sentence, mark in layer["marks"].items()}
    passage.facts = [_fact(*row) for row in layer["facts"]]
    return passage


def _fact(sentence: int, subject: str, predicate: str, of: str, *flags: str) -> Fact:
    named = dict(flag.split("=", 1) for flag in flags if "=" in flag)
    plain = frozenset(flag for flag in flags if "=" not in flag)
    return Fact(
        *(subject, predicate, of, sentence, plain, named.get("by"), True, 0),
        since=named.get("from"),
        until=named.get("until"),
    )


def _markup(passage: Passage, corpus: str, identifier: str) -> Iterable[str]:
    yield f"story: {corpus}__{identifier}"
    yield from (f"{key}: {passage.header[key]}" for key in ("genre", "date") if key in passage.header)
    yield "---"
    for sentence in range(len(passage.sentences)):
        yield re.sub(r"\s", " ", sentence_markup(passage, sentence)).strip()
        if sentence in passage.marks:
            yield f"= {passage.marks[sentence]}"
        for fact in passage.facts:
            if fact.sentence == sentence:
                named = {"by": fact.by, "from": fact.since, "until": fact.until}
                flags = [*sorted(fact.flags), *(f"{name}={value}" for name, value in named.items() if value)]
                yield " ".join(["=", fact.subject, fact.predicate, fact.object, *flags])
