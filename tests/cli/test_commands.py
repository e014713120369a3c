"""What each command does to a workspace, and prints of it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse

from kg.graph.export import FORMATS
from tests.api.conftest import URL_ID
from tests.cli.conftest import Kg
from tests.factory import World

LEADERS = "SELECT ?leader ?group { ?p kg:leads ?g ; rdfs:label ?leader . ?g rdfs:label ?group } ORDER BY ?leader ?group"
STORY = World.sentences[0] + "\n\n" + World.sentences[8]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of articles of all kinds, one of them bad."""
    articles = tmp_path / "articles"
    (articles / "deep").mkdir(parents=True)
    (articles / "one.txt").write_text(STORY)
    (articles / "deep" / "two.html").write_text(
        f"<html><body><article><p>{World.sentences[1]}</p></article></body></html>"
    )
    records = [{"id": f"line-{n}", "date": f"2031-0{n}-01", "text": World.sentences[n]} for n in (2, 3)]
    (articles / "more.jsonl").write_text("\n".join(map(json.dumps, records)))
    (articles / "bad.txt").write_bytes(b"\x00\x01\x02")
    return articles


def test_ingest_makes_a_workspace_goes_on_after_a_bad_article_and_changes_nothing_the_second_time(
    kg: Kg, folder: Path, tmp_path: Path
) -> None:
    first = kg("ingest", str(folder), cwd=tmp_path)
    assert first.returncode == 1
    assert first.stdout == "4 articles added, 0 replaced, 0 unchanged, 1 skipped, in kg-store\n"
    assert "bad.txt: binary" in first.stderr
    assert "hint: only plain text, HTML, JSON and JSON Lines can be read" in first.stderr
    (folder / "bad.txt").unlink()
    (folder / "one.txt").write_text(STORY + "\n\nAnd nothing else was said about it in the town.")
    second = kg("ingest", str(folder), cwd=tmp_path)
    assert second.returncode == 0
    assert second.stdout == "0 articles added, 1 replaced, 3 unchanged, 0 skipped, in kg-store\n"


def test_what_many_bad_inputs_need_is_said_once(kg: Kg, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text('{"id": "a"}\n{"id": "b"}\n{"text": 1}\n')
    run = kg("ingest", "bad.jsonl", cwd=tmp_path)
    assert [line.partition(":")[0] for line in run.stderr.splitlines()] == [
        "skipped",
        "skipped",
        "hint",
        "skipped",
        "hint",
    ]


def test_files_of_other_endings_in_a_folder_are_counted(kg: Kg, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("a.pdf", "b.PDF", "notes"):
        (folder / name).write_text("x")
    (folder / "one.txt").write_text(STORY)
    run = kg("ingest", str(folder), cwd=tmp_path)
    assert run.returncode == 0
    assert "passed over, for their endings: 3 files (.pdf 2, no ending 1)" in run.stderr


def test_ids_that_come_twice_with_different_texts_are_told(kg: Kg, tmp_path: Path) -> None:
    texts = [("a", STORY), ("a", STORY + "\n\nIt was closed again."), ("b", STORY), ("b", STORY), ("c", STORY)]
    lines = [json.dumps({"id": name, "text": text}) for name, text in texts]
    (tmp_path / "two.jsonl").write_text("\n".join(lines))
    run = kg("ingest", "two.jsonl", cwd=tmp_path)
    assert "1 id came with different texts, and the last stays: a (2 times)" in run.stderr


def test_ingest_reads_stdin(kg: Kg, tmp_path: Path) -> None:
    assert "1 article added" in kg("ingest", "-", input=STORY, store=tmp_path / "new").stdout


def test_no_workspace_comes_of_a_slip(kg: Kg, tmp_path: Path) -> None:
    store = tmp_path / "typo"
    (tmp_path / "empty.txt").touch()
    run = kg("ingest", str(tmp_path / "empty.txt"), store=store)
    assert (run.returncode, store.exists()) == (1, False)
    assert run.stdout.endswith("1 skipped, no workspace was made\n")
    assert "empty.txt: empty" in run.stderr
    run = kg("ingest", str(tmp_path / "empty.txt"), "--extractor", "typo", store=store)
    assert (run.returncode, store.exists()) == (1, False)
    run = kg("serve", store=store)
    assert (run.returncode, store.exists()) == (1, False)
    assert "there is no workspace" in run.stderr
    assert "kg ingest FILES --store" in run.stderr


def test_a_base_for_a_workspace_that_has_one_is_said_not_to_count(kg: Kg, copy: Path) -> None:
    run = kg("ingest", "-", "--base", "https://other.example/", store=copy, input="Ana Diaz leads the Front.\n" * 3)
    assert "https://other.example/ is for a new workspace" in run.stderr


def test_init_fixes_the_base(kg: Kg, tmp_path: Path) -> None:
    store = tmp_path / "new"
    assert kg("init", "--base", "https://graph.example.org/", store=store).returncode == 0
    kg("ingest", "-", input=STORY, store=store)
    assert "https://graph.example.org/person/ana-diaz-" in kg("export", store=store).stdout
    again = kg("init", store=store)
    assert (again.returncode, "already" in again.stderr) == (1, True)


def test_query_prints_a_table_and_every_format(kg: Kg, world: Path) -> None:
    table = kg("query", LEADERS, store=world)
    assert table.returncode == 0
    assert table.stdout.splitlines()[0].split() == ["leader", "group"]
    rows = list(csv.DictReader(io.StringIO(kg("query", LEADERS, "--format", "csv", store=world).stdout)))
    assert {"leader": "Ana Diaz", "group": "Harbour Pilots' Association"} in rows
    document = json.loads(kg("query", LEADERS, "--format", "json", store=world).stdout)
    assert len(document["results"]["bindings"]) == len(rows)
    assert kg("query", LEADERS, "--format", "tsv", store=world).stdout.startswith("?leader\t?group")
    assert kg("query", LEADERS, "--format", "xml", store=world).stdout.startswith("<?xml")


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("table", RdfFormat.TURTLE),
        ("turtle", RdfFormat.TURTLE),
        ("ntriples", RdfFormat.N_TRIPLES),
        ("jsonld", RdfFormat.JSON_LD),
        ("xml", RdfFormat.RDF_XML),
    ],
)
def test_query_prints_triples(kg: Kg, world: Path, name: str, form: RdfFormat) -> None:
    run = kg("query", "CONSTRUCT WHERE { ?p kg:leads ?g }", "--format", name, store=world)
    assert len(list(parse(run.stdout.encode(), form))) > 2


