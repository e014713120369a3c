"""Handing articles in on a page: paste a text or drop files, see what is found in them, keep them, watch the progress.

No address is fetched: the URL of a pasted text is where a reader may look, and nothing else. A key is needed from the first
page on, for looking costs as much as keeping.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from kg.api.audit import note
from kg.api.depends import ServiceDep
from kg.api.intake import Batch, Intake, event, file_called
from kg.api.pages import render
from kg.api.problems import Refusal
from kg.api.routes.manage import UNKEPT, form_of, sessions_of
from kg.api.service import Service
from kg.api.sessions import Session, check_origin

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

FILES = 200
FIELDS = ("text", "title", "date", "publisher", "url")
CHUNK = 1 << 20
LOOK_S, QUIET_S = 0.3, 15.0


@router.get("/add", response_class=HTMLResponse)
def add(service: ServiceDep, request: Request) -> Response:
    """The form."""
    holder = sessions_of(request).holder(request, service.keys)
    if holder is None:
        return RedirectResponse("/sign-in?next=/add", 303, headers=UNKEPT)
    return _form(service, holder[0], {}, "")


@router.post("/add", response_class=HTMLResponse)
async def hand_in(service: ServiceDep, request: Request) -> Response:
    """Take a text or files, and look at them."""
    check_origin(request)
    if sessions_of(request).of(request) is None:  # before a large body is read
        raise Refusal(401, "you are not signed in any more", hint="/sign-in", kind="key-required")
    async with request.form(
        max_files=FILES, max_fields=20, max_part_size=service.settings.max_article_mb << 20
    ) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
        sessions_of(request).admit(request, fields, service.keys)
        session = sessions_of(request).of(request)
        assert session is not None  # admitted
        files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
        given = {name: fields.get(name, "").strip() for name in FIELDS}
        wrong = _wrong(given, bool(files))
        if wrong:
            return await run_in_threadpool(_form, service, session, given, wrong, 422)
        folder = tempfile.TemporaryDirectory(prefix="newsgraph-batch-")
        try:
            paths = await _stored(Path(folder.name), given, files)
            batch = _intake(request).begin(session.token, folder, paths)
        except BaseException:
            folder.cleanup()
            raise
    note(request.scope, files=len(paths))
    return RedirectResponse(f"/add/{batch.id}", 303, headers=UNKEPT)


@router.get("/add/{name}", response_class=HTMLResponse)
def look(service: ServiceDep, request: Request, name: str) -> Response:
    """What was found, or what became of it."""
    holder = sessions_of(request).holder(request, service.keys)
    if holder is None:
        return RedirectResponse("/sign-in?next=/add", 303, headers=UNKEPT)
    batch = _intake(request).of(name, holder[0].token)
    kept = [(service.article_iri(id_).value, title, outcome) for id_, title, outcome in batch.kept]
    page = render("batch.html", service.workspace.base, section="add", batch=batch, kept=kept, token=holder[0].token)
    return HTMLResponse(page, headers=UNKEPT)


@router.post("/add/{name}", response_class=HTMLResponse)
async def decide(service: ServiceDep, request: Request, name: str) -> Response:
    """Keep a batch, or forget it."""
    form = await form_of(request)
    sessions_of(request).admit(request, form, service.keys)
    batch, action = _intake(request).of(name, form["token"]), form.get("action", "")
    if action == "keep":
        _intake(request).keep(batch)
        return RedirectResponse(f"/add/{batch.id}", 303, headers=UNKEPT)
    if action == "discard":
        _intake(request).drop(batch)
        return RedirectResponse("/add", 303, headers=UNKEPT)
    raise Refusal(400, f"action={action[:40]} is none of keep, discard")


@router.get("/add/{name}/events")
def watch(service: ServiceDep, request: Request, name: str) -> Response:
    """The progress of a batch as server-sent events; the stream ends when it is done."""
    session = sessions_of(request).of(request)
    batch = _intake(request).of(name, session.token if session is not None else "")
    return StreamingResponse(_events(service, batch), media_type="text/event-stream", headers=UNKEPT)


async def _events(service: Service, batch: Batch) -> AsyncIterator[bytes]:
    last, quiet = b"", 0.0
    while True:
        now = event(batch)
        if now != last:
            yield now
            last, quiet = now, 0.0
        if not batch.is_running or service.stopping:
            return
        await asyncio.sleep(LOOK_S)
        quiet += LOOK_S
        if quiet >= QUIET_S:
            yield b": still here\n\n"
            quiet = 0.0


async def _stored(folder: Path, given: dict[str, str], files: list[UploadFile]) -> list[Path]:
    """The text and the files in a folder; large ones go from disk to disk piece by piece."""
    paths: dict[str, Path] = {}
    if given["text"]:
        record = {name: value for name, value in given.items() if value}
        path = paths["your text.jsonl"] = folder / "your text.jsonl"
        await run_in_threadpool(path.write_text, json.dumps(record), "utf-8")
    for file in files:
        name = file_called(file.filename or "", paths)
        path = paths[name] = folder / name
        with path.open("wb") as out:
            while chunk := await file.read(CHUNK):
                await run_in_threadpool(out.write, chunk)
    return list(paths.values())


def _wrong(given: dict[str, str], files: bool) -> str:
    """What is wrong with a form; empty for nothing."""
    if not given["text"] and not files:
        return "There is neither a text nor a file."
    if given["date"]:
        try:
            date.fromisoformat(given["date"])
        except ValueError:
            return f"{given['date'][:40]} is no day: write it as 2031-04-02."
    if given["url"] and urlsplit(given["url"]).scheme not in ("http", "https"):
        return f"{given['url'][:80]} is no address of a web page: it begins with https:// or http://."
    return ""


def _form(service: Service, session: Session, given: dict[str, str], wrong: str, status: int = 200) -> Response:
    values = {name: given.get(name, "") for name in FIELDS}
    page = render("add.html", service.workspace.base, section="add", given=values, wrong=wrong, token=session.token)
    return HTMLResponse(page, status, headers=UNKEPT)


def _intake(request: Request) -> Intake:
    intake = request.app.state.intake
    assert isinstance(intake, Intake)
    return intake
