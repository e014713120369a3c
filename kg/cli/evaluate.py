"""`kg evaluate`: score an extraction model on annotated corpora."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.options import MisuseError, ModelOption, ThreadsOption
from kg.cli.output import note, number, plain, progress, put

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from kg.evaluate.report import Line, Measured
    from kg.types import Document

OWN = ("dev", "test", "fold")
NEWS = "news.dev"  # real news of the public training files, annotated by our guideline and kept from training


def command(
    data: Annotated[
        Path | None, typer.Option("--data", metavar="DIR", help="Folder of annotated corpora (*.dev.jsonl.gz).")
    ] = None,
    corpus: Annotated[
        list[str] | None,
        typer.Option("--corpus", metavar="NAME", help="Only this one (redocred.dev, …); may be repeated."),
    ] = None,
    own: Annotated[
        list[str] | None,
        typer.Option("--own", metavar="PART", help="Also a part of our own corpus: dev, test or fold. Needs a clone."),
    ] = None,
    resolution: Annotated[
        bool, typer.Option("--resolution", help="Score instead what is joined across articles: --own, ecbplus.dev.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON Lines, one for each line of the tables.")] = False,
    as_card: Annotated[bool, typer.Option("--markdown", help="Print the tables of the model card.")] = False,
    model: ModelOption = None,
    threads: ThreadsOption = None,
) -> None:
    """Score the extraction model on annotated corpora, end to end: facts, names, coreference, triggers, statuses, confidence, speed.

    Facts are what the graph would assert. F1 has its 95 % bootstrap interval over documents. The test part of our own corpus
    is for released models: score it once for each, and write the result into the model card.

    \b
    Examples:
      kg evaluate --data corpora
      kg evaluate --data corpora --corpus redocred.dev --json > scores.jsonl
      kg evaluate --own dev
      kg evaluate --own dev --resolution
    """
    if data is None and not own:
        raise MisuseError("nothing to evaluate on", hint="give --data DIR, or --own dev in a clone")
    from kg.catalogue.catalogue import THRESHOLD
    from kg.evaluate.card import card_tables
    from kg.evaluate.report import lines, measure, reliability
    from kg.extract import load_extractor

    named = list(_corpora(data, corpus or [], own or []))
    extractor = load_extractor(model, threads=threads)
    if resolution:
        from kg.cli.resolution import print_resolution

        across = [(name, records) for name, records in named if name.startswith(("own.", "ecbplus"))]
        if not across:
            raise MisuseError(
                "ids of no such corpus hold across articles", hint="give --own dev, or ecbplus.dev in --data"
            )
        print_resolution(across, extractor, as_json=as_json)
        return
    every: list[Measured] = []
    for name, records in named:
        with progress(f"reading {name}", len(records)) as step:
            measured = measure(name, records, extractor, THRESHOLD, document=_read, step=step)
        if as_card:
            every.append(measured)
            continue
        found = lines(measured)
        error, table = reliability(measured) if measured.confidences else (None, [])
        if as_json:
            for line in found:
                put(json.dumps({f: getattr(line, f) for f in line.__slots__}))
            if error is not None:
                put(json.dumps({"corpus": name, "table": "calibration", "error": error, "bins": table}))
            put(json.dumps({"corpus": name, "table": "speed", "words": measured.words, "seconds": measured.seconds}))
        else:
            _print(extractor.model, measured, found, error, table)
    if as_card:
        put(f"Model {extractor.model}.\n\n{card_tables(every)}")


def _read(record: Mapping[str, Any]) -> Document | None:
    """A record as `kg extract` reads it: of its fields only id, text, title and date. None where it is no article."""
    from kg.articles import clean
    from kg.articles.records import article_from_record
    from kg.errors import ArticleError

    fields = {name: record[name] for name in ("id", "text", "title", "date") if record.get(name)}
    try:
        return clean(article_from_record(fields, source=str(record["id"])))
    except ArticleError as error:
        note(f"skipped: {plain(error)}")
        return None


def _corpora(data: Path | None, chosen: list[str], own: list[str]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    from kg.train.corpora import read_jsonl
    from kg.train.news import news_records
    from kg.train.own import CORPUS, own_records

    for part in own:
        if part not in OWN:
            raise MisuseError(f"no such part of our corpus: {plain(part)}", hint=f"one of {', '.join(OWN)}")
        records = own_records(part)
        if not records:
            raise MisuseError(f"{CORPUS}: no corpus here", hint="the corpus is in the repository, not in the package")
        yield f"own.{part}", records
    if data is None:
        return
    paths = {path.name.removesuffix(".jsonl.gz"): path for path in sorted(data.glob("*.dev.jsonl.gz"))}
    if not paths:
        raise MisuseError(f"{plain(str(data))}: no *.dev.jsonl.gz", hint="give the folder of the annotated corpora")
    if unknown := [name for name in chosen if name not in (*paths, NEWS)]:
        raise MisuseError(f"no such corpus: {plain(', '.join(unknown))}", hint=f"one of {', '.join((*paths, NEWS))}")
    if (not chosen or NEWS in chosen) and (records := news_records(data, "dev")):
        yield NEWS, records
    for name, path in paths.items():
        if not chosen or name in chosen:
            yield name, list(read_jsonl(path))


def _print(
    model: str,
    measured: Measured,
    found: list[Line],
    error: float | None,
    table: list[tuple[float, int, float, float]],
) -> None:
    rate = measured.words / measured.seconds if measured.seconds else 0.0
    put(f"{measured.corpus}: {number(measured.documents, 'document')}, model {model}, {rate:,.0f} words/s")
    heading = ""
    for line in found:
        if line.table != heading:
            heading = line.table
            put(f"\n{heading:24}{'P':>7}{'R':>7}{'F1':>7}   95 % of F1     {'right':>7}{'found':>7}{'wanted':>7}")
        low, high = line.interval
        counts = "" if line.right != line.right else f"{line.right:9.0f}{line.found:7.0f}{line.wanted:7.0f}"
        parts = " " * 14 if line.precision != line.precision else f"{line.precision:7.3f}{line.recall:7.3f}"
        put(f"{line.label:24}{parts}{line.f1:7.3f}   {low:.3f}-{high:.3f}  {counts}".rstrip())
    if error is not None:
        put(f"\nexpected calibration error {error:.3f}\nconfidence   facts   mean   right")
        for edge, count, confidence, accuracy in table:
            put(f"{edge:.1f}-{edge + 0.1:.1f}    {count:7} {confidence:6.2f} {accuracy:7.2f}")
    put("")
    if not measured.documents:
        note(f"{measured.corpus}: no documents")
