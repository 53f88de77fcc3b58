"""Validated payloads and how the run went, in the shapes that other programs read."""
