"""Articles by the thousand, and what they say: made from a number, so that they cost next to nothing to extract.

People share names and surnames; what resolution makes of harder names has tests of its own. A tenth of the
articles are copies that another paper prints. `GeneratedExtractor` reads them with one regular expression.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad

from kg import vocab
from kg.graph import GraphStore
from kg.types import Article, Chain, Document, EntityClass, Extraction, Mention, Modality, Phase, Relation, Span
from tests.factory import article

Person, Group, Place = EntityClass.PERSON, EntityClass.GROUP, EntityClass.PLACE

GIVEN = ("Ana", "Boris", "Carla", "Dmitri", "Elena", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Katya", "Luis", "Mara")
SYLLABLES = tuple(first + second for first in "bdfghjklmnprstvz" for second in ("a", "e", "i", "o", "u", "an", "or"))


def _words(seed: int, count: int) -> tuple[str, ...]:
    """Invented words, unlike each other but for a few that are spelt alike."""
    dice, words = random.Random(seed), []
    while len(words) < count:
        word = "".join(dice.choices(SYLLABLES, k=3)).title()
        words += [word, f"{word[:-1]}{dice.choice('aeiou')}"] if len(words) % 20 == 0 else [word]
    return tuple(dict.fromkeys(words))


SURNAMES, COMPANIES, TOWNS = _words(1, 600), _words(2, 600), _words(3, 300)
VERBS: dict[str, tuple[str, EntityClass, EntityClass, dict[str, object]]] = {
    "leads": ("leads", Person, Group, {}),
    "reportedly leads": ("leads", Person, Group, {"modality": Modality.REPORTED}),
    "allegedly leads": ("leads", Person, Group, {"modality": Modality.ALLEGED}),
    "does not lead": ("leads", Person, Group, {"supports": False}),
    "once led": ("leads", Person, Group, {"phase": Phase.FORMER}),
    "has joined": ("memberOf", Person, Group, {}),
    "is based in": ("locatedIn", Group, Place, {}),
    "is part of": ("partOf", Group, Group, {}),
    "is a child of": ("childOf", Person, Person, {}),
}
_SENTENCE = re.compile(
    rf"The paper says that (?P<left>.+?) (?P<verb>{'|'.join(sorted(VERBS, key=len, reverse=True))}) (?P<right>.+?), and"
)


@dataclass(frozen=True, slots=True)
class GeneratedExtractor:
    """Finds exactly what `generated` has written."""

    model: str = "generated-1"

    def extract(self, document: Document) -> Extraction:
        mentions: list[Mention] = []
        chains: dict[tuple[EntityClass, str], list[int]] = {}
        relations: list[Relation] = []
        for sentence in document.sentences:
            match = _SENTENCE.search(document.text, sentence.start, sentence.end)
            if match is None:
                continue
            predicate, subject, target, how = VERBS[match["verb"]]
            for name, cls in (("left", subject), ("right", target)):
                chains.setdefault((cls, match[name]), []).append(len(mentions))
                mentions.append(Mention(Span(*match.span(name)), cls))
            score = 0.3 + int(match.start() * 7919 % 70) / 100  # some are below the threshold
            ends = len(mentions) - 2, predicate, len(mentions) - 1
            relations.append(Relation(*ends, sentence, round(score, 3), **how))  # type: ignore[arg-type]
        found = tuple(Chain(tuple(indexes), cls, (name,)) for (cls, name), indexes in chains.items())
        return Extraction(document.id, self.model, tuple(mentions), found, tuple(relations))


def generated(number: int, *, revision: int = 0) -> Article:
    """The article of a number, in its first version or another."""
    copied = number % 10 == 9 and revision == 0
    dice = random.Random(f"{number - 1 if copied else number} {revision}")
    names: dict[EntityClass, list[str]] = {
        Person: [f"{dice.choice(GIVEN)} {dice.choice(SURNAMES)}" for _ in range(3)],
        Group: [dice.choice(COMPANIES) for _ in range(3)],
        Place: [dice.choice(TOWNS) for _ in range(2)],
    }
    sentences = []
    for _ in range(dice.randrange(3, 7)):
        verb = dice.choice(tuple(VERBS))
        _, subject, target, _ = VERBS[verb]
        left = dice.choice(names[subject])
        right = dice.choice([name for name in names[target] if name != left] or [f"New {left}"])
        sentences.append(
            f"The paper says that {left} {verb} {right}, and "
            f"it was told so by {dice.randrange(2, 90)} people who saw it on the quay."
        )
    day = f"20{dice.randrange(10, 30)}-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
    paper = f"Paper {(number if copied else dice.randrange(1000)) % 40}"
    return article("\n\n".join(sentences), f"{number:06}.txt", published=day, publisher=paper)


def named_by_mentions(store: GraphStore) -> set[str]:
    """The quads of a store, with entities called by the first of their mentions and statements by their terms.

    Two graphs that are equal up to the names of entities give equal sets, and unlike canonicalisation this takes no time.
    """
    first: dict[str, str] = {}
    for quad in store.quads(predicate=vocab.denotes):
        entity, mention = str(quad.object), str(quad.subject)
        first[entity] = min(mention, first.get(entity, mention))
    known = {entity: f"<entity of {mention}>" for entity, mention in first.items()}
    for predicate in (vocab.rdf_subject, vocab.rdf_predicate, vocab.rdf_object):
        for quad in store.quads(predicate=predicate):
            name = str(quad.subject)
            known[name] = f"{known.get(name, '')} {known.get(str(quad.object), str(quad.object))}"
    return {" ".join(_named(quad, known)) for quad in store.quads() if not _is_kept(quad)}


def _named(quad: Quad, known: dict[str, str]) -> Iterator[str]:
    for term in (quad.subject, quad.predicate, quad.object, quad.graph_name):
        yield known.get(str(term), str(term))


def _is_kept(quad: Quad) -> bool:
    """Whether a quad tells of people's decisions, or of the ontology."""
    graph = quad.graph_name
    return isinstance(graph, NamedNode) and graph.value.rpartition("/")[2] in ("judgements", "ontology")
