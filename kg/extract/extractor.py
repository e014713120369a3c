"""Document → Extraction: windows, model, mentions, chains, relations, and how the text commits itself to each, in that order."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from kg.extract.coref import DETERMINERS, HONORIFICS, bare_nominal, chains_of, country_of, name_key
from kg.extract.dates import date_value, dates_in
from kg.extract.decode import best_tags, sigmoid, softmax, spans_of, words_of
from kg.extract.events import event_types_of
from kg.extract.labels import CLASSES, COREFERENCE, EVENT_TYPES, FITS, KINDS, NOMINAL_CLASSES, PAIR_OUTPUTS, PREDICATES, PRONOUNS, STATUSES, distance_bucket
from kg.extract.model import SHIPPED, Model, Outputs
from kg.extract.patterns import pattern_facts
from kg.extract.qualify import attribution, cues_for
from kg.extract.tokens import Pieces
from kg.extract.windows import Window, windows
from kg.types import Chain, Document, EntityClass, Extraction, Mention, MentionKind, Modality, Phase, Relation, Span

__all__ = ["ModelExtractor", "load_extractor"]

NEAR = 3  # sentences between the two ends of a fact; as in training
KEEP = 0.2  # claims below are noise; between this and the graph's threshold they are kept, not asserted
_TRIGGER = 0.4  # conflict verbs score .44 to .49 where 0.5 is even (feasibility study)
_STATUS = 0.5
_PATTERN = 0.8  # confidence of a fact that a title or apposition states
_ANTECEDENTS = 40  # mentions looked back at, as in training
_COREF = PAIR_OUTPUTS.index(COREFERENCE)
_STATUS_AT = {name: PAIR_OUTPUTS.index(name) for name in STATUSES}


@dataclass(slots=True)
class _Found:
    """What the windows have given so far: mentions with their pieces, and pair logits."""

    mentions: list[Mention] = field(default_factory=list)
    pieces: list[tuple[int, int]] = field(default_factory=list)
    logits: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)


class ModelExtractor:
    """The shipped extractor. Equal documents give equal extractions: every window is run alone."""

    def __init__(self, model: Model, *, keep: float = KEEP, calibrated: bool = True) -> None:
        self._model = model
        self._keep = keep
        calibration: Mapping[str, Sequence[float]] = model.manifest.get("calibration", {}) if calibrated else {}
        self._calibration = {p: (float(a), float(b), float(c)) for p, (a, b, c) in calibration.items()}

    @property
    def model(self) -> str:
        """Name and version of the model."""
        return self._model.name

    def extract(self, document: Document) -> Extraction:
        """What the document says. Raises nothing for any text."""
        pieces = self._model.tokenizer.pieces(document.text)
        found = _Found()
        for window in windows(pieces, document.sentences):
            outputs = self._model.encode(pieces, window)
            fresh_from = len(found.mentions)
            self._mentions(document, pieces, window, outputs, found)
            self._pairs(document, window, outputs, found, fresh_from)
        mentions = _agree_on_classes(document.text, found.mentions)
        values = {
            i: value
            for i, m in enumerate(mentions)
            if m.cls is EntityClass.DATE and (value := date_value(m.span.of(document.text), document.published))
        }
        same = {pair: float(sigmoid(logits[_COREF])) for pair, logits in found.logits.items() if pair[0] > pair[1] or _later(mentions, *pair)}
        chains = chains_of(document.text, mentions, same, values)
        relations = self._relations(document, mentions, chains, found.logits)
        return Extraction(document.id, self.model, tuple(mentions), chains, tuple(relations))

    # ---------------------------------------------------------------- mentions
    def _mentions(self, document: Document, pieces: Pieces, window: Window, outputs: Outputs, found: _Found) -> None:
        """Add the mentions that begin in the window's fresh part."""
        shift = window.fresh - window.start
        first = pieces.first[window.fresh : window.end].copy()
        if not len(first):
            return
        first[0] = True
        edges = words_of(first)
        words = edges[:-1] + shift
        starts, ends = pieces.starts[words + window.start], pieces.ends[edges[1:] + window.fresh - 1]
        sentence_starts = {s.start for s in document.sentences}
        breaks = np.array([int(s) in sentence_starts for s in starts])
        new: list[tuple[Span, EntityClass, MentionKind, float, str | None, tuple[int, int]]] = []
        taken: set[Span] = set()
        for logits, classes, kind in (
            (outputs.names, CLASSES, MentionKind.NAME),
            (outputs.nominals, NOMINAL_CLASSES, MentionKind.NOMINAL),
        ):
            p = softmax(logits[words])
            for a, b, c in spans_of(best_tags(np.log(p + 1e-9), breaks)):
                span = _trim(document.text, int(starts[a]), int(ends[b - 1]))
                if span is None or span in taken or not _says_something(span.of(document.text), kind):
                    continue
                taken.add(span)
                score = float(p[a:b, 1 + 2 * c : 3 + 2 * c].sum(axis=1).mean())
                where = (int(edges[a]) + window.fresh, int(edges[b]) + window.fresh)
                new.append((span, classes[c], kind, score, None, where))
        ranges = _overlooked_dates(document.text, [], pieces, window)
        new = [n for n in new if n[1] is not EntityClass.DATE or not any(r[0].contains(n[0]) and r[0] != n[0] for r in ranges)]
        names = [n[0] for n in new if n[2] is MentionKind.NAME]
        triggers, types = sigmoid(outputs.triggers[words]), softmax(outputs.types[words])
        for k in range(len(words)):
            span = Span(int(starts[k]), int(ends[k]))
            where = (int(edges[k]) + window.fresh, int(edges[k + 1]) + window.fresh)
            word = span.of(document.text)
            event = self._event_type(word, float(triggers[k]), types[k])
            if event and not any(name.overlaps(span) for name in names):
                new.append((span, EntityClass.EVENT, MentionKind.TRIGGER, float(triggers[k]), event, where))
            elif word.lower() in PRONOUNS and word != "US" and span not in taken:
                new.append((span, PRONOUNS[word.lower()], MentionKind.PRONOUN, 1.0, None, where))
        new += [r for r in ranges if not any(r[0].overlaps(name) for name in names)]
        for span, cls, kind, score, event_type, where in sorted(new, key=lambda n: (n[0].start, -n[0].end, n[2])):
            if cls is EntityClass.EVENT and kind is MentionKind.NAME:
                event_type = next((t for w in span.of(document.text).split()[::-1] for t in event_types_of(w)), "other")
            found.mentions.append(Mention(span, cls, kind, round(score, 3), event_type))
            found.pieces.append(where)

    @staticmethod
    def _event_type(word: str, score: float, types: np.ndarray) -> str | None:
        """The type of the event that a word tells of, or None: the lexicon limits the types, the model chooses among them."""
        if score < _TRIGGER:
            return None
        allowed = event_types_of(word)
        if allowed:
            return max(allowed, key=lambda t: (types[EVENT_TYPES.index(t)], -allowed.index(t)))
        best = int(types.argmax())
        sure = score >= 0.6 and types[best] >= 0.5 and EVENT_TYPES[best] != "other"
        return EVENT_TYPES[best] if sure else None

    # ---------------------------------------------------------------- pairs
    def _pairs(self, document: Document, window: Window, outputs: Outputs, found: _Found, fresh_from: int) -> None:
        """Score the pairs whose later mention is fresh in this window."""
        inside = [i for i in range(len(found.mentions)) if found.pieces[i][0] >= window.start] if fresh_from else list(range(len(found.mentions)))
        if not inside or fresh_from == len(found.mentions):
            return
        local = {i: k for k, i in enumerate(inside)}
        sentence = {i: _sentence_index(document, found.mentions[i].span) for i in inside}
        pairs: list[tuple[int, int]] = []
        for position, j in enumerate(inside):
            if j < fresh_from:
                continue
            for i in inside[:position]:
                back = position - local[i]
                near = abs(sentence[i] - sentence[j]) <= NEAR
                a, b = found.mentions[i], found.mentions[j]
                if (near and _fits(a.cls, b.cls)):
                    pairs.append((i, j))
                if (near and _fits(b.cls, a.cls)) or (back <= _ANTECEDENTS and _may_corefer(a, b)):
                    pairs.append((j, i))
        if not pairs:
            return
        spans = np.zeros((len(inside), outputs.states.shape[0]), dtype=np.float32)
        for i, k in local.items():
            a, b = (piece - window.start + 1 for piece in found.pieces[i])
            spans[k, a:b] = 1 / (b - a)
        kinds = np.array([CLASSES.index(found.mentions[i].cls) * len(KINDS) + KINDS.index(found.mentions[i].kind) for i in inside], dtype=np.int64)
        gaps = np.array([distance_bucket(found.pieces[j][0] - found.pieces[i][0]) for i, j in pairs], dtype=np.int64)
        ends = np.array([(local[i], local[j]) for i, j in pairs], dtype=np.int64)
        logits = self._model.pairs(outputs, spans, kinds, ends[:, 0], ends[:, 1], gaps)
        found.logits.update(zip(pairs, logits, strict=True))

    # ---------------------------------------------------------------- relations
    def _relations(
        self, document: Document, mentions: Sequence[Mention], chains: Sequence[Chain], logits: Mapping[tuple[int, int], np.ndarray]
    ) -> list[Relation]:
        chain_of = {m: c for c, chain in enumerate(chains) for m in chain.mentions}
        sentences = [_sentence_index(document, m.span) for m in mentions]
        by_sentence: dict[int, list[int]] = defaultdict(list)
        for i, s in enumerate(sentences):
            by_sentence[s].append(i)
        groups: dict[tuple[int, str, int], list[tuple[float, int, int]]] = defaultdict(list)
        for (i, j), row in logits.items():
            s, o = chain_of.get(i), chain_of.get(j)
            if s is None or o is None or s == o or abs(sentences[i] - sentences[j]) > NEAR:
                continue
            for p, name in enumerate(PREDICATES):
                subjects, objects = FITS[name]
                if chains[s].cls in subjects and chains[o].cls in objects and _worth(name, chains[s], chains[o]):
                    groups[s, name, o].append((float(row[p]), i, j))
        stated, former = self._patterns(document.text, mentions, chain_of, groups)
        found = []
        for key, scored in groups.items():
            found += self._evidence(document, mentions, by_sentence, sentences, chains[key[2]], key, scored, logits, stated, former)
        return _consistent(found, chain_of)

    def _evidence(
        self,
        document: Document,
        mentions: Sequence[Mention],
        by_sentence: Mapping[int, Sequence[int]],
        sentences: Sequence[int],
        obj: Chain,
        key: tuple[int, str, int],
        scored: Sequence[tuple[float, int, int]],
        logits: Mapping[tuple[int, int], np.ndarray],
        stated: Mapping[tuple[int, str, int], tuple[int, int]],
        former: Collection[tuple[int, str, int]],
    ) -> list[Relation]:
        """The relations of one fact: the sentence that tells it best, and every other that tells it well enough by itself.

        The mention pairs of one sentence are pooled as in training (logsumexp); sentences are not, or a hundred weak hints in a long
        text would make a fact.
        """
        name = key[1]
        told: dict[tuple[int, bool], list[tuple[float, int, int]]] = defaultdict(list)
        for entry in scored:
            at, across = max(sentences[entry[1]], sentences[entry[2]]), sentences[entry[1]] != sentences[entry[2]]
            told[at, across].append(entry)
        options = []
        for (at, across), entries in told.items():
            score = self._probability(name, float(np.logaddexp.reduce([x for x, _, _ in entries])), across)
            best = max(entries, key=lambda e: (e[0], -e[1], -e[2]))
            if stated.get(key) in [e[1:] for e in entries]:
                score, best = max(score, _PATTERN), (best[0], *stated[key])
            options.append((score, not across, -at, best))
        options.sort(reverse=True)
        if not options or options[0][0] < self._keep:
            return []
        chosen = {-options[0][2]: options[0]}
        for option in options[1:]:
            if option[0] >= 0.5 and option[1]:  # another sentence only if it tells the fact within itself
                chosen.setdefault(-option[2], option)
        found = []
        for score, _, _, best in chosen.values():
            relation = self._relation(document, mentions, by_sentence, sentences, name, best, score, logits, key in former)
            found.append(relation)
            if name == "occurredOn" and obj.value is not None and obj.value.end is not None:
                found.append(replace(relation, predicate="endDate"))
        return found

    def _patterns(
        self, text: str, mentions: Sequence[Mention], chain_of: Mapping[int, int], groups: dict[tuple[int, str, int], list[tuple[float, int, int]]]
    ) -> tuple[dict[tuple[int, str, int], tuple[int, int]], set[tuple[int, str, int]]]:
        stated: dict[tuple[int, str, int], tuple[int, int]] = {}
        former = set()
        order = sorted(range(len(mentions)), key=lambda i: mentions[i].span)
        for i, name, j, past in pattern_facts(text, mentions, order):
            key = (chain_of[i], name, chain_of[j])
            if key[0] != key[2]:
                stated.setdefault(key, (i, j))
                if not any(e[1:] == (i, j) for e in groups[key]):
                    groups[key].append((0.0, i, j))
                if past:
                    former.add(key)
        return stated, former

    def _probability(self, predicate: str, logit: float, across: bool) -> float:
        """Calibrated confidence of a raw logit (Platt 1999), per predicate; facts told across sentences have an offset of their own."""
        a, b, c = self._calibration.get(predicate, (1.0, 0.0, 0.0))
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, a * logit + b + c * across))))

    def _relation(
        self,
        document: Document,
        mentions: Sequence[Mention],
        by_sentence: Mapping[int, Sequence[int]],
        sentences: Sequence[int],
        name: str,
        entry: tuple[float, int, int],
        score: float,
        logits: Mapping[tuple[int, int], np.ndarray],
        past: bool,
    ) -> Relation:
        _, i, j = entry
        at = max(sentences[i], sentences[j])
        sentence = document.sentences[at]
        a, b = mentions[i].span, mentions[j].span
        cues = set(cues_for(document.text, sentence, a, b))
        row = logits.get((i, j))
        believed = {s: float(sigmoid(row[k])) for s, k in _STATUS_AT.items()} if row is not None else dict.fromkeys(_STATUS_AT, 0.0)
        # a cue alone is weak ("denied" may bear on another clause): the model must not be sure of the contrary, nor need it
        statuses = {s for s in STATUSES if believed[s] >= _STATUS or (s in cues and believed[s] >= 0.08)}
        speaker = attribution(document.text, sentence, (a, b), mentions, by_sentence[at])
        modality = Modality.STATED
        if "alleged" in statuses:
            modality = Modality.ALLEGED
        elif "planned" in statuses:
            modality = Modality.PLANNED
        elif speaker is not None:
            modality = Modality.REPORTED
        phase = Phase.FORMER if past or "former" in statuses else Phase.FUTURE if "future" in statuses or modality is Modality.PLANNED else Phase.CURRENT
        if phase is Phase.FUTURE and modality in (Modality.STATED, Modality.REPORTED):
            modality = Modality.PLANNED
        return Relation(
            subject=i,
            predicate="startDate" if name == "occurredOn" else name,
            object=j,
            sentence=sentence,
            score=round(score, 3),
            supports="denied" not in statuses,
            modality=modality,
            phase=phase,
            attributed_to=mentions[speaker].span.of(document.text) if speaker is not None else None,
        )


