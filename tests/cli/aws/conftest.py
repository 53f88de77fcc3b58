"""A shell beside a live lab of its own, and the customer who follows AWS's documents in it."""

from __future__ import annotations

import re

import pytest
from support.document_commands import Document
from support.shell import RETURNS
from support.typed_at_aws import come_up


@pytest.fixture
def up_options():
    """What the lab comes up with beside the rest."""
    return ""


@pytest.fixture
def customer(shell, up_options):
    """The first document, when the key and the certificate are made and the lab is up."""
    come_up(shell, up_options)
    document = Document("ec2-byoip-commands.txt", shell)
    document.run("openssl genrsa")
    document.run("openssl req", typed=RETURNS)
    line = "-----BEGIN CERTIFICATE-----[A-Za-z0-9+/]+=*-----END CERTIFICATE-----"
    assert re.fullmatch(line, document.run("cat"))
    shell.run("openssl rsa -in private.key -noout -text | grep 2048")
    return document
