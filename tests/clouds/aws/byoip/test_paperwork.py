"""All checks together: each shortfall is found, and all of them at once."""

from __future__ import annotations

import pytest
from support.aws_world import ACCOUNT, GOV_REGION, OTHER_ACCOUNT, REGION, FakeWorld, basics_with
from support.byoip_customer import ANOTHER, CUSTOMER, RANGE, RANGE6, ready_world, signed

from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.byoip.customer import Customer
from lab.clouds.aws.byoip.paperwork import shortfalls
from lab.registry.records import HolderKind
from lab.topology.cloud_vocabulary import SigningMistake


def missing(
    world: FakeWorld,
    authorization: Authorization | None = None,
    prefix: Prefix = RANGE,
    *,
    account: str = ACCOUNT,
    region: str = REGION,
    advertisable: bool = True,
) -> list[tuple[str, str]]:
    given = authorization or signed(prefix)
    found = shortfalls(basics_with(world), account, region, prefix, given, advertisable)
    return [(shortfall.rule, shortfall.text) for shortfall in found]


def rules(*args: object, **options: object) -> list[str]:
    return [rule for rule, _ in missing(*args, **options)]


@pytest.mark.seed(1, 18, 33, 83, 86, 87, 88)
@pytest.mark.parametrize("prefix", [RANGE, RANGE6])
def test_nothing_is_missing_when_all_is_there(prefix: Prefix) -> None:
    assert missing(ready_world(prefix), prefix=prefix) == []


@pytest.mark.seed(18, 87)
def test_a_roa_alone_does_not_authorize_an_account() -> None:
    found = shortfalls(basics_with(ready_world()), ACCOUNT, REGION, RANGE, None, True)
    assert [shortfall.rule for shortfall in found] == ["message"]
    assert "1|aws|account|cidr|YYYYMMDD|SHA256|RSAPSS" in found[0].text


@pytest.mark.seed(18, 86, 88)
def test_a_signed_message_alone_does_not_authorize_amazon_to_announce() -> None:
    world = ready_world()
    world.payloads.clear()
    assert rules(world) == ["roa"]


@pytest.mark.seed(47, 87, 88)
def test_a_range_that_is_not_advertised_needs_no_roa_but_the_message() -> None:
    world = ready_world(RANGE6)
    world.payloads.clear()
    assert rules(world, prefix=RANGE6, advertisable=False) == []
    assert rules(world, prefix=RANGE6, advertisable=True) == ["roa"]
    bad = signed(RANGE6, OTHER_ACCOUNT)
    assert rules(world, bad, prefix=RANGE6, advertisable=False) == ["message"]


@pytest.mark.seed(85)
def test_in_govcloud_the_roa_is_for_another_as() -> None:
    world = ready_world()
    assert rules(world, region=GOV_REGION) == ["roa"]
    world.authorize(RANGE, 8987)
    assert rules(world, region=GOV_REGION) == []


@pytest.mark.seed(39)
def test_the_message_is_for_the_account_and_the_range() -> None:
    world = ready_world()
    assert rules(world, account=OTHER_ACCOUNT) == ["message"]
    assert rules(world, signed(RANGE6)) == ["message"]
    assert rules(world, signed(days=-1)) == ["message"]


@pytest.mark.seed(33, 37)
@pytest.mark.parametrize("mistake", list(SigningMistake))
def test_the_signature_must_be_as_aws_wants_it(mistake: SigningMistake) -> None:
    assert rules(ready_world(), signed(mistake=mistake)) == ["signature"]


@pytest.mark.seed(33, 37)
def test_the_signature_must_be_by_the_published_key() -> None:
    world = ready_world()
    assert rules(world, signed(customer=ANOTHER)) == ["signature"]
    world.comment(RANGE, ANOTHER.certificate(world.now()))
    assert rules(world, signed(customer=ANOTHER)) == []


@pytest.mark.seed(29, 33)
def test_without_a_certificate_only_the_form_of_the_signature_is_judged() -> None:
    world = ready_world()
    world.comment(RANGE)
    assert rules(world) == ["certificate"]
    assert rules(world, signed(mistake=SigningMistake.PLAIN_BASE64)) == ["certificate", "signature"]


@pytest.mark.seed(30, 31, 32)
@pytest.mark.parametrize(
    ("rir", "status", "title"),
    [
        ("arin", "Direct Allocation", "Registration Comments"),
        ("ripe", "ALLOCATED PA", "description"),
        ("apnic", "ALLOCATED PORTABLE", "remarks"),
    ],
)
def test_the_certificate_belongs_to_the_range_and_not_to_the_organization(
    rir: str, status: str, title: str
) -> None:
    world = FakeWorld()
    world.register(RANGE, rir=rir, status=status)
    world.authorize(RANGE)
    world.comment_on_holder("customer", CUSTOMER.certificate(world.now()))
    ((rule, text),) = missing(world)
    assert rule == "certificate"
    assert f"at {rir.upper()}, but there is one in those of customer" in text
    world.comment(RANGE, CUSTOMER.certificate(world.now()), title=title)
    assert missing(world) == []


def test_a_fault_of_the_certificate_says_where_it_is() -> None:
    world = ready_world()
    world.comment(RANGE, CUSTOMER.certificate(world.now(), width=64)[:99])
    ((_, text),) = missing(world)
    assert text.startswith("in the RDAP remarks of 198.51.100.0/24 at ARIN, a certificate is cut off")


def test_without_a_registration_nothing_is_said_of_a_certificate() -> None:
    world = FakeWorld()
    world.authorize(RANGE)
    assert rules(world) == ["registration"]


@pytest.mark.seed(83)
def test_everything_that_is_missing_is_found_at_once() -> None:
    world = FakeWorld()
    world.register(RANGE, status="Reassignment", kind=HolderKind.INDIVIDUAL)
    world.comment(RANGE, Customer("expired").certificate(world.now() - 86400 * 900))
    wrong = signed(account=OTHER_ACCOUNT, mistake=SigningMistake.PLAIN_BASE64)
    assert rules(world, wrong) == ["status", "holder", "certificate", "message", "signature", "roa"]
