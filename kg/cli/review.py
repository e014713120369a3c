"""`kg review`: decide what the model is unsure of, one key each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.deciding import AuthorOption, Desk, author_of, plain_of
from kg.cli.keys import keys
from kg.cli.options import StoreOption
from kg.cli.output import number, plain, put, wrapped
from kg.cli.store import reading
from kg.vocab import in_words

if TYPE_CHECKING:
    from kg.decisions import JudgementView, Question

MATCH_KEYS = {"e": "exactMatch", "c": "closeMatch"}
CLAIM_KEYS = {"y": "accept", "n": "reject"}
PAIR_KEYS = {"y": "same", "n": "different"}
WHICH = {
    "claim": "y right  n wrong",
    "pair": "y one  n two",
    "match": "y as proposed  e the same  c much the same  n another",
    "contradiction": "1 take the first back  2 take the second back",
}
TOLD = {
    "accept": "accepted",
    "reject": "rejected",
    "same": "one",
    "different": "two",
    "match": "matched",
    "mismatch": "another",
}
ALWAYS = "s skip  u undo the last  q quit"


class Kind(StrEnum):
    """What a question is about."""

    CLAIM = "claim"
    PAIR = "pair"
    CONTRADICTION = "contradiction"
    MATCH = "match"


def command(
    within: Annotated[
        float, typer.Option("--within", min=0.0, max=1.0, help="How near to the threshold a claim's confidence is.")
    ] = 0.2,
    kinds: Annotated[
        list[Kind] | None, typer.Option("--kind", help="Only questions of this kind; may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=10000, help="At most so many questions.")] = 100,
    author: AuthorOption = None,
    store: StoreOption = None,
) -> None:
    """Decide what the model is unsure of, one key for each.

    First come decisions that contradict each other, then acronyms that may stand for several things, then things that may
    be one, the likest first, with what speaks for and against it, then what things may be in other data sets (kg link), then claims whose
    confidence is near the threshold: those on which a fact hangs before those that others support. Each answer counts at
    once. Keys may come from a pipe.

    \b
    Examples:
      kg review
      kg review --within 0.1 --limit 20 --author desk
      printf yns | kg review
    """
    from kg.decisions import ALL_KINDS, review

    who, desk = author_of(author), Desk(store)
    with reading(store) as workspace:
        waiting = tuple(
            review(
                workspace.catalogue,
                workspace.base,
                workspace.folder,
                within=within,
                limit=limit,
                kinds=[kind.value for kind in kinds] if kinds else ALL_KINDS,
            )
        )
    if not waiting:
        put("nothing waits for a decision")
        return
    session = _Session(desk, who, waiting)
    try:
        session.run()
    finally:
        put(session.summary())


@dataclass(slots=True)
class _Session:
    """A walk over the questions; `made` are the questions answered and the decisions that their answers became.

    `known` needs no further question whether it is something else: it was found to be one of the things it may be.
    """

    desk: Desk
    author: str
    waiting: tuple[Question, ...]
    at: int = 0
    made: list[tuple[int, int]] = field(default_factory=list)
    known: set[tuple[str, str | None]] = field(default_factory=set)

    def run(self) -> None:
        """Ask until all is answered or the keys end."""
        self._ask()
        for key in keys():
            if key in ("q", "Q"):
                return
            self._answer(key.lower())
            if self.at >= len(self.waiting):
                return

    def summary(self) -> str:
        """What was done, and what is left."""
        left = len(self.waiting) - self.at
        return f"\n{number(len(self.made), 'decision')} made, {left:,} of {number(len(self.waiting), 'question')} left"

    def _answer(self, key: str) -> None:
        """Do what a key says, and ask the next question; any other key asks again."""
        question = self.waiting[self.at]
        if key == "u":
            self._undo()
        elif key == "s":
            self._next("skipped")
        elif question.kind == "claim" and key in CLAIM_KEYS:
            self._judge(CLAIM_KEYS[key], question)
        elif question.kind == "pair" and key in PAIR_KEYS:
            self._judge(PAIR_KEYS[key], question)
        elif question.kind == "match" and key in ("y", "n", *MATCH_KEYS):
            self._judge("mismatch" if key == "n" else "match", question, how=MATCH_KEYS.get(key, question.predicate))
        elif question.kind == "contradiction" and key in ("1", "2"):
            self._settle(question, int(key))
        else:
            put(f"  {WHICH[question.kind]}  {ALWAYS}")

    def _judge(self, kind: str, question: Question, how: str | None = None) -> None:
        """Make a decision about what was asked, and ask the next question."""
        from kg.decisions import Decision
        from kg.errors import ResolutionError, UnknownEntity

        decision = Decision(
            kind, self.author, question.entity, question.other, claim=question.claim, target=question.target,
            how=how if kind == "match" else None,
        )  # fmt: skip
        try:
            outcome = self.desk.decide(decision)
        except (UnknownEntity, ResolutionError) as error:  # its article went, or was read anew, meanwhile
            self._next(str(error))
            return
        self.made.append((self.at, int(outcome["judgements"][0]["id"])))
        if kind == "same" or (kind == "match" and how == "exactMatch"):
            self.known.add(_about(question))
        self._next(f"{TOLD[kind]}{_facts(outcome)}")

    def _settle(self, question: Question, which: int) -> None:
        from kg.errors import ResolutionError, UnknownEntity

        chosen = question.judgement if which == 1 else question.against
        if chosen is None:
            put("  there is only one decision here: 1 takes it back")
            return
        try:
            outcome = self.desk.take_back(chosen.id, self.author)
        except (UnknownEntity, ResolutionError) as error:  # somebody was quicker
            self._next(str(error))
            return
        self._next(f"judgement {chosen.id} taken back{_facts(outcome)}")

    def _undo(self) -> None:
        """Take the last answer back and ask that question again."""
        if not self.made:
            put("  nothing to undo yet")
            return
        from kg.errors import ResolutionError

        self.at, judgement = self.made.pop()
        self.known.discard(_about(self.waiting[self.at]))
        try:
            self.desk.take_back(judgement, self.author)
        except ResolutionError as error:  # somebody was quicker
            put(f"  {plain(error)}")
        else:
            put(f"  judgement {judgement} taken back")
        self._ask()

    def _next(self, told: str) -> None:
        put(f"  {plain(told)}")
        self.at += 1
        while self.at < len(self.waiting) and _about(self.waiting[self.at]) in self.known:
            self.at += 1
        if self.at < len(self.waiting):
            self._ask()

    def _ask(self) -> None:
        question = self.waiting[self.at]
        put(f"\n{self.at + 1} of {len(self.waiting)}")
        if question.kind == "claim":
            _print_claim(question)
        elif question.kind == "pair":
            _print_pair(question)
        elif question.kind == "match":
            _print_match(question)
        else:
            _print_contradiction(question.judgement, question.against)
        put(f"  [{WHICH[question.kind]}  {ALWAYS}]")


def _print_claim(question: Question) -> None:
    denied = "" if question.supports else "NOT: "
    put(
        wrapped(
            f"{denied}{question.subject} — {in_words(question.predicate or '')} — {question.object}",
            indent="  ",
            then="    ",
        )
    )
    told = f"{question.modality} by {question.attributed_to}" if question.attributed_to else question.modality
    _print_sentence(question, f" ({told}, {question.confidence:.2f})")


def _print_pair(question: Question) -> None:
    from kg.cli.outcome import short

    put(
        wrapped(
            f"is {question.subject} here {question.object}?  ({short(question.other or '')})", indent="  ", then="    "
        )
    )
    if question.sentence:
        _print_sentence(question)
    if question.score is not None:
        why = ", ".join(f"{feature.name} {feature.weight:+.1f}" for feature in question.features)
        put(wrapped(f"alike {question.score:.2f}: {why}", indent="      ", then="        "))


def _print_match(question: Question) -> None:
    from kg.cli.outcome import short

    how = "the same as" if question.predicate == "exactMatch" else "much the same as"
    put(
        wrapped(
            f"is {question.subject} ({short(question.entity or '')}) {how} {question.object}?", indent="  ", then="    "
        )
    )
    if question.description:
        put(wrapped(question.description, indent="    "))
    put(f"    {plain(question.target)}")
    why = ", ".join(f"{feature.name} {feature.weight:+.1f}" for feature in question.features)
    put(wrapped(f"alike {question.score:.2f}: {why}", indent="      ", then="        "))


def _about(question: Question) -> tuple[str, str | None]:
    """What needs no second question of the kind once it is answered: what an acronym, or a thing elsewhere, stands for."""
    return question.kind, question.entity


def _print_sentence(question: Question, note: str = "") -> None:
    put(wrapped(f"“{_marked(question)}”", indent="    ", then="     "))
    source = ", ".join(part for part in (question.title or question.article, question.published) if part)
    put(wrapped(f"{source}{note}", indent="      ", then="        "))


def _marked(question: Question) -> str:
    """The sentence with its two ends in brackets."""
    text = question.sentence or ""
    for start, end in sorted((at for at in (question.subject_at, question.object_at) if at), reverse=True):
        if 0 <= start < end <= len(text):
            text = f"{text[:start]}[{text[start:end]}]{text[end:]}"
    return text


def _print_contradiction(judgement: JudgementView | None, against: JudgementView | None) -> None:
    from kg.cli.outcome import contradiction_of, said

    if judgement is not None:
        put(wrapped(f"1: {contradiction_of(plain_of(judgement))}", then="     "))
    if against is not None:
        put(wrapped(f"2: judgement {said(plain_of(against))}", then="     "))


def _facts(outcome: Mapping[str, Any]) -> str:
    """How many facts an answer brought and took."""
    gained, lost = len(outcome["effect"]["gained"]), len(outcome["effect"]["lost"])
    parts = [f"{number(n, 'fact')} {what}" for n, what in ((gained, "gained"), (lost, "lost")) if n]
    return f": {', '.join(parts)}" if parts else ""
