"""The review queue as a page: what the resolver and the model are unsure of, decided one after the other.

Reading needs no key. A decision is a form of its own with the token of the session, is answered by a redirect to the next
question (so that reloading decides nothing twice), and what it did is kept for as long as somebody may look at it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from kg.api.audit import note
from kg.api.depends import ServiceDep, TurnsDep
from kg.api.pages import render
from kg.api.pages.desk import ask_of, desk_values
from kg.api.problems import Refusal
from kg.api.routes.manage import UNKEPT, form_of, sessions_of
from kg.api.service import Service
from kg.decisions import Decision, Outcome
from kg.errors import AmbiguousEntity, ResolutionError, UnknownEntity

__all__ = ["Outcomes", "router"]

router = APIRouter(include_in_schema=False)

ANSWERS = ("same", "different", "accept", "reject", "match", "mismatch")
REMEMBERED = 500


class Outcomes:
    """What the last decisions did, by the number of a judgement that each wrote or took back."""

    def __init__(self) -> None:
        self._outcomes: OrderedDict[int, Outcome] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, outcome: Outcome) -> int:
        """Remember an outcome; returns its number."""
        number = outcome.judgements[0].id
        with self._lock:
            self._outcomes.pop(number, None)
            self._outcomes[number] = outcome
            while len(self._outcomes) > REMEMBERED:
                self._outcomes.popitem(last=False)
        return number

    def of(self, number: str) -> Outcome | None:
        """The outcome of a number, if it is one that is remembered."""
        known = number.isascii() and number.isdigit() and len(number) < 19
        with self._lock:
            return self._outcomes.get(int(number)) if known else None


@router.get("/desk", response_class=HTMLResponse)
def desk(service: ServiceDep, request: Request) -> Response:
    """The next question."""
    return _page(service, request, dict(request.query_params))


@router.post("/desk", response_class=HTMLResponse)
async def decide(service: ServiceDep, turns: TurnsDep, request: Request) -> Response:
    """Decide what was asked, or take a decision back."""
    form = await form_of(request)
    author = sessions_of(request).admit(request, form, service.keys).name
    action = form.get("action", "")
    if action not in (*ANSWERS, "undo"):
        raise Refusal(400, f"action={action[:40]} is none of {', '.join((*ANSWERS, 'undo'))}")
    ask = ask_of(form)
    try:
        async with turns.one():
            outcome = await run_in_threadpool(_act, service, author, action, form)
    except (UnknownEntity, AmbiguousEntity, ResolutionError) as error:  # somebody was quicker, or its article went
        wrong = f"Nothing was decided: {error}."
        return await run_in_threadpool(_page, service, request, form, wrong=wrong, status=409)
    note(request.scope, kind=action, judgements=[one.id for one in outcome.judgements])
    number = _outcomes(request).keep(outcome)
    return RedirectResponse(f"{ask.address()}&decided={number}", 303, headers=UNKEPT)


def _act(service: Service, author: str, action: str, form: dict[str, str]) -> Outcome:
    if action == "undo":
        number = form.get("judgement", "")
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            raise Refusal(400, "judgement= is no number of a decision")
        return service.take_back(int(number), author=author)
    how = form.get("how") if action == "match" else None
    decision = Decision(
        action,
        author,
        form.get("entity"),
        form.get("other"),
        claim=form.get("claim"),
        target=form.get("target"),
        how=how,
    )
    return service.decide(decision)


def _page(service: Service, request: Request, asked: dict[str, str], *, wrong: str = "", status: int = 200) -> Response:
    holder = sessions_of(request).holder(request, service.keys)
    session, key = holder if holder is not None else (None, None)
    outcome = _outcomes(request).of(asked.get("decided", "")) if session is not None else None
    values = desk_values(service, ask_of(asked), key.name if key is not None else None, outcome)
    page = render(
        "desk.html",
        service.workspace.base,
        section="desk",
        token=session.token if session is not None else None,
        holder=key.name if key is not None else None,
        wrong=wrong,
        **values,
    )
    return HTMLResponse(page, status, headers=UNKEPT)


def _outcomes(request: Request) -> Outcomes:
    outcomes = request.app.state.outcomes
    assert isinstance(outcomes, Outcomes)
    return outcomes
