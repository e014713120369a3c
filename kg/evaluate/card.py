"""Measured scores as the Markdown tables of the model card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kg.evaluate.report import Line, Measured, lines, reliability

__all__ = ["card_tables"]

_FACTS = ("ALL", "leads", "locatedIn", "involves", "involvesPerson", "occurredAt", "occurredOn", "memberOf", "foundedBy",
          "partOf", "within", "childOf", "spouseOf", "citizenOf")  # fmt: skip
_NAMES = ("ALL", "Person", "Group", "Place", "Polity", "Event")
_TABLES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("facts, strict", "Facts, strict", _FACTS),
    ("facts, same sentence", "Facts, strict; those whose ends share no sentence optional", _FACTS),
    ("facts, lenient", "Facts, lenient", _FACTS),
    ("names, strict", "Names, strict span and class", _NAMES),
    ("names, lenient", "Names, overlapping span and equal class", _NAMES),
    ("coreference", "Coreference with predicted mentions, all kinds", ("CoNLL", "MUC", "B3", "CEAFe")),
    ("triggers", "Event triggers, words", ("token",)),
    ("statuses", "Statuses of facts found where the annotation has them",
     ("denied", "alleged", "planned", "former", "attributed")),
)  # fmt: skip


def card_tables(measured: Sequence[Measured]) -> str:
    """Every table that any of the corpora fills: one row per label, one column per corpus; a cell is F1 (P / R) [95 % interval]."""
    found = {(line.table, line.label, line.corpus): line for of in measured for line in lines(of)}
    parts = []
    for table, title, labels in _TABLES:
        corpora = [of.corpus for of in measured if table in of.tables]
        rows = [
            [label, *(_cell(found.get((table, label, corpus))) for corpus in corpora)]
            for label in labels
            if any(_counts(found.get((table, label, corpus))) for corpus in corpora)
        ]
        if rows:
            parts.append(f"**{title}**\n\n{_grid(['', *corpora], rows)}")
    kinds = [of for of in measured if "mentions by kind" in of.tables]
    for of in kinds:
        own = [line for line in lines(of) if line.table == "mentions by kind" and _counts(line)]
        parts.append(f"**Mentions of {of.corpus} by kind**\n\n{_grid(['', 'F1'], [[x.label, _cell(x)] for x in own])}")
    judged = [of for of in measured if of.confidences]
    if judged:
        rows = [[of.corpus, f"{reliability(of)[0]:.3f}", str(len(of.confidences))] for of in judged]
        parts.append(f"**Expected calibration error**\n\n{_grid(['', 'error', 'facts'], rows)}")
    for of in judged:
        bins = [[f"{e:.1f}-{e + 0.1:.1f}", str(n), f"{c:.2f}", f"{r:.2f}"] for e, n, c, r in reliability(of)[1]]
        parts.append(f"**Reliability on {of.corpus}**\n\n{_grid(['confidence', 'facts', 'mean', 'share right'], bins)}")
    speed = [
        [of.corpus, str(of.documents), f"{of.words:,}", f"{of.words / of.seconds:,.0f}" if of.seconds else "-"]
        for of in measured
    ]
    parts.append(f"**Speed**\n\n{_grid(['', 'documents', 'words', 'words/s'], speed)}")
    return "\n\n".join(parts) + "\n"


def _counts(line: Line | None) -> bool:
    return line is not None and (line.wanted != 0 or line.found != 0)


def _cell(line: Line | None) -> str:
    if line is None or not _counts(line):
        return "-"
    low, high = line.interval
    parts = "" if line.precision != line.precision else f" ({line.precision:.2f} / {line.recall:.2f})"
    return f"{line.f1:.2f}{parts} [{low:.2f}, {high:.2f}]"


def _grid(head: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    cells = list(head)
    lines_of = [f"| {' | '.join(row)} |" for row in (cells, ["---"] * len(cells), *rows)]
    return "\n".join(lines_of)
