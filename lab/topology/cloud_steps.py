"""The steps that act on the registries and on AWS, as written in a file.

What they do is `lab.scenario`'s business. Which members may stand together: `registry_checks`,
`cloud_checks`. Whether an operation and its members exist the service models know, when it is carried out.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StrictBool, field_validator

from lab.topology.cloud_scalars import (
    ONE_LINE,
    AccountWord,
    Date,
    ErrorCode,
    FieldName,
    KeyName,
    MemberName,
    MemberPath,
    OperationWord,
    RegionName,
    SavedName,
    SigningMistakeWord,
    Wrapping,
)
from lab.topology.scalars import IpPrefix, PrintedText
from lab.topology.step_model import StepModel

DEFAULT_KEY: Final = "customer"
"""The key of who names none. A key is made when it is first named, and kept."""
_SHOWN_MOST: Final = 60


class Certificate(StepModel):
    """A self-signed X.509 certificate of an RSA key, as the lab's customer would paste it.

    It is valid from now for `days` (0: it has expired at once). `wrapped` is the characters in a line;
    `markers` are the words BEGIN and END CERTIFICATE around it.
    """

    key: KeyName = DEFAULT_KEY
    days: Annotated[int, Field(strict=True, ge=0, le=36500)] = 365
    wrapped: Wrapping = ONE_LINE
    markers: StrictBool = True


class RegistryStep(StepModel):
    """The registration of `prefix` is edited, by exactly one of: `add` a comment, `certificate` (which is
    one, too), `remove_comments`, `status`, `kind` of the holder.

    Comments go to the `range` or, where no cloud looks, to its `holder`; into the registry's usual field for
    them or another `field`; by the `helpdesk` where holders may not write themselves.
    """

    prefix: IpPrefix
    add: PrintedText | None = None
    certificate: Certificate | None = None
    remove_comments: StrictBool = False
    status: PrintedText | None = None
    kind: Literal["organization", "individual"] | None = None
    field: FieldName | None = None
    on: Literal["range", "holder"] = "range"
    helpdesk: StrictBool = False

    @property
    def text(self) -> str:
        """The step as a sentence for people."""
        where = f"the holder of {self.prefix}" if self.on == "holder" else str(self.prefix)
        by = " by the helpdesk" if self.helpdesk else ""
        if self.add is not None:
            return f"a comment is added to {where} in the registry{by}: {_short(self.add)}"
        if self.certificate is not None:
            return f"a certificate of the key {self.certificate.key} is added to {where} in the registry{by}"
        if self.remove_comments:
            return f"the comments on {where} are removed from the registry{by}"
        if self.status is not None:
            return f"{self.prefix} becomes {self.status} in the registry"
        return f"the holder of {self.prefix} becomes an {self.kind} in the registry"


class Authorize(StepModel):
    """The authorization message `1|aws|ACCOUNT|CIDR|YYYYMMDD|SHA256|RSAPSS`, signed with the RSA key `key`.

    By default it is right: for the account that calls and the `Cidr` of the request, until a year from now.
    `message` is another text that is signed as it is; `mistake` is one in the signing.
    """

    key: KeyName = DEFAULT_KEY
    expires: Date | None = None
    account: AccountWord | None = None
    prefix: IpPrefix | None = None
    message: PrintedText | None = None
    mistake: SigningMistakeWord | None = None


def _or_true(schema: dict[str, Any]) -> None:
    schema["anyOf"].insert(0, {"const": True})


class AwsStep(StepModel):
    """An API call, as a customer makes it with the CLI or an SDK. It must succeed or, with `error`, be
    refused with that code.

    `with` are members of the request by the API's names; `$name` in it stands for what an earlier step saved
    by `save: {name: Member.Of.The.Answer}`. `authorize` adds the CidrAuthorizationContext; with `true` it is
    right.
    """

    call: OperationWord
    service: Literal["ec2", "ram", "sts"] = "ec2"
    account: AccountWord | None = Field(default=None, alias="as")
    region: RegionName | None = None
    members: dict[MemberName, Any] = Field(default_factory=dict, alias="with")
    authorize: Authorize | None = Field(default=None, json_schema_extra=_or_true)
    error: ErrorCode | None = None
    save: dict[SavedName, MemberPath] | None = None

    @field_validator("authorize", mode="before")
    @classmethod
    def _rightly(cls, value: Any) -> Any:
        return {} if value is True else value

    @property
    def operation(self) -> str:
        """The operation by the API's name: `ProvisionByoipCidr`, however it was written."""
        if self.call[:1].isupper():
            return self.call
        return "".join(word.capitalize() for word in self.call.split("-"))

    @property
    def text(self) -> str:
        """The step as a sentence for people."""
        who = f" by {self.account}" if self.account else ""
        where = f" in {self.region}" if self.region else ""
        what = ", ".join(f"{name} {_short(_value_text(value))}" for name, value in self.members.items())
        refused = f", to be refused with {self.error}" if self.error else ""
        return f"{self.service} {self.operation}{who}{where}{': ' if what else ''}{what}{refused}"


def _value_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_MOST else f"{line[:_SHOWN_MOST]}…"
