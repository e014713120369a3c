"""The REST routes, one module per noun; each is handed what it needs by `kg.api.depends`."""
