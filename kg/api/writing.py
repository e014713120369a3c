"""A part of the graph → the bytes of a document."""

from __future__ import annotations

from io import BytesIO

from kg.api.negotiation import Offer
from kg.graph import GraphStore
from kg.graph.export import FORMATS, export
from kg.graph.scope import Scope

__all__ = ["written"]

_NAMES = {form.media_type: name for name, form in FORMATS.items()}


def written(store: GraphStore, scope: Scope, offer: Offer) -> bytes:
    """The triples of a scope in the format of an offer, in a stable order; JSON-LD is compact and framed."""
    out = BytesIO()
    export(store, _NAMES[offer.media_type], out, scope=scope, provenance=scope.triples is None)
    return out.getvalue()
