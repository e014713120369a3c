"""`kg corpus`: check, read, count, compare and convert annotated stories."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from kg.cli.options import MisuseError
from kg.cli.output import number, plain, put
from kg.errors import KgError

Paths = Annotated[
    list[Path],
    typer.Argument(metavar="PATH...", help="Story files, or folders of them.", exists=True, show_default=False),
]
File = Annotated[Path, typer.Argument(metavar="FILE", help="A story file.", exists=True, dir_okay=False)]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

group = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""Check, read, count, compare and convert annotated stories.

    The corpus that trains the model lies in kg/train/corpus of a clone; its GUIDELINE.md describes the format.

    \b
    Examples:
      kg corpus lint kg/train/corpus
      kg corpus show kg/train/corpus/001-sahel-convoy-ambush.txt
      kg corpus stats kg/train/corpus
    """,
)


def _stories(paths: list[Path]) -> list[Any]:
    """The stories of files and folders, without those that cannot be read as such."""
    from kg.train.markup import read_story, story_paths

    files = [file for path in paths for file in story_paths(path)]
    if not files:
        raise MisuseError(f"no story files (*.txt) in {', '.join(map(str, paths))}")
    return [read_story(file) for file in files]


@group.command()
def lint(
    paths: Paths,
    doubts: Annotated[
        bool, typer.Option("--doubts", help="Print what is worth a look instead: likely mentions that are unmarked.")
    ] = False,
) -> None:
    """Print what is wrong with stories.

    FILE:LINE: WHAT for each problem, then the counts; exit status 1 if there is a problem.

    \b
    Example:
      kg corpus lint kg/train/corpus
    """
    from kg.train.lint import lint
    from kg.train.lint_story import doubts as doubts_of
    from kg.train.markup import story_paths

    if doubts:
        for story in _stories(paths):
            for found in doubts_of(story):
                put(plain(f"{story.path}:{found.line}: {found.what}"))
        return
    lines = list(lint(file for path in paths for file in story_paths(path)))
    for line in lines:
        put(plain(line))
    if len(lines) > 1:
        raise typer.Exit(1)


@group.command()
def jsonl(
    paths: Paths,
    part: Annotated[
        str | None, typer.Option("--part", metavar="NAME", help="Only stories of train, fold, dev or test.")
    ] = None,
    gold: Annotated[
        bool,
        typer.Option("--gold", help="Only what predictions are held against: no denied, alleged or planned facts."),
    ] = False,
) -> None:
    """Print one JSON record for each text.

    In the form of the public corpora that kg train reads. Ids of entities hold for a whole story.

    \b
    Example:
      kg corpus jsonl kg/train/corpus --part dev > newsgraph.dev.jsonl
    """
    import json

    from kg.train.convert import asserted, records
    from kg.train.lint import problems_of
    from kg.train.own import PARTS, part_of

    if part is not None and part not in PARTS:
        raise MisuseError(f"no such part: {part}", hint=f"one of {', '.join(PARTS)}")
    for story in _stories(paths):
        if problems := problems_of(story):
            raise KgError(f"{story.path}:{problems[0].line}: {problems[0].what}", hint="kg corpus lint shows all")
        here = part_of(story)
        if part in (None, here):
            for record in records(story):
                kept = asserted(record) if gold else record
                put(json.dumps({**kept, "part": here}, ensure_ascii=False))


Data = Annotated[
    Path,
    typer.Option("--data", metavar="DIR", help="Folder of the public corpora.", exists=True, file_okay=False),
]


@group.command()
def unfold(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the files.", show_default=False)], data: Data
) -> None:
    """Write our annotation of public news as story files.

    The repository has it apart from the texts, which are not ours to give away (kg/train/corpus/news). To correct it, unfold it,
    edit the files and fold them in again.

    \b
    Example:
      kg corpus unfold --data corpora /tmp/news
    """
    from kg.train.news import unfold

    out.mkdir(parents=True, exist_ok=True)
    count = 0
    for name, markup in unfold(data):
        (out / name).write_text(markup, encoding="utf-8")
        count += 1
    put(f"wrote {number(count, 'text')} to {plain(str(out))}")


@group.command()
def fold(paths: Paths, data: Data) -> None:
    """Take corrected files of kg corpus unfold back into the repository.

    Only what the annotation adds is kept. A file whose text is not the corpus's is refused, and then nothing is changed.

    \b
    Example:
      kg corpus fold --data corpora /tmp/news
    """
    from kg.train.news import keep

    put(f"kept the annotation of {number(keep(data, _stories(paths)), 'text')}")


