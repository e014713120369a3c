"""What waits for a person, and why two things are one or two."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from kg.api.decisions import ExplanationOut, QuestionList, explanation_out, question_out
from kg.api.depends import ServiceDep, problems
from kg.decisions import explain, questions

router = APIRouter(tags=["judgements"])


@router.get("/review", response_model=QuestionList, responses=problems(422), summary="What waits for a person")
def list_questions(
    service: ServiceDep,
    within: Annotated[float, Query(ge=0, le=1, description="How near to the threshold a claim's confidence is.")] = 0.2,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
) -> QuestionList:
    """Decisions that contradict each other, then claims that nobody judged yet and about which the model is in two minds.

    POST /judgements answers a question; what is answered is asked no more.
    """
    found = questions(service.workspace.catalogue, service.workspace.base, within=within, limit=limit)
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