def test_query_reads_a_file_and_stdin_and_says_yes_or_no(kg: Kg, world: Path, tmp_path: Path) -> None:
    file = tmp_path / "question.rq"
    file.write_text("ASK { ?p kg:leads ?g }")
    assert kg("query", "--file", str(file), store=world).stdout == "yes\n"
    assert kg("query", input="ASK { ?p kg:leads kg:nobody }", store=world).stdout == "no\n"
    assert kg("query", "-", input=file.read_text(), store=world).stdout == "yes\n"


def test_run_lists_and_answers_with_entities_by_name(kg: Kg, world: Path) -> None:
    listed = kg("run", store=world).stdout.splitlines()
    assert [line for line in listed if line.startswith("leaders-of-group: ")]
    assert not [line for line in listed if "--limit" in line], "what each takes is for --describe"
    assert "  --limit" in kg("run", "--tag", "checking", "--describe", store=world).stdout
    checking = kg("run", "--tag", "checking", store=world).stdout
    assert "single-source-statements: " in checking
    assert "leaders-of-group: " not in checking
    refused = kg("run", "--tag", "dragons", store=world)
    assert (refused.returncode, "one of checking, companies" in refused.stderr) == (2, True)
    told = kg("run", "links-between", "--describe", store=world).stdout
    assert "--first (entity, required): one of them" in told
    assert "as in: kg run links-between --first " in told
    spellings = (
        ("--group", "Harbour Pilots' Association"),
        ("--group=Harbour Pilots' Association",),
        ("group=Harbour Pilots' Association",),
    )
    answers = {kg("run", "leaders-of-group", *words, "--format", "csv", store=world).stdout for words in spellings}
    assert len(answers) == 1
    assert "Ana Diaz" in answers.pop()


def test_search_finds_names_and_sentences(kg: Kg, world: Path) -> None:
    run = kg("search", "kestrel", store=world)
    assert "group/kestrel-lines-" in run.stdout
    assert "where it has its ships" in run.stdout
    assert kg("search", "zebra", store=world).returncode == 1


def test_show_prints_relations_with_sentences_and_denials(kg: Kg, world: Path) -> None:
    text = kg("show", "Harbour Pilots' Association", store=world).stdout
    assert text.startswith("Harbour Pilots' Association  (Group)\n  also: HPA\n")
    assert "Boris Lund — leads — Harbour Pilots' Association  [2 sources in 2 articles, disputed by 1 article]" in text
    assert "“Boris Lund does not lead the HPA, it was said at the quay.”" in text
    assert "DISPUTES IT" in text
    assert (
        "Boris Lund — leads — Kestrel Lines  [not asserted, future, 1 source]"
        in kg("show", "boris lund", store=world).stdout
    )


