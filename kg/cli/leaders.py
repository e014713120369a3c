"""`kg leaders`: who leads or led a group, and on which grounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kg.cli.deciding import JsonOption, json_of
from kg.cli.options import MisuseError, StoreOption
from kg.cli.output import note, number, plain, put, table, wrapped
from kg.cli.store import reading, selecting

if TYPE_CHECKING:
    from kg.lookup import Disagreement, Relation, Standing

LEADERS = 2000  # of one group: more than any has


def command(
    group: Annotated[
        str, typer.Argument(metavar="GROUP", help="A name, a slug such as dockers-union-1f2e3d4c, or an IRI.")
    ],
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="DATE", help="Only who led it then: 2019, 2019-06 or 2019-06-30.")
    ] = None,
    as_json: JsonOption = False,
    store: StoreOption = None,
) -> None:
    """Say who leads or led a group, when, and who disagrees.

    With --as-of, who led it on a day. The basis of each answer is "stated" where an article gives dates that hold the day,
    else "article": the day lies between two articles that call the person its leader, or after the last of them. An open
    end lasts until an article calls it over, or until another leader is stated or reported.

    Two leaders at one time are both shown, and named as a disagreement, unless one article names both as its leaders.

    \b
    Examples:
      kg leaders "Dockers' Union"
      kg leaders "Dockers' Union" --as-of 2019-06-30
    """
    from kg.errors import ParameterError
    from kg.lookup import disagreements, find_entity, leaders_on, relations_of
    from kg.query.parameters import Parameter, ParameterType

    day = None
    if as_of is not None:
        try:
            parsed = Parameter("as-of", ParameterType.DATE, "").parse(as_of)
        except ParameterError as error:
            raise MisuseError(f"--as-of: {error}", hint=error.hint) from error
        day = parsed.value
    with reading(store) as workspace:
        iri = find_entity(workspace.catalogue, workspace.base, group)
        every = relations_of(selecting(workspace), iri, predicate="leads", limit=LEADERS)
    relations = [relation for relation in every if relation.object == iri and relation.asserted]
    contested = disagreements(relations)
    if day is None:
        if as_json:
            put(json_of({"leaders": [_plain(one) for one in relations], "disagreements": list(map(_pair, contested))}))
            return
        _print_all(relations)
    else:
        found = leaders_on(relations, day)
        there = {one.relation.statement for one in found}
        contested = tuple(one for one in contested if {one.one.statement, one.two.statement} <= there)
        if as_json:
            leaders = [{**_plain(one.relation), "basis": one.basis, "grounds": one.words} for one in found]
            put(json_of({"as_of": day, "leaders": leaders, "disagreements": list(map(_pair, contested))}))
            return
        _print_on(found)
    for one in contested:
        put(wrapped(_said(one), then="  "))


def _print_all(relations: list[Relation]) -> None:
    """All that ever led it, in the order of what is known of their times."""
    if not relations:
        note("no article states or reports a leader")
        return
    ordered = sorted(relations, key=lambda r: (r.valid_from or r.first_current or r.valid_to or "~", r.subject_label))
    table(
        ("who", "phase", "from", "to", "reported as current", "reported over", "sources", "disputed"),
        (
            (
                one.subject_label,
                one.phase or "",
                one.valid_from or "",
                one.valid_to or "",
                " to ".join(dict.fromkeys(day for day in (one.first_current, one.last_current) if day)),
                one.reported_over or "",
                one.supporting_sources,
                one.disputing_sources or "",
            )
            for one in ordered
        ),
    )


def _print_on(found: tuple[Standing, ...]) -> None:
    """Who led it on a day."""
    if not found:
        note("nothing says who led it then")
        return
    table(
        ("who", "basis", "grounds", "sources", "disputed", "in the words of an article"),
        (
            (
                one.relation.subject_label,
                one.basis,
                one.words,
                one.relation.supporting_sources,
                one.relation.disputing_sources or "",
                next((f"“{claim.sentence.exact}”" for claim in one.relation.claims if claim.supports), ""),
            )
            for one in found
        ),
    )


def _said(one: Disagreement) -> str:
    def side(relation: Relation, span: tuple[str, str]) -> str:
        sources = number(relation.supporting_sources, "source")
        return f"{plain(relation.subject_label)} ({' to '.join(dict.fromkeys(span))}; {sources})"

    return f"disagreement: {side(one.one, one.one_span)} and {side(one.two, one.two_span)}"


def _plain(one: Relation) -> dict[str, Any]:
    names = ("phase", "valid_from", "valid_to", "first_current", "last_current", "reported_over", "confidence")
    counts = ("supporting_sources", "supporting_articles", "disputing_sources", "disputing_articles")
    return {
        "person": one.subject,
        "label": one.subject_label,
        "statement": one.statement,
        **{name: getattr(one, name) for name in (*names, *counts)},
        "claims": [
            {"claim": c.claim, "supports": c.supports, "article": c.article_id, "sentence": c.sentence.exact}
            for c in one.claims
        ],
    }


def _pair(one: Disagreement) -> dict[str, Any]:
    return {
        side: {"person": relation.subject, "label": relation.subject_label, "statement": relation.statement,
               "from": span[0], "to": span[1]}
        for side, relation, span in (("one", one.one, one.one_span), ("two", one.two, one.two_span))
    }  # fmt: skip
