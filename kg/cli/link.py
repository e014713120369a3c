"""`kg link`: what the graph's entities may be in another data set."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kg.cli.options import MisuseError, StoreOption
from kg.cli.output import note, number, progress, put, table
from kg.cli.store import reading

if TYPE_CHECKING:
    from kg.linking import Endpoint, Linked, Proposal
    from kg.workspace import Workspace


class ProfileName(StrEnum):
    """What an endpoint is asked."""

    WIKIDATA = "wikidata"
    GENERIC = "generic"


class ClassName(StrEnum):
    """What may be linked."""

    PERSON = "Person"
    GROUP = "Group"
    PLACE = "Place"
    POLITY = "Polity"


def command(
    endpoint: Annotated[
        str,
        typer.Option("--endpoint", metavar="URL", help="The SPARQL endpoint, as https://query.wikidata.org/sparql."),
    ],
    entities: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ENTITY]...", help="Only these: names, slugs or IRIs. [default: those most reported]"),
    ] = None,
    profile: Annotated[
        ProfileName | None,
        typer.Option("--profile", help="What to ask. [default: wikidata for wikidata.org, else generic]"),
    ] = None,
    classes: Annotated[
        list[ClassName] | None, typer.Option("--class", help="Only these classes; may be repeated.")
    ] = None,
    top: Annotated[int, typer.Option("--top", min=1, max=1_000_000, help="At most so many entities.")] = 500,
    language: Annotated[
        list[str] | None,
        typer.Option("--language", metavar="TAG", help="Of names there; may be repeated. [default: en]"),
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option("--contact", metavar="ADDRESS", envvar="KG_CONTACT", show_envvar=True, help="How to reach you."),
    ] = None,
    rate: Annotated[float, typer.Option("--rate", min=0.01, max=100.0, help="Requests per second, at most.")] = 1.0,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1_000_000, help="At most so many requests.")] = 100,
    retries: Annotated[
        int, typer.Option("--retries", min=0, max=20, help="How often a failed request is repeated.")
    ] = 4,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1.0, max=600.0, metavar="SECONDS", help="Of one request.")
    ] = 60.0,
    least: Annotated[float, typer.Option("--min-score", min=0.0, max=1.0, help="Propose nothing less likely.")] = 0.5,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask again what was answered before.")] = False,
    store: StoreOption = None,
) -> None:
    """Ask a SPARQL endpoint what entities are there, and propose matches for review.

    This is the only command that calls another server. Names of entities, IRIs that were found, and GeoNames ids of places
    are sent to it, nothing else; with a contact address, its operators can reach you. Answers are kept in the workspace, so
    that a second run asks only what is new, and one that ended at --limit goes on where it was. Nothing is added to the graph
    before you accept it: kg review --kind match.

    \b
    Examples:
      kg link --endpoint https://query.wikidata.org/sparql --contact desk@example.org
      kg link --endpoint http://localhost:7878/query --class Person --limit 20
      kg link "Ilse Brandt" --endpoint https://query.wikidata.org/sparql --refresh
    """
    from kg.filelock import FileLock
    from kg.linking import Endpoint, Ledger, ledger_path, propose, read_profile
    from kg.linking.asking import Asker
    from kg.linking.endpoint import checked_endpoint, user_agent
    from kg.linking.subjects import CLASSES, wanted

    at = Endpoint(
        checked_endpoint(endpoint), user_agent(contact), rate=rate, limit=limit, retries=retries, timeout_s=timeout
    )
    if contact is None and not _is_loopback(endpoint):
        note("no --contact: the operators of the endpoint cannot reach you, and some refuse those")
    for tag in language or ():
        _check_tag(tag)
    chosen = profile or (ProfileName.WIKIDATA if ".wikidata.org/" in endpoint else ProfileName.GENERIC)
    with reading(store) as workspace:
        folder = _folder(workspace)
        lock = FileLock(ledger_path(folder).with_suffix(".lock"))
        if not lock.acquire():
            raise MisuseError("another kg link runs on this workspace", hint="two would ask twice as often as they may")
        try:
            with Ledger.open(ledger_path(folder)) as ledger:
                asker = Asker(at, read_profile(chosen), ledger, refresh)
                only = [cls for cls in CLASSES if not classes or cls.value in [one.value for one in classes]]
                iris = wanted(workspace.catalogue, workspace.base, entities or (), only, top)
                with progress("looking up", len(iris)) as step:
                    done = propose(
                        workspace.catalogue, asker, iris, languages=language or (), least=least, progress=step
                    )
        finally:
            lock.release()
        _report(workspace, done, at)


def _report(workspace: Workspace, done: Linked, at: Endpoint) -> None:
    if done.proposals:
        table(
            ("entity", "may be", "called there", "match", "score", "why"),
            (
                (_label(workspace, one), one.target, _there(one), one.how, f"{one.score:.2f}", _why(one))
                for one in sorted(done.proposals, key=lambda one: -one.score)
            ),
        )
    put(
        f"{number(len(done.proposals), 'proposal')} for {number(done.looked_at, 'entity', 'entities')}, with "
        f"{number(at.requests, 'request')}" + ("; kg review --kind match decides" if done.proposals else "")
    )
    told = (
        (done.settled, "matched exactly already"),
        (done.nameless, "without a whole name to look for"),
        (done.crowded, "with a name of too many things there"),
    )
    for count, what in told:
        if count:
            note(f"{number(count, 'entity', 'entities')} {what}")
    if at.dropped:
        note(f"{number(at.dropped, 'row')} of its answers held terms that are no RDF, and were left out")
    if done.unfinished:
        note(
            f"the limit of requests is reached, {number(done.unfinished, 'entity', 'entities')} to go: run it again to go on"
        )


def _label(workspace: Workspace, one: Proposal) -> str:
    row = workspace.catalogue.entity(one.entity)
    return row.label if row is not None else one.entity


def _there(one: Proposal) -> str:
    return f"{one.label}: {one.description}" if one.description else one.label


def _why(one: Proposal) -> str:
    return ", ".join(f"{feature.name} {feature.weight:+.1f}" for feature in one.features)


def _folder(workspace: Workspace) -> Path:
    assert workspace.folder is not None, "commands refuse memory:"
    return workspace.folder


def _is_loopback(endpoint: str) -> bool:
    from urllib.parse import urlsplit

    return urlsplit(endpoint).hostname in ("localhost", "127.0.0.1", "::1")


def _check_tag(tag: str) -> None:
    """Refuse what is no language tag, which no query could hold."""
    from pyoxigraph import Literal

    if tag:
        try:
            Literal("x", language=tag)
        except ValueError as error:
            raise MisuseError(f"--language {tag}: {error}", hint="a tag of BCP 47, as en or de-CH") from error
