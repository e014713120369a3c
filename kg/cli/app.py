"""The group of commands: loads them one at a time, and turns what they raise into messages and exit statuses."""

from __future__ import annotations

import logging
import os
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any, NoReturn

import typer
from typer.core import TyperGroup

from kg import __version__
from kg.cli.output import clean, note

__all__ = ["COMMANDS", "SECTIONS", "main"]

SECTIONS: dict[str, tuple[str, ...]] = {
    "Begin": ("demo", "init", "ingest"),
    "Ask": ("search", "show", "path", "leaders", "history", "diff", "changes", "run", "query", "stats", "serve"),
    "Correct": ("review", "merge", "split", "accept", "reject", "label", "undo", "judgements", "explain", "link"),
    "Take out": ("export", "extract"),
    "Look after": ("delete", "resolve", "rebuild", "check", "backup", "restore", "key", "train", "evaluate", "corpus"),
}
COMMANDS: tuple[str, ...] = tuple(name for names in SECTIONS.values() for name in names)

log = logging.getLogger(__name__)

_SENTENCE = 200  # characters: the first sentence of a help text is shown whole
BROKEN_PIPE = 141  # as a shell reports a tool that SIGPIPE ended
INTERRUPTED = 130
DISK_HINT = "check the disk, and the permissions of what the message names"


class LazyGroup(TyperGroup):
    """A group whose commands are the modules `kg.cli.NAME`, imported when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        """The commands' names, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"kg.cli.{cmd_name}")
        if hasattr(module, "group"):  # a command with commands of its own
            return typer.main.get_command(module.group)
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        settings = {"help_option_names": ["-h", "--help"], **getattr(module, "context_settings", {})}
        single.command(cmd_name, context_settings=settings)(module.command)
        return typer.main.get_command(single)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command that the arguments name; a misspelt one fails with the nearest names."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], COMMANDS)
            ctx.fail(f"no such command: {args[0]}" + (f"; did you mean {' or '.join(near)}?" if near else ""))
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands under the headings of SECTIONS."""
        for title, names in SECTIONS.items():
            commands = ((name, self.get_command(ctx, name)) for name in names)
            with formatter.section(title):
                formatter.write_dl([(name, command.get_short_help_str(limit=_SENTENCE)) for name, command in commands])

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an interrupt ends it with status 130 and without a traceback."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            note("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            raise typer.Exit(BROKEN_PIPE) from None


def _version(show: bool) -> None:
    if show:
        print(f"newsgraph {__version__}")
        raise typer.Exit


app = typer.Typer(
    cls=LazyGroup,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def kg(
    version: bool = typer.Option(False, "--version", is_eager=True, callback=_version, help="Print the version."),
) -> None:
    """News articles in, a knowledge graph with evidence out.

    Every edge of the graph carries its article, its sentence and how sure we are.
    "kg demo" shows it on the articles that come with the package; "kg COMMAND --help" explains one command.
    """


def _complain(message: str, hint: str | None) -> None:
    """Write `error:` and `hint:` lines to stderr."""
    note(f"error: {clean(message)}")
    if hint:
        note(f"hint: {clean(hint)}")


def _of_system(error: OSError) -> str:
    """What the system refused, and with which file."""
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename is not None else reason


def _of_encoding(error: UnicodeEncodeError) -> tuple[str, str]:
    """What is no text, or cannot be written where it is to go; and what to do."""
    bad = error.object[error.start : error.end]
    if any("\ud800" <= char <= "\udfff" for char in bad):
        return f"{error.object!r} holds bytes that are not UTF-8", "check the encoding of the terminal or the script"
    return f"{bad!r} cannot be written in {error.encoding}", "set PYTHONIOENCODING=utf-8"


def _leave(status: int) -> NoReturn:
    """Exit with a status, silently when nobody reads stdout any more."""
    try:
        sys.stdout.flush()
        unwritten = status == BROKEN_PIPE
    except BrokenPipeError:
        status, unwritten = status or BROKEN_PIPE, True
    except OSError as error:
        _complain(_of_system(error), DISK_HINT)
        status, unwritten = status or 1, True
    if unwritten:  # the interpreter flushes again at exit, and would complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run `kg` with these arguments (those of the process when None); always raises SystemExit."""
    from kg.cli.options import MisuseError
    from kg.errors import KgError

    try:
        if arguments is None:
            arguments = sys.argv[1:]
            if "serve" in arguments:
                from kg.allocator import begin_anew

                begin_anew()
        status = app(arguments or ["--help"], prog_name="kg", standalone_mode=False)
    except KgError as error:
        misused = isinstance(error, MisuseError)
        _complain(str(error), error.hint or (f"see kg {arguments[0]} --help" if misused and arguments else None))
        status = 2 if misused else 1
    except OSError as error:
        log.debug("the command failed", exc_info=True)
        _complain(_of_system(error), DISK_HINT)
        status = 1
    except UnicodeEncodeError as error:
        log.debug("the command failed", exc_info=True)
        _complain(*_of_encoding(error))
        status = 1
    except Exception as error:
        # usage errors come from typer's click, which some versions vendor and others import: known by shape
        if not hasattr(error, "format_message"):
            raise
        context = getattr(error, "ctx", None)
        hint = f"see {context.command_path} --help" if context is not None else None
        _complain(error.format_message(), hint)
        status = int(getattr(error, "exit_code", 2))
    _leave(status if isinstance(status, int) else 0)
