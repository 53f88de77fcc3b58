"""All single faults, by what they are in."""

from __future__ import annotations

from support.rpki_mutations_anchors import anchor_mutations
from support.rpki_mutations_certificates import certificate_mutations
from support.rpki_mutations_contents import content_mutations
from support.rpki_mutations_drafts import Mutation
from support.rpki_mutations_lists import list_mutations


def catalogue() -> list[Mutation]:
    """Every mutation, in order; their names differ."""
    return [*certificate_mutations(), *list_mutations(), *content_mutations(), *anchor_mutations()]
