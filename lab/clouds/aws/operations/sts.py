"""Who somebody is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.clouds.aws.caller import Caller
from lab.clouds.aws.errors import AwsError
from lab.clouds.aws.ids import arn
from lab.clouds.aws.operation import Members, Parameters, operation

if TYPE_CHECKING:
    from lab.clouds.aws.cloud import Aws


@operation("sts", "GetCallerIdentity")
def get_caller_identity(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The lab has no users: the keys are the account's own, so the caller is its root."""
    return {
        "Account": caller.account,
        "UserId": caller.account,
        "Arn": arn("iam", "", caller.account, "root", home=caller.region),
    }


@operation("sts", "GetAccessKeyInfo")
def get_access_key_info(aws: Aws, caller: Caller, asked: Parameters) -> Members:
    """The account that a key belongs to."""
    account = aws.accounts.by_access_key(asked["AccessKeyId"])
    if account is None:
        raise AwsError("InvalidClientTokenId", "No account of the lab has this access key")
    return {"Account": account.id}
