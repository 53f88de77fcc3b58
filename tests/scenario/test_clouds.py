"""What AWS wants announced is what its speakers announce, whatever else is done to them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.small_lab import LINKS, TEXT

from lab.bgp.commands import Originate
from lab.bgp.prefix import Prefix
from lab.clouds.aws.byoip.authorization import Authorization
from lab.clouds.aws.byoip.range import RangeState
from lab.clouds.aws.caller import Caller
from lab.clouds.aws.ipam.ipam import Ipam
from lab.engines.base import EngineError
from lab.engines.sim.engine import SimEngine
from lab.scenario.byoip_expectation import check_byoip
from lab.scenario.lab import Lab, LabError
from lab.scenario.rpki_showing import what_if_step
from lab.topology.loading import parse, parse_step, read_document
from lab.topology.steps import Expect

RANGE, OTHER = Prefix.parse("203.0.113.0/24"), Prefix.parse("192.0.2.0/24")
EAST, WEST = "us-east-1", "eu-west-1"
SITES = """\
  aws-a: {asn: 16509, cloud: aws, region: us-east-1, prefixes: [192.0.2.0/24]}
  aws-b: {asn: 16509, cloud: aws, region: us-east-1}
  aws-c: {asn: 16509, cloud: aws, region: eu-west-1}
