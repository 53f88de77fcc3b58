"""Somebody else's RDAP client (20C's `rdap`) at our servers, through its own HTTP library but no socket."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.registry_lab import APNIC_RANGE, ARIN_RANGE, BASE, RIPE_RANGE, RegistryLab

from lab.bgp.prefix import Prefix
from lab.http.messages import HttpRequest

rdap = pytest.importorskip("rdap")
requests = pytest.importorskip("requests")

CERTIFICATE = ["-----BEGIN CERTIFICATE-----", "MIID", "AAAA", "-----END CERTIFICATE-----"]


class _InMemory(requests.adapters.BaseAdapter):
    """Carries a request of the client to the front, and its answer back."""

    def __init__(self, lab: RegistryLab) -> None:
        super().__init__()
        self._lab = lab

    def send(self, request: Any, **_: Any) -> Any:
        answer = self._lab.front.handle(HttpRequest(request.method, urlsplit(request.url).path))
        response = requests.Response()
        response.status_code = answer.status
        response.headers.update(answer.headers)
        response.raw = io.BytesIO(answer.body)
        response.url, response.request = request.url, request
        return response

    def close(self) -> None:
        pass


def client(lab: RegistryLab) -> Any:
    found = rdap.RdapClient({"bootstrap_url": BASE, "self_bootstrap": False, "timeout": 1})
    found.http.mount("http://", _InMemory(lab))
    return found


@pytest.mark.seed(33)
@pytest.mark.parametrize("prefix", [ARIN_RANGE, RIPE_RANGE, APNIC_RANGE])
def test_a_client_is_led_to_the_registry_and_reads_the_certificate_there(prefix: Prefix) -> None:
    lab = RegistryLab()
    lab.editor.add_comment(prefix, CERTIFICATE, by_helpdesk=True)
    asking = client(lab)
    network = asking.get_ip(f"{prefix.network}/{prefix.length}")
    assert [line for remark in network.data["remarks"] for line in remark["description"]] == CERTIFICATE
    assert [status for _, status in asking.history] == [302, 200]


def test_a_client_understands_a_network_and_its_registrant() -> None:
    lab = RegistryLab()
    network = client(lab).get_ip("203.0.113.200")
    assert network.name == "CUSTOMER"
    assert network.org_name == "customer"
    normal = network.normalized
    assert (normal["prefix"], normal["version"], normal["type"]) == ("203.0.113.0/24", 4, "DIRECT ALLOCATION")
    assert (normal["created"], normal["status"]) == ("2026-01-01T00:00:00Z", "active")


def test_a_client_understands_as_numbers_and_entities() -> None:
    lab = RegistryLab()
    assert client(lab).get_asn(64498).org_name == "tokyo"
    assert client(lab).get_entity("customer").data["handle"] == "customer"


def test_a_client_sees_that_nothing_is_registered() -> None:
    with pytest.raises(rdap.RdapNotFoundError):
        client(RegistryLab()).get_ip("203.0.114.1")
