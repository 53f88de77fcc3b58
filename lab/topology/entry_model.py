"""What the models of all entries of a file have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class EntryModel(BaseModel):
    """Strict and frozen, like the steps."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
