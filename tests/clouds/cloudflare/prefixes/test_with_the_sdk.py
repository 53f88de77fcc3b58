"""A whole onboarding with Cloudflare's own SDK, and a lab that is started again in the middle of one."""

from __future__ import annotations

from pathlib import Path

import cloudflare
import httpx
import pytest
from support.cloudflare_customer import A_PDF, CDN, SPECTRUM, Customer
from support.cloudflare_wire import Door
from support.cloudflare_world import ACCOUNT, DELAYS, PREFIX, FakeWorld, make_cloudflare, pass_time

from lab.clouds.cloudflare.operations import OPERATIONS
from lab.clouds.cloudflare.prefixes.services import service_id
from lab.state.state import State


def client_of(customer: Customer) -> cloudflare.Cloudflare:
    """The SDK, with the key of the account's super administrator, in front of the customer's Cloudflare."""
    door = Door(customer.cloud, OPERATIONS)
    credentials = door.credentials("example")
    return cloudflare.Cloudflare(
        api_email=credentials.email,
        api_key=credentials.api_key,
        base_url="http://api.lab.example/client/v4",
        http_client=httpx.Client(transport=door.transport()),
        max_retries=0,
    )


@pytest.mark.seed(131, 143, 155, 175, 262)
def test_the_sdk_onboards_binds_and_advertises_a_prefix() -> None:
    customer = Customer()
    prefixes = client_of(customer).addressing.prefixes
    added = prefixes.create(account_id=ACCOUNT, cidr="203.0.113.0/24", asn=13335, delegate_loa_creation=True)
    assert added is not None
    assert added.id is not None
    prefix_id = customer.prefix_id = added.id
    customer.prove()
    prefixes.validate(prefix_id, account_id=ACCOUNT)
    customer.wait(DELAYS.validate[1])
    found = prefixes.get(prefix_id, account_id=ACCOUNT)
    assert found is not None
    assert found.approved == "V"
    binding = prefixes.service_bindings.create(
        prefix_id, account_id=ACCOUNT, cidr="203.0.113.0/24", service_id=service_id(CDN)
    )
    assert binding is not None
    assert binding.provisioning is not None
    assert binding.provisioning.state == "provisioning"
    customer.wait(DELAYS.binding[1])
    (bgp,) = prefixes.bgp_prefixes.list(prefix_id, account_id=ACCOUNT)
    assert bgp.id is not None
    prefixes.bgp_prefixes.edit(
        bgp.id, account_id=ACCOUNT, prefix_id=prefix_id, on_demand={"advertised": True}
    )
    customer.wait(DELAYS.enable[1])
    assert {origination.prefix for origination in customer.cloud.originations()} == {PREFIX}
    with pytest.warns(DeprecationWarning, match="deprecated"):
        status = prefixes.advertisement_status.get(prefix_id, account_id=ACCOUNT)
    assert status is not None
    assert status.advertised
    with pytest.raises(cloudflare.ConflictError, match="1108"):
        prefixes.service_bindings.create(
            prefix_id, account_id=ACCOUNT, cidr="203.0.113.0/24", service_id=service_id(SPECTRUM)
        )


def test_the_sdk_uploads_a_letter_and_downloads_it() -> None:
    customer = Customer()
    documents = client_of(customer).addressing.loa_documents
    uploaded = documents.create(account_id=ACCOUNT, loa_document=A_PDF.decode())
    assert uploaded is not None
    assert uploaded.id is not None
    assert uploaded.size_bytes == len(A_PDF)
    assert documents.get(uploaded.id, account_id=ACCOUNT).read() == A_PDF


def test_what_was_under_way_goes_on_after_the_lab_was_started_again(tmp_path: Path) -> None:
    world = FakeWorld()
    world.register()
    state = State(tmp_path / "lab.db")
    cloud = make_cloudflare(world, state=state)
    record = cloud.perform(lambda: cloud.prefixes.create(ACCOUNT, PREFIX, 13335, delegate_loa_creation=True))
    world.authorise()
    world.add_route_object(PREFIX, 13335, f"cf-validation: {record.token}")
    cloud.perform(lambda: cloud.prefixes.validate(record))
    due = cloud.next_due()
    state.close()
    state = State(tmp_path / "lab.db")
    cloud = make_cloudflare(world, state=state)
    assert cloud.next_due() == due
    pass_time(cloud, world, DELAYS.validate[1])
    record = cloud.prefixes.get(ACCOUNT, record.id)
    assert record.is_approved
    cloud.perform(lambda: cloud.bindings.create(record, PREFIX, service_id(CDN)))
    pass_time(cloud, world, DELAYS.binding[1])
    bgp = cloud.bgp_prefixes.of(record)[0]
    cloud.perform(
        lambda: cloud.bgp_prefixes.edit(cloud.prefixes.get(ACCOUNT, record.id), bgp, advertised=True)
    )
    pass_time(cloud, world, DELAYS.enable[1])
    shown = (cloud.prefixes.all(), cloud.bindings.of(record), cloud.bgp_prefixes.of(record))
    letter = cloud.loa_documents.content(ACCOUNT, record.loa_document_id or "")
    announced = cloud.originations()
    state.close()
    state = State(tmp_path / "lab.db")
    cloud = make_cloudflare(world, state=state)
    assert (cloud.prefixes.all(), cloud.bindings.of(record), cloud.bgp_prefixes.of(record)) == shown
    assert cloud.loa_documents.content(ACCOUNT, record.loa_document_id or "") == letter
    assert cloud.originations() == announced
    assert len(announced) == 1
    state.close()