@group.command("plain")
def bare(file: File) -> None:
    """Print a story without its annotation.

    Without its brief as well: what a second annotator begins with.

    \b
    Example:
      kg corpus plain stories/011-botou-road.txt > second/011-botou-road.txt
    """
    from kg.train.markup import read_story
    from kg.train.write import plain_story

    put(plain_story(read_story(file)).rstrip("\n"))


@group.command()
def show(
    name: Annotated[str, typer.Argument(metavar="FILE[#N]", help="A story file; with #N only its text N.")],
) -> None:
    """Print a story to proof-read it.

    Mentions with their ids, below each sentence its facts (=), traps (!) and what is wrong (?), at last who is who.

    \b
    Examples:
      kg corpus show kg/train/corpus/001-sahel-convoy-ambush.txt
      kg corpus show stories/011-botou-road.txt#3 | less
    """
    from kg.cli.colours import print_lines
    from kg.cli.output import table
    from kg.train.lint import problems_of
    from kg.train.markup import read_story
    from kg.train.render import entity_rows, story_lines, text_lines

    file, _, number = name.partition("#")
    if not Path(file).is_file():
        raise MisuseError(f"no such file: {file}")
    story = read_story(Path(file))
    texts = [passage for passage in story.texts if number in ("", str(passage.number))]
    if not texts:
        raise MisuseError(f"{file} has no text {number}", hint=f"it has 1 to {len(story.texts)}")
    problems = problems_of(story)
    if not number:
        print_lines(story_lines(story))
    for passage in texts:
        put()
        print_lines(text_lines(story, passage, problems))
    if not number:
        put()
        table(("id", "class", "called", "texts"), entity_rows(story))


@group.command()
def stats(
    paths: Paths,
    data: Annotated[
        Path | None,
        typer.Option("--data", metavar="DIR", help="Folder of the public corpora: compare sentences with GUM's news."),
    ] = None,
    json_: Json = False,
) -> None:
    """Print counts, and words that stories share.

    Size, variety of names and language, facts and traps; sequences of eight words which are in two stories.

    \b
    Example:
      kg corpus stats kg/train/corpus/stories --data corpora
    """
    from kg.train.report import stats_json, stats_report
    from kg.train.stats import news_lengths, shared_sequences, stats_of

    stories = _stories(paths)
    news = news_lengths(data) if data is not None else []
    counted = stats_of(stories), shared_sequences(stories), news
    _print_report(stats_report(*counted), stats_json(*counted) if json_ else None)


@group.command()
def agree(
    first: Annotated[Path, typer.Argument(metavar="A", help="A story file, or a folder of them.", exists=True)],
    second: Annotated[Path, typer.Argument(metavar="B", help="The same texts, annotated again.", exists=True)],
    json_: Json = False,
) -> None:
    """Compare two annotations of the same texts.

    F1 of mentions, triggers, identity (MUC, B³, CEAFφ4), facts and their flags. Of two folders, files of the same name are compared.

    \b
    Example:
      kg corpus agree kg/train/corpus/stories second
    """
    from kg.train.agree import agreement
    from kg.train.markup import read_story
    from kg.train.report import agreement_json, agreement_report

    if first.is_dir() != second.is_dir():
        raise MisuseError("compare two files or two folders")
    files = [(first, second)]
    if first.is_dir():
        files = [(path, second / path.name) for path in sorted(first.glob("*.txt")) if (second / path.name).exists()]
    if not files:
        raise MisuseError(f"no file name is in both {first} and {second}")
    found = agreement((read_story(a), read_story(b)) for a, b in files)
    _print_report(agreement_report(found), agreement_json(found) if json_ else None)


def _print_report(report: Iterable[Any], values: dict[str, Any] | None) -> None:
    """Print the lines and tables of a report, or its values as JSON."""
    import json

    from kg.cli.output import table, wrapped

    if values is not None:
        put(json.dumps(values, ensure_ascii=False, indent=1))
        return
    after_table = False
    for part in report:
        is_table = not isinstance(part, str)
        if is_table or after_table:
            put()
        if is_table:
            table(*part)
        else:
            put(plain(part) if part.startswith(" ") else wrapped(part, then="  "))
        after_table = is_table
