"""REST: one module per kind of thing. Each handler states its path and operations; routes and OpenAPI are made from them."""
