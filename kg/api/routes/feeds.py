"""What changed: statements gained, lost and changed, as JSON, Atom and JSON Feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from pydantic import Field

from kg import vocab
from kg.api.answers import etag_of, is_unchanged
from kg.api.depends import AcceptDep, NoneMatchDep, ServiceDep, problems
from kg.api.models import Model
from kg.api.negotiation import JSON, Offer, choose
from kg.api.problems import Refusal
from kg.api.service import Service
from kg.exports import feeds

router = APIRouter(tags=["export"])

ATOM = Offer(feeds.ATOM_TYPE, "atom", ("application/xml", "text/xml"))
JSON_FEED = Offer(feeds.JSON_FEED_TYPE, "json")
OFFERS = (JSON, ATOM, JSON_FEED)


class ChangeOut(Model):
    """A statement that was gained, lost or changed."""

    number: int = Field(description="Grows with every change; ask with `after` for what came since.")
    time: datetime
    kind: Literal["gained", "lost", "changed"]
    statement: str
    subject: str
    subject_label: str
    predicate: str
    object: str
    object_label: str
    reason: str = Field(
        description="added, replaced, reread or removed of an article; the kind of a decision, or undone; resolved; threshold."
    )
    article: str | None
    article_id: str | None
    title: str | None
    url: str | None
    publisher: str | None
    sentence: str | None = Field(description="What the article says, as far as it still does.")
    judgement: int | None = Field(description="The id of the decision that is the reason.")
    details: dict[str, Any] = Field(
        description="Of a change: each property before and after. Else: what it is, or was."
    )


class ChangeList(Model):
    """A page of changes, newest first; ask again with `before=` the `next` of this one for older ones."""

    changes: tuple[ChangeOut, ...]
    next: int | None = None
    log_begins: datetime | None = Field(default=None, description="The oldest change that is still known.")


class Asked(Model):
    """Which changes, and how many of them."""

    since: str | None = Field(default=None, max_length=40, description="A day or a time: only changes from then on.")
    after: int = Field(default=0, ge=0, le=2**62, description="Only changes of a higher number than this.")
    before: int | None = Field(
        default=None, ge=0, le=2**62, description="Only changes of a lower number: older ones, page by page."
    )
    entity: str | None = Field(
        default=None, max_length=4000, description="Only about the entity of this IRI, slug or name."
    )
    kind: Literal["gained", "lost", "changed"] | None = None
    predicate: str | None = Field(default=None, description="Only of this predicate, such as leads.")
    limit: int = Field(default=50, ge=1, le=500)


AskedDep = Annotated[Asked, Query()]


@router.get(
    "/changes",
    response_model=ChangeList,
    responses={
        **problems(400, 404, 406),
        200: {"content": {offer.media_type: {"schema": {"type": "string"}} for offer in (ATOM, JSON_FEED)}},
    },
    summary="What changed: statements gained, lost and changed",
)
def get_changes(
    service: ServiceDep, asked: AskedDep, accept: AcceptDep = None, if_none_match: NoneMatchDep = None
) -> Response:
    """Newest first, as JSON, Atom (RFC 4287) or JSON Feed 1.1, by Accept; `/changes.atom` and `/changes.json` for readers."""
    return _page(service, asked, choose(accept, OFFERS), "changes", if_none_match)


@router.get("/changes.atom", response_class=Response, responses=problems(400, 404), summary="The same, as Atom")
def get_atom(service: ServiceDep, asked: AskedDep, if_none_match: NoneMatchDep = None) -> Response:
    """A feed for feed readers: who polls it with `If-None-Match` costs nothing."""
    return _page(service, asked, ATOM, "changes.atom", if_none_match)


@router.get("/changes.json", response_class=Response, responses=problems(400, 404), summary="The same, as JSON Feed")
def get_json_feed(service: ServiceDep, asked: AskedDep, if_none_match: NoneMatchDep = None) -> Response:
    """https://www.jsonfeed.org/version/1.1/, with all that we know of a change under `_newsgraph`."""
    return _page(service, asked, JSON_FEED, "changes.json", if_none_match)


def _page(service: Service, asked: Asked, offer: Offer, path: str, if_none_match: str | None) -> Response:
    """A page of changes in the format of an offer, or 304."""
    given = {name: value for name, value in asked.model_dump(exclude_unset=True).items() if value is not None}
    etag = etag_of(service.version(), offer.media_type, path, urlencode(sorted(given.items())))
    headers = {"ETag": etag, "Vary": "Accept", "Cache-Control": "no-cache"}
    if is_unchanged(etag, if_none_match):
        return Response(None, 304, headers)
    if asked.predicate is not None and asked.predicate not in vocab.PREDICATES:
        raise Refusal(400, f"predicate={asked.predicate} is none of {', '.join(vocab.PREDICATES)}")
    workspace = service.workspace
    found = workspace.catalogue.changes(
        after=asked.after,
        before=asked.before,
        since=None if asked.since is None else feeds.moment(asked.since),
        entity=None if asked.entity is None else service.find(asked.entity),
        kind=asked.kind,
        predicate=asked.predicate,
        limit=asked.limit + 1,
    )
    shown = feeds.entries(workspace.catalogue, workspace.store, workspace.base, found[: asked.limit])
    older = shown[-1].number if len(found) > asked.limit else None
    if offer is JSON:
        listed = tuple(ChangeOut(**feeds.record(one)) for one in shown)
        page = ChangeList(changes=listed, next=older, log_begins=workspace.catalogue.log_begins)
        return Response(page.model_dump_json(), headers=headers, media_type=offer.content_type)
    further = _url(workspace.base, path, {**given, "before": older}) if older is not None else None
    links = feeds.Links(workspace.base, _url(workspace.base, path, given), further)
    body = feeds.atom(shown, links) if offer is ATOM else feeds.json_feed(shown, links)
    return Response(body, headers=headers, media_type=offer.content_type)


def _url(base: str, path: str, given: Mapping[str, object]) -> str:
    return f"{base}{path}?{urlencode(given)}" if given else f"{base}{path}"
