"""The chat service behind the commands: settings, what is told of the work, provenance, and no network unless it is named."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from kg import vocab
from tests.extractors.standin import Reply, StandIn, entity, fact, standing_in
from tests.serving import environment

SENTENCE = "Ana Diaz leads Kestrel Lines, as everyone in the town knows."
ENTITIES = [
    entity("Person-1", "Person", (0, "Ana Diaz", "name")),
    entity("Group-1", "Group", (0, "Kestrel Lines", "name")),
]
INVENTED = fact("Person-1", "memberOf", "Group-1", "She joined in 1999.")
ANSWER = {"entities": ENTITIES, "facts": [fact("Person-1", "leads", "Group-1", SENTENCE), INVENTED]}
KEY = "sk-very-secret-1234"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with standing_in(lambda asked: Reply(ANSWER)) as server:
        yield server


def kg(*arguments: str, text: str = SENTENCE, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", *arguments],
        input=text,
        capture_output=True,
        text=True,
        env=environment(**variables),
        timeout=300,
        check=False,
    )


def test_articles_are_read_by_the_service_and_the_graph_says_so(standin: StandIn, tmp_path: Path) -> None:
    named = {
        "KG_LLM_URL": standin.url,
        "KG_LLM_MODEL": "some-model",
        "KG_LLM_KEY": KEY,
        "KG_STORE": str(tmp_path / "s"),
    }
    run = kg("ingest", "-", "--extractor", "llm", **named)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("1 article added")
    assert "llm: articles 1, questions 1" in run.stderr
    assert "kept: mentions 2, facts 1" in run.stderr
    assert "1 facts whose evidence is not in the text" in run.stderr
    assert KEY not in run.stderr + run.stdout
    quads = list(parse(kg("export", "--format", "nquads", **named).stdout.encode(), RdfFormat.N_QUADS))
    assert {q.object.value for q in quads if q.predicate == vocab.model} == {"llm/1 some-model (uncalibrated)"}
    assert [q.object.value for q in quads if q.predicate == vocab.leads]
    assert "1 unchanged" in kg("ingest", "-", "--extractor", "llm", **named).stdout
    assert len(standin.asked) == 1


def test_what_is_shown_of_it_says_that_nobody_calibrated_it(standin: StandIn) -> None:
    run = kg("extract", "-", "--show", "--extractor", "llm", KG_LLM_URL=standin.url, KG_LLM_MODEL="m")
    assert "= Ana Diaz (P1) leads Kestrel Lines (G1)  [0.70 uncalibrated, stated, current]" in run.stdout


def test_stored_articles_are_read_again_by_it(standin: StandIn, tmp_path: Path) -> None:
    store = str(tmp_path / "s")
    assert kg("ingest", "-", "--store", store).returncode == 0
    run = kg("rebuild", "--extract", "--store", store, KG_EXTRACTOR="llm", KG_LLM_URL=standin.url, KG_LLM_MODEL="m")
    assert (run.returncode, run.stdout) == (0, "rebuilt from 1 article\n"), run.stderr
    assert "uncalibrated" in kg("export", "--format", "nquads", "--store", store).stdout


def test_what_it_cannot_read_again_stays_as_it_was(standin: StandIn, tmp_path: Path) -> None:
    named = {"KG_LLM_URL": standin.url, "KG_LLM_MODEL": "m", "KG_EXTRACTOR": "llm", "KG_STORE": str(tmp_path / "s")}
    assert kg("ingest", "-", **named).returncode == 0
    before = kg("export", "--format", "nquads", **named).stdout
    standin.script = lambda asked: Reply("no")
    run = kg("rebuild", "--extract", **named)
    assert (run.returncode, run.stdout) == (1, "rebuilt from 1 article\n")
    assert "what was found before is kept" in run.stderr
    assert kg("export", "--format", "nquads", **named).stdout == before


def test_an_article_without_a_usable_answer_is_skipped_and_named(standin: StandIn) -> None:
    standin.script = lambda asked: Reply("no" if "Lund" in asked.question["sentences"][0]["text"] else ANSWER)
    lines = "\n".join(
        json.dumps({"id": i, "text": t}) for i, t in (("bad", SENTENCE.replace("Ana", "Lund")), ("good", SENTENCE))
    )
    run = kg("extract", "-", "--extractor", "llm", text=lines, KG_LLM_URL=standin.url, KG_LLM_MODEL="m")
    assert [json.loads(line)["id"] for line in run.stdout.splitlines()] == ["good"]
    assert (run.returncode, "skipped: bad: " in run.stderr) == (1, True)


UNNAMED = "error: extractor llm: KG_LLM_URL and KG_LLM_MODEL not set\nhint: "


def test_a_service_that_nobody_named_is_an_error_before_anything_is_read(tmp_path: Path) -> None:
    run = kg("ingest", "-", "--extractor", "llm", KG_STORE=str(tmp_path / "s"))
    assert (run.returncode, run.stdout) == (1, "")
    assert UNNAMED in run.stderr
    assert not (tmp_path / "s").exists()


def test_a_service_that_nobody_named_is_an_error_before_anything_is_served(tmp_path: Path) -> None:
    assert kg("init", "--store", str(tmp_path / "s")).returncode == 0
    run = kg("serve", "--port", "0", "--extractor", "llm", KG_STORE=str(tmp_path / "s"))
    assert (run.returncode, run.stdout) == (1, "")
    assert UNNAMED in run.stderr


def test_a_named_service_is_not_asked_unless_its_extractor_is(standin: StandIn) -> None:
    assert kg("extract", "-", KG_LLM_URL=standin.url, KG_LLM_MODEL="m").returncode == 0
    assert standin.asked == []
