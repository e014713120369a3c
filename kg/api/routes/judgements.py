"""People's decisions: list them with their state, make one, take one back."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Query, Request, Response

from kg.api.audit import note
from kg.api.decisions import (
    EXAMPLES,
    JudgementIn,
    JudgementList,
    JudgementOut,
    Kind,
    OutcomeOut,
    State,
    judgement_out,
    outcome_out,
)
from kg.api.depends import KeyNameDep, KnownDep, ServiceDep, TurnDep, WriterDep, problems
from kg.api.problems import Refusal
from kg.decisions import STATES, Decision, judgement_views, judgements_where
from kg.errors import UnknownEntity

router = APIRouter(tags=["judgements"], dependencies=[KnownDep], responses=problems(400))

NOBODY = "api"  # decides when neither the request nor its key has a name


@router.get(
    "/judgements", response_model=JudgementList, responses=problems(400, 422), summary="List people's decisions"
)
def list_judgements(
    service: ServiceDep,
    state: Annotated[list[State] | None, Query(description="Only those in one of these states.")] = None,
    kind: Annotated[Kind | None, Query(description="Only those of this kind.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    cursor: Annotated[str | None, Query(description="`next` of the page before.", max_length=20)] = None,
) -> JudgementList:
    """All decisions, undone ones too, in the order in which they were made, with the state that they are in now."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit()):
        raise Refusal(400, "cursor= is none that a page gave")
    found = judgements_where(
        service.workspace.catalogue,
        service.workspace.base,
        states=state or STATES,
        kind=kind,
        after=int(cursor or 0),
        limit=limit + 1,
    )
    page = found[:limit]
    return JudgementList(
        judgements=tuple(map(judgement_out, page)), next=str(page[-1].id) if len(found) > limit else None
    )


@router.get("/judgements/{id}", response_model=JudgementOut, responses=problems(404, 422), summary="One decision")
def get_judgement(service: ServiceDep, id: int) -> JudgementOut:  # noqa: A002
    """A decision with its state, and what it is about now."""
    found = service.workspace.catalogue.judgements.get(id) if 0 <= id < 2**63 else None
    if found is None:
        raise UnknownEntity(f"no judgement {id}", hint="GET /judgements lists them")
    (view,) = judgement_views(service.workspace.catalogue, service.workspace.base, [found])
    return judgement_out(view)


@router.post(
    "/judgements",
    response_model=OutcomeOut,
    status_code=201,
    dependencies=[WriterDep, TurnDep],
    responses=problems(401, 403, 404, 409, 422, 503),
    summary="Decide something",
)
def post_judgement(
    service: ServiceDep,
    key_name: KeyNameDep,
    request: Request,
    response: Response,
    judgement: Annotated[JudgementIn, Body(openapi_examples=EXAMPLES)],
) -> OutcomeOut:
    """Write a decision and apply it. It is kept, with author, time and reason, also when another one contradicts it; then
    its state says so. An ambiguous name is a 409 with its candidates."""
    given = judgement.model_dump(exclude={"author"})
    outcome = service.decide(Decision(**given, author=judgement.author or key_name or NOBODY))
    note(request.scope, kind=judgement.kind, judgements=[one.id for one in outcome.judgements])
    response.headers["Location"] = f"/judgements/{outcome.judgements[0].id}"
    return outcome_out(outcome)


@router.delete(
    "/judgements/{id}",
    response_model=OutcomeOut,
    dependencies=[WriterDep, TurnDep],
    responses=problems(401, 403, 404, 409, 422, 503),
    summary="Take a decision back",
)
def delete_judgement(
    service: ServiceDep,
    key_name: KeyNameDep,
    request: Request,
    id: str,  # noqa: A002
    author: Annotated[str | None, Query(description="Who takes it back; else the key's name.", max_length=200)] = None,
) -> OutcomeOut:
    """It stays in the list, as undone, with who took it back and when. `last` takes back the last act that is in force."""
    if id != "last" and not (id.isascii() and id.isdigit() and len(id) < 19):
        raise UnknownEntity(f"no judgement {id}", hint="GET /judgements lists them")
    by = (author or "").strip() or key_name or NOBODY
    outcome = service.take_back(None if id == "last" else int(id), author=by)
    note(request.scope, judgements=[one.id for one in outcome.judgements])
    return outcome_out(outcome)
