"""What a client is told of the service."""

from __future__ import annotations

from typing import Any

from kg import __version__, vocab
from kg.api.reconcile.extension import SETTINGS
from kg.api.reconcile.types import TYPES

__all__ = ["PREVIEW_SIZE", "manifest"]

PREVIEW_SIZE = (440, 320)


def manifest(origin: str, base: str, *, name: str) -> dict[str, Any]:
    """The service manifest; `origin` is where the client reaches the service, without a slash at the end."""
    service = f"{origin}/reconcile"
    kinds = ("entity", "property", "type")
    return {
        "versions": ["0.1", "0.2"],
        "name": name,
        "identifierSpace": base,
        "schemaSpace": vocab.KG,
        "documentation": f"{origin}/docs",
        "serviceVersion": __version__,
        "defaultTypes": [{"id": TYPES[id_].id, "name": TYPES[id_].name} for id_ in vocab.ENTITY_CLASSES],
        "view": {"url": f"{origin}/{{{{id}}}}"},
        "preview": {
            "url": f"{service}/preview?id={{{{id}}}}",
            "width": PREVIEW_SIZE[0],
            "height": PREVIEW_SIZE[1],
        },
        "suggest": {
            kind: {
                "service_url": service,
                "service_path": f"/suggest/{kind}",
                "flyout_service_url": service,
                "flyout_service_path": f"/flyout/{kind}?id=${{id}}",
            }
            for kind in kinds
        },
        "extend": {
            "propose_properties": {"service_url": service, "service_path": "/properties"},
            "property_settings": SETTINGS,
        },
    }