"""
FILE = TEXT.replace(
    LINKS, f"{SITES}{LINKS}  - aws-a -> transit\n  - aws-b -> transit\n  - aws-c -> transit\n"
)


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab(parse(FILE, "small.yaml"), SimEngine) as lab:
        yield lab


def bring(lab: Lab, prefix: Prefix = RANGE, region: str = EAST) -> Caller:
    """A range of IPAM: it may be advertised, and is at once."""
    aws = lab.clouds.aws
    assert aws is not None
    caller = Caller(aws.accounts.all()[0].id, region)
    aws.perform(
        lambda: aws.ranges.register(
            caller.account, region, prefix, ipam_pool_id="ipam-pool-0", advertisable=True
        )
    )
    aws.perform(lambda: aws.ranges.advertise(caller, prefix))
    lab.follow_clouds()
    return caller


def end(lab: Lab, caller: Caller, prefix: Prefix = RANGE) -> None:
    aws = lab.clouds.aws
    assert aws is not None
    aws.perform(lambda: aws.ranges.withdraw(caller, prefix))
    lab.follow_clouds()
    lab.wait(60)
    assert aws.ranges.all()[0].state is RangeState.PROVISIONED


def announcing(lab: Lab, prefix: Prefix = RANGE) -> set[str]:
    return {name for name in lab.topology.speakers if Originate(prefix) in lab.engine.commands(name)}


def test_every_speaker_of_the_region_announces_and_no_other_one(lab: Lab) -> None:
    caller = bring(lab)
    assert announcing(lab) == {"customer", "aws-a", "aws-b"}
    end(lab, caller)
    assert announcing(lab) == {"customer"}


def test_what_aws_advertises_cannot_be_withdrawn_or_announced_by_hand(lab: Lab) -> None:
    bring(lab)
    for act in (lambda: lab.withdraw("aws-a", RANGE), lambda: lab.announce("aws-a", RANGE, prepend=2)):
        with pytest.raises(LabError, match=r"aws-a announces 203.0.113.0/24 .* withdraw-byoip-cidr"):
            act()
    assert announcing(lab) == {"customer", "aws-a", "aws-b"}
    with pytest.raises(LabError, match="does not announce"):
        lab.withdraw("aws-c", RANGE)


def test_by_hand_goes_again_once_aws_has_withdrawn(lab: Lab) -> None:
    end(lab, bring(lab))
    lab.announce("aws-a", RANGE)
    lab.withdraw("aws-a", RANGE)
    assert announcing(lab) == {"customer"}


def test_what_the_file_has_a_speaker_announce_stays_when_aws_withdraws_it(lab: Lab) -> None:
    caller = bring(lab, OTHER)
    assert announcing(lab, OTHER) == {"aws-a", "aws-b"}
    end(lab, caller, OTHER)
    assert announcing(lab, OTHER) == {"aws-a"}


def test_a_speaker_that_cannot_be_reached_does_not_hold_up_the_others_for_good(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = bring(lab)
    apply = lab.engine.apply

    def fail_at_the_second(speaker, command):
        if speaker == "aws-b":
            raise EngineError("aws-b does not answer")
        apply(speaker, command)

    aws = lab.clouds.aws
    aws.perform(lambda: aws.ranges.withdraw(caller, RANGE))
    monkeypatch.setattr(lab.engine, "apply", fail_at_the_second)
    with pytest.raises(EngineError, match="does not answer"):
        lab.wait(60)
    assert announcing(lab) == {"customer", "aws-b"}
    monkeypatch.undo()
    lab.follow_clouds()
    assert announcing(lab) == {"customer"}


def test_what_a_fault_undoes_leaves_no_event(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    aws, caller = lab.clouds.aws, bring(lab)
    aws.perform(lambda: aws.ranges.withdraw(caller, RANGE))
    lab.follow_clouds()
    lab.engine.advance(60)

    def fail(self, now):
        raise RuntimeError("a fault")

    monkeypatch.setattr(Ipam, "work", fail)
    for _ in range(3):
        with pytest.raises(RuntimeError):
            lab.clouds.work()
    assert aws.take_events() == []
    assert aws.ranges.all()[0].state is RangeState.PENDING_WITHDRAWAL
    monkeypatch.undo()
    lab.clouds.work()
    assert len(aws.take_events()) == 1


@pytest.mark.parametrize(
    "step",
    [
        {"aws": {"call": "advertise-byoip-cidr", "with": {"Cidr": "203.0.113.0/24"}}},
        {"registry": {"prefix": "203.0.113.0/24", "status": "Reassigned"}},
        {"wait": {"for": "40s"}},
    ],
)
def test_what_hangs_on_registries_and_clouds_is_not_tried_on_a_copy(lab: Lab, step) -> None:
    document = read_document(FILE + "registry:\n  - {prefix: 203.0.113.0/24, rir: ARIN, holder: customer}\n")
    caller = bring(lab)
    aws = lab.clouds.aws
    aws.perform(lambda: aws.ranges.withdraw(caller, RANGE))
    with pytest.raises(LabError, match="cannot be tried on a copy"):
        what_if_step(lab, parse_step(step, document))


def test_what_aws_announces_is_announced_in_a_copy_and_can_be_withdrawn_there(lab: Lab) -> None:
    bring(lab)
    document = read_document(FILE)
    for speaker in ("aws-a", "aws-b"):
        step = parse_step({"withdraw": {"from": speaker, "prefix": str(RANGE)}}, document)
        assert f"{speaker}: best route to {RANGE}: its own -> " in what_if_step(lab, step)["text"]
    assert announcing(lab) == {"customer", "aws-a", "aws-b"}


def test_a_range_that_failed_inside_of_another_accounts_is_what_is_expected_of(lab: Lab) -> None:
    half = Prefix.parse("203.0.113.0/24")
    whole = half.supernet(23)
    aws, names = lab.clouds.aws, iter(lab.clouds.aws.accounts.all())
    me = Caller(next(names).id, EAST)
    aws.perform(lambda: aws.ranges.provision(me, half, Authorization("a", "b")))
    lab.wait(4000)
    aws.perform(
        lambda: aws.ranges.register(
            "999999999999", EAST, whole, ipam_pool_id="ipam-pool-0", advertisable=True
        )
    )
    expected = Expect.model_validate({"byoip": str(half), "state": "failed-provision"})
    assert check_byoip(lab, expected).met
    assert not check_byoip(lab, Expect.model_validate({"byoip": "192.0.2.0/24", "state": "provisioned"})).met
