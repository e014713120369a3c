"""Counts of a corpus and agreement of two annotations, laid out: lines and tables for a terminal, values for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from kg.evaluate.metrics import ConllScore, Score
from kg.train.agree import Agreement
from kg.train.stats import SHARED_WORDS, Shared, Stats, spread

__all__ = ["Table", "agreement_json", "agreement_report", "stats_json", "stats_report"]

Table = tuple[Sequence[str], Sequence[Sequence[object]]]  # head, rows
FLAGS = ("former", "future", "planned", "alleged", "denied", "by", "from", "until")


def stats_json(stats: Stats, shared: Sequence[Shared], news: Sequence[int]) -> dict[str, Any]:
    """The counts with what stories share, and GUM's news beside them."""
    return {**stats.as_json(), "shared_sequences": shared, "news_sentence_words": spread(news)}


def stats_report(stats: Stats, shared: Sequence[Shared], news: Sequence[int]) -> Iterator[str | Table]:
    """The counts as lines and tables; `shared` are sequences of words in two stories, `news` lengths of sentences to compare with."""
    yield (
        f"stories {stats.stories}, texts {stats.texts}, words {stats.words}, sentences {len(stats.lengths)}, "
        f"entities {stats.entities}, facts {stats.total_facts}, traps {stats.traps.total()}, "
        f"facts per 100 words {stats.facts_per_100_words}"
    )
    for title in ("parts", "fields", "genres", "regions", "event_types"):
        yield f"{title.replace('_', ' ')}: {_counts(getattr(stats, title))}"
    yield "distinct names: " + ", ".join(f"{cls} {len(names)}" for cls, names in sorted(stats.names.items()))
    yield f"distinct trigger words, inflection aside: {len(stats.triggers)}"
    kinds = ("name", "nominal", "pronoun", "trigger")
    classes = sorted({cls for cls, _ in stats.mentions})
    yield ("mentions", *kinds), [(cls, *(stats.mentions[cls, kind] for kind in kinds)) for cls in classes]
    predicates = sorted({p for p, _ in stats.facts} | set(stats.traps), key=lambda p: -stats.facts[p, ""])
    rows = [(p, stats.facts[p, ""], *(stats.facts[p, f] or "" for f in FLAGS), stats.traps[p]) for p in predicates]
    yield ("predicate", "facts", *FLAGS, "traps"), rows
    sides = {"here": spread(stats.lengths), **({"news of GUM": spread(news)} if news else {})}
    heads = ("quartile 1", "median", "quartile 3", "decile 9")
    yield ("words in a sentence", *heads), [(side, *(row.get(h, "") for h in heads)) for side, row in sides.items()]
    yield f"sequences of {SHARED_WORDS} words or more in two stories: {len(shared)}"
    for words, one, other in shared:
        yield f"  {one}, {other}: {words}"


def _counts(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counter.most_common())


def _columns(what: str) -> tuple[str, ...]:
    return what, "A", "B", "both", "F1"


def agreement_report(found: Agreement) -> Iterator[str | Table]:
    """The scores as tables, the first annotation being A."""
    yield f"texts {found.texts}"
    yield _columns("mentions"), _rows(found.mentions, total=True)
    yield _columns("events"), _rows({"triggers": found.triggers, "triggers with type": found.typed_triggers})
    identity = {
        "in a text": found.identity,
        "in a text, shared mentions": found.shared_identity,
        "in a story, shared mentions": found.story_identity,
        "events in a text": found.events,
    }
    yield ("identity", "MUC", "B³", "CEAFφ4", "CoNLL F1"), [(name, *_measures(s)) for name, s in identity.items()]
    pairs = zip(_rows(found.facts, total=True), _rows(found.facts_anywhere, total=True), strict=True)
    yield (*_columns("facts"), "F1, any sentence"), [(*row, anywhere[-1]) for row, anywhere in pairs]
    yield _columns("flags of facts that both have"), _rows(found.flags)
    yield f"all flags equal: {found.same_flags.right:.0f} of {found.same_flags.found:.0f} facts that both have"


def _rows(scores: Mapping[str, Score], *, total: bool = False) -> list[tuple[object, ...]]:
    """A row for each score, by name, and one for their sum."""
    rows = sorted(scores.items())
    if total:
        rows.append(("all", sum(scores.values(), Score())))
    return [(name, f"{s.wanted:.0f}", f"{s.found:.0f}", f"{s.right:.0f}", f"{s.f1:.3f}") for name, s in rows]


def _measures(score: ConllScore) -> tuple[str, ...]:
    return tuple(f"{f1:.3f}" for f1 in (score.muc.f1, score.b_cubed.f1, score.ceaf_e.f1, score.f1))


def agreement_json(found: Agreement) -> dict[str, Any]:
    """The scores with their totals and their F1."""
    return {f.name: _plain(getattr(found, f.name)) for f in fields(found)}


def _plain(value: Any) -> Any:
    if isinstance(value, Score):
        return {**asdict(value), "f1": round(value.f1, 4)}
    if isinstance(value, ConllScore):
        return {**{f.name: _plain(getattr(value, f.name)) for f in fields(value)}, "f1": round(value.f1, 4)}
    return {name: _plain(inner) for name, inner in sorted(value.items())} if isinstance(value, dict) else value
