"""What the models of all steps have in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class StepModel(BaseModel):
    """Strict and frozen. Files use the aliases (`from`, `at`, `as`), code the names."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", arbitrary_types_allowed=True, populate_by_name=True
    )
