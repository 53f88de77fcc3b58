"""The API on the wire: envelope, authentication, bodies, pages, OpenAPI."""
