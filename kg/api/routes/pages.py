"""The pages about one thing: an entity with its relations, an article with what it says, a statement, a claim."""

from __future__ import annotations

from pyoxigraph import NamedNode

from kg import lookup
from kg.api.negotiation import DOCUMENTS, HTML
from kg.api.pages import by_predicate, links, render
from kg.api.service import Service
from kg.errors import UnknownEntity

__all__ = ["document_page"]

RELATIONS_SHOWN = 200
OTHERS = tuple(offer for offer in DOCUMENTS if offer is not HTML)


def document_page(service: Service, kind: str, iri: NamedNode) -> str:
    """The page about the thing of an IRI of this kind."""
    if kind == "article":
        return _article(service, iri)
    if kind in ("statement", "claim"):
        return _statement(service, kind, iri)
    return _entity(service, iri)


def _entity(service: Service, iri: NamedNode) -> str:
    entity = lookup.describe(service.select, iri.value)
    if entity is None:
        raise UnknownEntity(f"no entity {iri.value}")
    found = lookup.relations_of(service.select, iri.value, limit=RELATIONS_SHOWN + 1)
    total = lookup.count_relations(service.select, iri.value) if len(found) > RELATIONS_SHOWN else len(found)
    return render(
        "entity.html",
        service.workspace.base,
        entity=entity,
        grouped=by_predicate(found[:RELATIONS_SHOWN]),
        total=total,
        more=f"/entities/{iri.value.rpartition('/')[2]}/relations" if total > RELATIONS_SHOWN else None,
        links=links(_href(service, iri), OTHERS),
    )


def _article(service: Service, iri: NamedNode) -> str:
    document = service.document(iri)
    if document is None:
        raise UnknownEntity(f"no article {iri.value}")
    url = document.url or ""
    article = {
        "id": document.id,
        "iri": iri.value,
        "title": document.title,
        "url": url,
        "publisher": document.publisher,
        "published": document.published,
    }
    return render(
        "article.html",
        service.workspace.base,
        article=article,
        copies=[
            (name, service.article_iri(name).value) for name in service.workspace.catalogue.articles.copies(document.id)
        ],
        versions=lookup.versions_of(service.workspace.catalogue, document.id),
        web=url.startswith(("http://", "https://")),  # never javascript: or data:, whatever the article claims
        relations=lookup.relations_in(service.select, iri.value),
        paragraphs=[span.of(document.text) for span in document.paragraphs],
        links=links(_href(service, iri), OTHERS),
    )


def _statement(service: Service, kind: str, iri: NamedNode) -> str:
    claim = iri.value if kind == "claim" else None
    about = service.statement_of(iri) if claim else iri.value
    relation = lookup.statement(service.select, about) if about else None
    claims = [c for c in relation.claims if claim in (None, c.claim)] if relation else []
    return render(
        "statement.html",
        service.workspace.base,
        title=f"{kind} {iri.value.rpartition('/')[2]}",
        kind=kind,
        iri=iri.value,
        relation=relation,
        claims=claims,
        links=links(_href(service, iri), OTHERS),
    )


def _href(service: Service, iri: NamedNode) -> str:
    return "/" + iri.value.removeprefix(service.workspace.base)
