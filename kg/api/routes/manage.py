"""Pages that write: sign in with an API key, take an article away, read it again. None of them is kept in a cache."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from kg.access import KeyScope
from kg.api.audit import note
from kg.api.depends import ServiceDep, TurnsDep
from kg.api.pages import render
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.api.sessions import Sessions, check_origin
from kg.errors import UnknownEntity

router = APIRouter(include_in_schema=False)

FIELDS = 20
UNKEPT = {"Cache-Control": "no-store"}
OUTCOMES = {
    "replaced": "It was read again, by another model or from a corrected text: the graph says what it says now.",
    "unchanged": "It was read before by the model that is in use, which finds the same in the same text.",
    "added": "It was read.",
}


@router.get("/sign-in", response_class=HTMLResponse)
def sign_in(service: ServiceDep, request: Request) -> Response:
    """The form for a key."""
    return _sign_in_page(service, request, request.query_params.get("next", "/"))


@router.post("/sign-in", response_class=HTMLResponse)
async def begin(service: ServiceDep, request: Request) -> Response:
    """Begin a session."""
    check_origin(request)
    form = await form_of(request)
    to = _within(form.get("next", "/"))
    key = service.keys.holder(form.get("key", "").strip())
    if key is None or not key.scope.reaches(KeyScope.WRITE):
        wrong = "This key opens nothing here." if key is None else f"The key {key.name} may read, and not write."
        return _sign_in_page(service, request, to, wrong, status=403)
    note(request.scope, key=key.name)
    response = RedirectResponse(to, 303, headers=UNKEPT)
    sessions_of(request).begin(request, response, form["key"].strip())
    return response


@router.post("/sign-out", response_class=HTMLResponse)
async def end(request: Request) -> Response:
    """End a session."""
    check_origin(request)
    response = RedirectResponse("/", 303, headers=UNKEPT)
    sessions_of(request).end(request, response)
    return response


@router.get("/manage/{name:path}", response_class=HTMLResponse)
def manage(service: ServiceDep, request: Request, name: str) -> Response:
    """What can be done to an article."""
    return _manage_page(service, request, name)


@router.post("/manage/{name:path}", response_class=HTMLResponse)
async def act(service: ServiceDep, turns: TurnsDep, request: Request, name: str) -> Response:
    """Take the article away, or read it again."""
    form = await form_of(request)
    sessions_of(request).admit(request, form, service.keys)
    action = form.get("action")
    if action == "withdraw" and form.get("sure") != "yes":
        return _manage_page(service, request, name, wrong="Tick the box if you are sure.", status=422)
    if action not in ("withdraw", "reread"):
        raise Refusal(400, f"action={str(action)[:40]} is none of withdraw, reread")
    async with turns.one():
        if action == "withdraw":
            title = await run_in_threadpool(_withdraw, service, name)
            page = render("done.html", service.workspace.base, title="Withdrawn", done=title)
            return HTMLResponse(page, headers=UNKEPT)
        outcome = await run_in_threadpool(_read_again, service, name)
    return _manage_page(service, request, name, done=OUTCOMES[outcome])


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form; the last one of a name counts. Raises Refusal."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise Refusal(415, f"a form of type {media_type or '(none)'}")
    try:
        text = (await request.body()).decode("utf-8")
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=FIELDS))
    except ValueError as error:
        raise Refusal(400, f"this is no form: {error}") from error


def sessions_of(request: Request) -> Sessions:
    """The sessions of the service."""
    sessions = request.app.state.sessions
    assert isinstance(sessions, Sessions)
    return sessions


def _sign_in_page(service: Service, request: Request, to: str, wrong: str = "", *, status: int = 200) -> Response:
    holder = sessions_of(request).holder(request, service.keys)
    page = render(
        "sign-in.html",
        service.workspace.base,
        next=_within(to),
        wrong=wrong,
        holder=holder[1].name if holder else None,
        keys=bool(service.keys),
    )
    return HTMLResponse(page, status, headers=UNKEPT)


def _manage_page(
    service: Service, request: Request, name: str, *, done: str = "", wrong: str = "", status: int = 200
) -> Response:
    """`name` is the article's id as it stands in its path, decoded."""
    row = service.workspace.catalogue.articles.row(name)
    if row is None:
        raise UnknownEntity(f"no article {name}", hint="it may have been withdrawn")
    iri = service.article_iri(name).value
    address = f"/manage/{iri.removeprefix(f'{service.workspace.base}article/')}"
    holder = sessions_of(request).holder(request, service.keys)
    if holder is None:
        return RedirectResponse(f"/sign-in?next={quote(address, safe='/')}", 303, headers=UNKEPT)
    session, key = holder
    page = render(
        "manage.html",
        service.workspace.base,
        iri=iri,
        row=row,
        token=session.token,
        holder=key.name,
        address=address,
        done=done,
        wrong=wrong,
    )
    return HTMLResponse(page, status, headers=UNKEPT)


def _withdraw(service: Service, article_id: str) -> str:
    row = service.workspace.catalogue.articles.row(article_id)
    if row is None:
        raise UnknownEntity(f"no article {article_id}", hint="it may have been withdrawn already")
    service.delete(article_id)
    return row.title or row.id


def _read_again(service: Service, article_id: str) -> str:
    article = service.workspace.catalogue.articles.article(article_id)
    if article is None:
        raise UnknownEntity(f"no article {article_id}", hint="it may have been withdrawn")
    return service.ingest(article)


def _within(to: str) -> str:
    """Where to go on this service; nowhere else.

    >>> _within("/manage/a"), _within("//evil.example/"), _within("https://evil.example/")
    ('/manage/a', '/', '/')
    """
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and "\n" not in to and "\r" not in to else "/"