def test_show_takes_what_search_prints_and_writes_rdf(kg: Kg, world: Path) -> None:
    where = kg("search", "Ana Diaz", store=world).stdout.splitlines()[2].split()[0]
    triples = parse(kg("show", where, "--format", "turtle", store=world).stdout.encode(), RdfFormat.TURTLE)
    assert any(triple.subject.value.endswith(where) for triple in triples)


def test_an_ambiguous_name_lists_its_candidates(kg: Kg, world: Path) -> None:
    run = kg("show", "Harbour", store=world)
    assert run.returncode == 1
    slugs = [line.split()[0] for line in run.stderr.splitlines() if line.startswith("  ")]
    assert len(slugs) >= 2
    assert all(kg("show", slug, store=world).returncode == 0 for slug in slugs)


def test_stats_counts(kg: Kg, world: Path) -> None:
    counts = json.loads(kg("stats", "--json", store=world).stdout)
    assert counts["articles"] == 4
    assert str(counts["statements"]) in kg("stats", store=world).stdout


@pytest.mark.parametrize("name", FORMATS)
def test_exports_can_be_read_again_and_do_not_change(kg: Kg, world: Path, tmp_path: Path, name: str) -> None:
    run = kg("export", "--format", name, store=world)
    assert len(list(parse(run.stdout.encode(), FORMATS[name]))) > 100
    kg("export", "--format", name, "--output", str(tmp_path / "file"), store=world)
    assert (tmp_path / "file").read_text("utf-8") == run.stdout


def test_an_export_may_be_of_one_entity_and_without_provenance(kg: Kg, world: Path) -> None:
    run = kg("export", "--entity", "Ana Diaz", "--no-provenance", "--format", "ntriples", store=world)
    assert "ontology#leads" in run.stdout
    assert "ontology#supports" not in run.stdout


def test_delete_removes_articles_and_names_those_that_do_not_exist(kg: Kg, copy: Path) -> None:
    run = kg("delete", URL_ID, "nothing", store=copy)
    assert (run.returncode, run.stdout) == (1, "1 article deleted\n")
    assert "nothing" in run.stderr
    assert json.loads(kg("stats", "--json", store=copy).stdout)["articles"] == 3


def test_rebuild_and_resolve_leave_the_graph_as_it_is(kg: Kg, copy: Path) -> None:
    before = kg("export", "--format", "nquads", store=copy).stdout
    assert "resolved" in kg("resolve", store=copy).stdout
    assert kg("rebuild", store=copy).stdout == "rebuilt from 4 articles\n"
    assert kg("rebuild", "--extract", store=copy).returncode == 0
    assert kg("export", "--format", "nquads", store=copy).stdout == before


def test_check_accepts_a_sound_graph_and_names_what_is_wrong(kg: Kg, copy: Path) -> None:
    assert kg("check", store=copy).returncode == 0
    from kg.workspace import Workspace

    with Workspace.open(copy) as workspace:
        workspace.store.update(
            "PREFIX kg: <https://w3id.org/newsgraph/ontology#> INSERT { ?p kg:leads ?x } WHERE { ?p a kg:Person . ?x a kg:Event }"
        )
    shutil.rmtree(copy / "snapshots")  # of a graph that nobody tampered with
    run = kg("check", store=copy)
    assert run.returncode == 1
    assert "violation" in run.stdout


def test_keys_are_made_listed_and_revoked(kg: Kg, copy: Path) -> None:
    made = kg("key", "create", "newsroom", "--scope", "read", "--expires", "90d", store=copy)
    assert made.stdout.startswith("kg_")
    listed = kg("key", "list", store=copy).stdout
    assert "newsroom" in listed
    assert made.stdout.strip() not in listed
    assert kg("key", "revoke", "newsroom", store=copy).stdout == "revoked newsroom\n"
    assert "newsroom" not in kg("key", "list", store=copy).stdout


def test_the_demo_reads_its_articles_names_the_next_commands_and_changes_nothing_the_second_time(
    kg: Kg, tmp_path: Path, world: Path
) -> None:
    run = kg("demo", cwd=tmp_path, store=world)
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("8 articles tell of ")
    assert "kg serve --store kg-demo" in run.stdout
    assert kg("demo", cwd=tmp_path).stdout == run.stdout
    assert json.loads(kg("stats", "--json", store=world).stdout)["articles"] == 4, "KG_STORE is not the demo's"
