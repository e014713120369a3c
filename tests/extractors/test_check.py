"""What an extractor of others may not give: each wrong answer is found and said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kg.extractors.check import faults
from kg.types import EntityClass, Extraction, Mention, Span
from tests.factory import World, chain, document, extraction, mention, relation

TEXT = "Ana Diaz leads Kestrel Lines."
SOURCE = document(TEXT)
PERSON, GROUP = (
    mention("Ana Diaz", EntityClass.PERSON, within=TEXT),
    mention("Kestrel Lines", EntityClass.GROUP, within=TEXT),
)
CHAINS = [(chain(EntityClass.PERSON, "Ana Diaz"), [PERSON]), (chain(EntityClass.GROUP, "Kestrel Lines"), [GROUP])]
SENTENCE = Span(0, len(TEXT))
GOOD = extraction(SOURCE, CHAINS, [relation(0, "leads", 1, sentence=SENTENCE)])


def changed(**what: object) -> Extraction:
    return replace(GOOD, relations=(replace(GOOD.relations[0], **what),))  # type: ignore[arg-type]


def test_a_true_answer_has_no_faults() -> None:
    assert list(faults(SOURCE, GOOD)) == []
    article = World.article("w", range(len(World.sentences)))
    source = document(article.content)
    assert list(faults(source, World.extractor().extract(source))) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        pytest.param("nothing", "str is no Extraction", id="another type"),
        pytest.param(
            replace(GOOD, mentions=(Mention(Span(0, 999), EntityClass.PERSON), GROUP)), "after the text", id="span"
        ),
        pytest.param(replace(GOOD, mentions=(replace(PERSON, cls="Person"), GROUP)), "no EntityClass", id="class"),
        pytest.param(replace(GOOD, mentions=(replace(PERSON, score=float("nan")), GROUP)), "not in [0, 1]", id="nan"),
        pytest.param(replace(GOOD, chains=(GOOD.chains[0], GOOD.chains[0])), "in chains 0 and 1", id="two chains"),
        pytest.param(replace(GOOD, chains=(GOOD.chains[0],)), "is in no chain", id="no chain"),
        pytest.param(replace(GOOD, chains=(replace(GOOD.chains[0], names=()), GOOD.chains[1])), "no name", id="name"),
        pytest.param(
            replace(GOOD, chains=(replace(GOOD.chains[0], mentions=(7,)), GOOD.chains[1])), "(7,)", id="no mention"
        ),
        pytest.param(
            replace(GOOD, chains=(replace(GOOD.chains[0], event_type="party"), GOOD.chains[1])), "'party'", id="type"
        ),
        pytest.param(changed(predicate="loves"), "'loves' is no predicate", id="predicate"),
        pytest.param(changed(predicate="foundedBy"), "domain or range", id="domain"),
        pytest.param(changed(sentence=Span(8, 15)), "holds neither", id="evidence"),
        pytest.param(changed(sentence=Span(0, 999)), "after the text", id="evidence outside"),
        pytest.param(changed(score=1.5), "1.5", id="score"),
        pytest.param(changed(modality="maybe"), "no Modality", id="modality"),
        pytest.param(changed(subject=5), "in no chain", id="end"),
    ],
)
def test_each_fault_is_said(wrong: object, said: str) -> None:
    assert said in "; ".join(faults(SOURCE, wrong))