def load_extractor(folder: Path | None = None, *, threads: int | None = None) -> ModelExtractor:
    """The extractor of a model folder; the shipped one when none is given. Raises ModelError."""
    return ModelExtractor(Model(folder or SHIPPED, threads=threads))


def _trim(text: str, start: int, end: int) -> Span | None:
    """A span without outer spaces, punctuation and possessive endings; None if nothing is left."""
    surface = text[start:end]
    if "\n" in surface:
        end = start + surface.index("\n")
        surface = text[start:end]
    end -= len(surface) - len(re.sub(r"(?:['’]s|['’]|[\s,;:\"”“)\](\[-])+$", "", surface))
    while start < end and text[start] in " ,;:.\"“”([)]-'’":
        start += 1
    if end <= start or not any(c.isalnum() for c in text[start:end]):
        return None
    if text[start:end].count("(") < text[start:end].count(")"):
        end = start + text[start:end].rindex(")")
    return Span(start, end) if end > start else None


def _says_something(surface: str, kind: MentionKind) -> bool:
    """Whether a span is more than a pronoun, a determiner or a bare title."""
    if kind is MentionKind.NAME:
        return bool(name_key(surface)) and surface.strip(".").lower() not in HONORIFICS
    bare = bare_nominal(surface).lower()
    return bare not in PRONOUNS and bare not in DETERMINERS and len(bare) > 2


