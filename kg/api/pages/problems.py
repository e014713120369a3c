"""What a person sees who asked for a page and gets a problem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kg.api.negotiation import HTML, JSON, NotAcceptable, choose
from kg.api.pages.rendering import render

if TYPE_CHECKING:
    from kg.api.problems import Problem

__all__ = ["problem_page", "wants_page"]


def wants_page(accept: str | None) -> bool:
    """Whether a client likes a page better than a problem document: browsers do, programs do not.

    >>> wants_page("text/html,application/xhtml+xml,*/*;q=0.8"), wants_page("*/*"), wants_page("text/turtle")
    (True, False, False)
    """
    try:
        return choose(accept, (JSON, HTML)) is HTML
    except NotAcceptable:
        return False


def problem_page(base: str, problem: Problem) -> str:
    """The same as the problem document, in words; things that a name may stand for are links."""
    candidates = problem.extra.get("candidates", ())
    return render("problem.html", base, problem=problem, candidates=candidates)
