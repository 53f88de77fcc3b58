"""docs/guides/cloudflare-byoip.md is true: its commands are typed in order, and print what it shows."""

from __future__ import annotations

import pytest
from support.guide import differences

pytestmark = [pytest.mark.live, pytest.mark.curl, pytest.mark.irr, pytest.mark.dns, pytest.mark.pdf]


@pytest.mark.seed(131, 136, 137, 142, 146, 202, 207, 215, 220, 221, 242, 249)
def test_the_commands_of_the_guide_print_what_it_shows(shell):
    wrong = differences("cloudflare-byoip.md", shell)
    assert not wrong, "\n\n".join(wrong)
