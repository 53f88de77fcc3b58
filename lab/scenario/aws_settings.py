"""What a lab's file says of AWS, as AWS itself is told."""

from __future__ import annotations

from dataclasses import replace

from lab.clouds.aws.settings import AwsSettings, Delays
from lab.topology.model import AwsSection, Topology


def aws_settings(topology: Topology) -> AwsSettings:
    """The accounts, regions and delays; Amazon's own space is what its speakers announce from the start."""
    section = topology.aws or AwsSection()
    own = [prefix for each in topology.of_cloud("aws") for prefix in each.prefixes]
    return AwsSettings(
        accounts={number: name for name, number in section.accounts.items()},
        regions=topology.aws_regions,
        organization=section.organization,
        delays=replace(Delays(), **section.delays),
        poor_reputation=section.poor_reputation,
        amazon_prefixes=tuple(dict.fromkeys(own)),
    )