def _overlooked_dates(
    text: str, names: Sequence[Span], pieces: Pieces, window: Window
) -> list[tuple[Span, EntityClass, MentionKind, float, str | None, tuple[int, int]]]:
    """Full dates that the rules read and the model did not mark."""
    low, high = int(pieces.starts[window.fresh]), int(pieces.ends[window.end - 1])
    found = []
    for a, b in dates_in(text[low:high]):
        span = Span(low + a, low + b)
        if span not in names:
            hit = np.flatnonzero((pieces.starts[window.fresh : window.end] < span.end) & (pieces.ends[window.fresh : window.end] > span.start))
            if len(hit):
                where = (int(hit[0]) + window.fresh, int(hit[-1]) + 1 + window.fresh)
                found.append((span, EntityClass.DATE, MentionKind.NAME, 0.9, None, where))
    return found


def _agree_on_classes(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """One class for all uses of one name: the one that the model gave the most weight; a country's name is a polity."""
    weights: dict[str, dict[EntityClass, float]] = defaultdict(lambda: defaultdict(float))
    for m in mentions:
        if m.kind is MentionKind.NAME and m.cls is not EntityClass.DATE:
            weights[m.span.of(text)][m.cls] += m.score
    found = []
    for m in mentions:
        cls = m.cls
        if m.kind is MentionKind.NAME and cls is not EntityClass.DATE:
            surface = m.span.of(text)
            options = weights[surface]
            cls = max(options, key=lambda c: (options[c], c))
            if cls in (EntityClass.PLACE, EntityClass.GROUP) and country_of(surface):
                cls = EntityClass.POLITY
        found.append(Mention(m.span, cls, m.kind, m.score, m.event_type if cls is EntityClass.EVENT else None))
    return found


def _sentence_index(document: Document, span: Span) -> int:
    low, high = 0, len(document.sentences) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if document.sentences[middle].start <= span.start:
            low = middle
        else:
            high = middle - 1
    return low


def _fits(a: EntityClass, b: EntityClass) -> bool:
    return any(a in subjects and b in objects for subjects, objects in FITS.values())


def _may_corefer(a: Mention, b: Mention) -> bool:
    if EntityClass.DATE in (a.cls, b.cls):
        return False
    loose = EntityClass.POLITY in (a.cls, b.cls) and {a.cls, b.cls} & {EntityClass.GROUP, EntityClass.PLACE}
    return a.cls is b.cls or bool(loose)


def _later(mentions: Sequence[Mention], i: int, j: int) -> bool:
    return mentions[i].span > mentions[j].span


def _worth(predicate: str, subject: Chain, obj: Chain) -> bool:
    """Whether a fact about these two can stand alone: a nameless person or place says nothing outside its article."""
    for chain in (subject, obj):
        if not chain.named and chain.cls in (EntityClass.PERSON, EntityClass.PLACE, EntityClass.POLITY):
            return False
    if predicate == "occurredOn":
        return obj.value is not None
    return not (predicate in ("partOf", "foundedBy", "memberOf") and not (subject.named and obj.named))


_ONE_WAY = frozenset({"childOf", "within", "partOf", "spouseOf"})


def _consistent(relations: Sequence[Relation], chain_of: Mapping[int, int]) -> list[Relation]:
    """Without the weaker of two facts that cannot both hold: A within B and B within A; spouses are told once."""
    strength: dict[tuple[int, str, int], float] = defaultdict(float)
    for r in relations:
        key = (chain_of[r.subject], r.predicate, chain_of[r.object])
        strength[key] = max(strength[key], r.score)

    def loses(r: Relation) -> bool:
        s, o = chain_of[r.subject], chain_of[r.object]
        other = strength.get((o, r.predicate, s), 0.0)
        return r.predicate in _ONE_WAY and (other, -o) > (strength[s, r.predicate, o], -s)

    kept = [r for r in relations if not loses(r)]
    return sorted(kept, key=lambda r: (r.sentence, mentions_key(r)))


def mentions_key(relation: Relation) -> tuple[int, str, int]:
    """Order of the relations of one sentence."""
    return relation.subject, relation.predicate, relation.object

