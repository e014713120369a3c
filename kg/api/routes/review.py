"""What waits for a person, and why two things are one or two."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from kg.api.decisions import ExplanationOut, QuestionKind, QuestionList, explanation_out, question_out
from kg.api.depends import AcceptDep, KnownDep, ServiceDep, problems
from kg.api.pages import wants_page
from kg.decisions import ALL_KINDS, explain, review

router = APIRouter(tags=["judgements"], dependencies=[KnownDep], responses=problems(400))


@router.get("/review", response_model=QuestionList, responses=problems(422), summary="What waits for a person")
def list_questions(
    service: ServiceDep,
    within: Annotated[float, Query(ge=0, le=1, description="How near to the threshold a claim's confidence is.")] = 0.2,
    kind: Annotated[list[QuestionKind] | None, Query(description="Only questions of these kinds.")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    accept: AcceptDep = None,
) -> QuestionList | Response:
    """Decisions that contradict each other, then things that may be one, then what things may be in other data sets (as
    `kg link` proposed), then claims that nobody judged yet and about which the model is in two minds.

    POST /judgements answers a question; what is answered is asked no more.
    """
    if wants_page(accept):
        return RedirectResponse("/desk", 303, headers={"Vary": "Accept"})
    workspace = service.workspace
    found = review(
        workspace.catalogue, workspace.base, workspace.folder, within=within, limit=limit, kinds=kind or ALL_KINDS
    )
    return QuestionList(questions=tuple(map(question_out, found)))


@router.get(
    "/explain",
    response_model=ExplanationOut,
    responses=problems(404, 409, 422),
    summary="Why two things are one, or two",
)
def explain_pair(
    service: ServiceDep,
    a: Annotated[str, Query(description="A name, a slug or an IRI.", min_length=1, max_length=2000)],
    b: Annotated[str, Query(description="Another one.", min_length=1, max_length=2000)],
) -> ExplanationOut:
    """What the rules, people's decisions and the articles say for and against, factor by factor."""
    workspace = service.workspace
    return explanation_out(explain(workspace.catalogue, service.select, workspace.base, a, b))
