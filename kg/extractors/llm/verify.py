"""Answers about the windows of a document → an Extraction of what the document bears out; the rest is counted by its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kg import vocab
from kg.extract.dates import date_value
from kg.extract.labels import says_enough
from kg.extractors.llm.answer import Answer, SaidEntity, SaidFact, SaidMention
from kg.extractors.llm.confidence import score_of
from kg.extractors.llm.quotes import Quotes
from kg.extractors.llm.things import Things
from kg.types import (
    DateValue,
    Document,
    EntityClass,
    Extraction,
    MentionKind,
    Modality,
    Phase,
    Relation,
    Span,
)

__all__ = ["Verified"]

NEAR = 3  # sentences between the evidence and an end that it does not mention itself; as our own model has it
TOUCHED = (
    2  # sentences that a quote of evidence may touch: borders are matters of opinion, whole passages are no evidence
)


class Verified:
    """What answers say of one document, as far as its text has it. Answers come in the order of their windows."""

    def __init__(self, document: Document) -> None:
        self.dropped: Counter[str] = Counter()
        self._document = document
        self._quotes = Quotes(document.text)
        self._things = Things(document, self._quotes)
        self._relations: list[Relation] = []

    def known(self) -> list[Mapping[str, object]]:
        """The named things so far, as the next window's question tells them."""
        return self._things.known()

    def add(self, window: Sequence[int], answer: Answer, known: Sequence[Mapping[str, object]] = ()) -> None:
        """Keep what an answer about these sentences says and the text has; `known` is what its question told."""
        self.dropped += answer.dropped
        sentences = self._document.sentences
        within = Span(sentences[window[0]].start, sentences[window[-1]].end)
        told = {str(item["id"]): int(str(item["id"])[1:]) for item in known}
        here: dict[str, int] = {}
        for said in answer.entities:
            if said.id in here and self._things[here[said.id]].cls is not said.cls:
                self.dropped["entities whose id is another's"] += 1
            elif (thing := self._thing(said, told, here, within)) is None:
                self.dropped["entities that the text does not mention"] += 1
            else:
                here[said.id] = thing
        for fact in answer.facts:
            reason = self._fact(fact, {**told, **here}, within)
            if reason is not None:
                self.dropped[f"facts {reason}"] += 1

    def extraction(self, model: str) -> Extraction:
        """All that was kept."""
        mentions = self._things.mentions
        order = sorted(range(len(mentions)), key=lambda m: (mentions[m].span, m))
        at = {old: new for new, old in enumerate(order)}
        relations = (replace(r, subject=at[r.subject], object=at[r.object]) for r in self._relations)
        return Extraction(
            self._document.id,
            model,
            tuple(mentions[m] for m in order),
            self._things.chains(at),
            tuple(sorted(relations, key=lambda r: (r.sentence, r.subject, r.predicate, r.object))),
        )

    def _thing(self, said: SaidEntity, told: Mapping[str, int], here: Mapping[str, int], within: Span) -> int | None:
        """The thing that an entity of an answer is, with its mentions added; None when the text has none of them."""
        found = [(span, m.kind) for m in said.mentions if (span := self._mention(m, within)) is not None]
        if not found:
            return None
        if said.id in here:
            thing = here[said.id]
        elif said.id in told and self._things[told[said.id]].cls is said.cls:
            thing = told[said.id]
        else:
            names = [span.of(self._document.text) for span, kind in found if kind is MentionKind.NAME]
            thing = self._things.called(said.cls, names)
        reasons = [self._things.put(thing, span, kind, said.event_type) for span, kind in found]
        self.dropped += Counter(f"mentions {reason}" for reason in reasons if reason is not None)
        return thing if None in reasons else None

    def _mention(self, said: SaidMention, within: Span) -> Span | None:
        """Where a mention stands: in the sentence that is named, else at the one place of the window that has its words."""
        sentences = self._document.sentences
        if 0 <= said.sentence < len(sentences) and within.contains(sentences[said.sentence]):
            here = sentences[said.sentence]
            found = self._quotes.exact(said.quote, here) or self._quotes.near(said.quote, here)
            if len(found) == 1 or (found and said.kind is not MentionKind.PRONOUN):
                return next((span for span in found if not self._things.is_taken(span)), found[0])
        span = self._quotes.only(said.quote, within)
        if span is None:
            self.dropped["mentions whose words are not in the text, or not at one place"] += 1
        return span

    def _fact(self, said: SaidFact, ids: Mapping[str, int], within: Span) -> str | None:
        """Keep a fact; or the reason why not."""
        subject, target = ids.get(said.subject), ids.get(said.object)
        if subject is None or target is None:
            return "about something that the text does not mention"
        reason = self._unfit(said, subject, target)
        if reason is not None:
            return reason
        places = self._quotes.exact(said.evidence, within) or self._quotes.near(said.evidence, within)
        if not places:
            return "whose evidence is not in the text"
        for place in places:
            for sentence in self._sentences(place):
                ends = self._ends(subject, target, sentence)
                if ends is not None and any(place.overlaps(self._things.mentions[m].span) for m in ends):
                    self._relations.append(self._relation(said, ends, sentence, within))
                    return None
        return "whose evidence does not mention them"

    def _unfit(self, said: SaidFact, subject: int, target: int) -> str | None:
        """Why the ontology has no place for a fact; None when it has."""
        if subject == target:
            return "of a thing with itself"
        s, o = self._things[subject], self._things[target]
        same = (s.cls, o.cls) == (said.subject_class, said.object_class)
        if not same or not vocab.fits(s.cls, said.predicate, o.cls):
            return "outside the predicate's domain or range"
        nameless = [thing for thing in (subject, target) if not self._things.names(thing)]
        if any(not says_enough(said.predicate, self._things[thing].cls) for thing in nameless):
            return "about somebody or something without a name"
        if o.cls is EntityClass.DATE and self._things.value(target) is None:
            return "whose date cannot be told"
        return None

    def _sentences(self, place: Span) -> list[Span]:
        """The sentences that a quoted passage touches, that first which has most of it; none when they are too many."""
        first, last = (self._things.sentence_at(offset) for offset in (place.start, place.end - 1))
        if last - first >= TOUCHED:
            return []
        touched = self._document.sentences[first : last + 1]
        return sorted(touched, key=lambda s: max(s.start, place.start) - min(s.end, place.end))

    def _ends(self, subject: int, target: int, sentence: Span) -> tuple[int, int] | None:
        """The mentions of two things that a sentence relates: at least one is in it, the other at most NEAR sentences before."""
        s, o = (self._things.first_in(thing, sentence) for thing in (subject, target))
        if s is None and o is None:
            return None
        first = self._things.sentence_at(sentence.start)
        before = Span(self._document.sentences[max(first - NEAR, 0)].start, sentence.end)
        s = self._things.last_in(subject, before) if s is None else s
        o = self._things.last_in(target, before) if o is None else o
        return None if s is None or o is None else (s, o)

    def _relation(self, said: SaidFact, ends: tuple[int, int], sentence: Span, within: Span) -> Relation:
        modality = said.modality
        if said.phase is Phase.FUTURE and modality.commits:
            modality = Modality.PLANNED  # what is to come is not asserted
        speaker = self._words(said.said_by, sentence, within)
        if said.said_by is not None and speaker is None:
            self.dropped["speakers whom the text does not name"] += 1
        since, until = (self._date(quote, sentence, within) for quote in (said.since, said.until))
        return Relation(
            subject=ends[0],
            predicate=said.predicate,
            object=ends[1],
            sentence=sentence,
            score=score_of(said.confidence),
            supports=not said.denied,
            modality=modality,
            phase=said.phase,
            attributed_to=speaker.of(self._document.text) if speaker else None,
            valid_from=since.start if since else None,
            valid_to=(until.end or until.start) if until else None,
        )

    def _words(self, quote: str | None, sentence: Span, within: Span) -> Span | None:
        """Where words stand that go with a fact: in its sentence, else at the one place of the window that has them."""
        if quote is None:
            return None
        here = self._quotes.exact(quote, sentence) or self._quotes.near(quote, sentence)
        return here[0] if here else self._quotes.only(quote, within)

    def _date(self, quote: str | None, sentence: Span, within: Span) -> DateValue | None:
        span = self._words(quote, sentence, within)
        value = date_value(span.of(self._document.text), self._document.published) if span else None
        if quote is not None and value is None:
            self.dropped["dates of validity that the text does not have or that cannot be told"] += 1
        return value
