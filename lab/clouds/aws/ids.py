"""Resource IDs and ARNs, shaped as AWS shapes them."""

from __future__ import annotations

import random
from typing import Final

from lab.clouds.aws.caller import partition_of

_LENGTHS: Final = {"ipam-pool-alloc": 33}


class Ids:
    """Makes IDs such as `ipam-pool-08c6fe6fbd7bb7105`; a seeded `source` makes the same ones again."""

    def __init__(self, source: random.Random) -> None:
        self._source = source

    def new(self, kind: str) -> str:
        """A fresh ID: `kind`, a dash and 17 hexadecimal digits (33 for `ipam-pool-alloc`)."""
        return f"{kind}-{self.hexadecimal(_LENGTHS.get(kind, 17))}"

    def hexadecimal(self, digits: int) -> str:
        """That many random hexadecimal digits, the first of which is 0, as AWS's are."""
        return f"0{self._source.getrandbits(4 * (digits - 1)):0{digits - 1}x}"


def arn(service: str, region: str, account: str, resource: str, *, home: str = "") -> str:
    """`arn:aws:SERVICE:REGION:ACCOUNT:RESOURCE`; IPAM's have no region, so `home` tells their partition."""
    return f"arn:{partition_of(region or home)}:{service}:{region}:{account}:{resource}"
