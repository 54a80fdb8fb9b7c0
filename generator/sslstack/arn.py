"""Amazon resource names: their form, and one taken apart.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_PREFIX = "arn:"
_ANY = re.compile(r"arn:aws[\w-]*:\S+")
_ACM = r"acm:[a-z0-9-]+:[0-9]{12}:certificate/"
_IAM = r"iam::[0-9]{12}:server-certificate/"
_CERTIFICATE = re.compile(rf"arn:aws[a-z-]*:(?:{_ACM}|{_IAM})\S+")
_FIELDS = 6
_MENTIONED = re.compile(r"arn:aws[a-z-]*:(?:acm|iam):[^\s\"']+")
ROLE = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/.+$"
"""Pattern of the ARN of a role; it is in the schema of ssl.yml too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arn:
    """An ARN taken apart; `region` and `account` are empty where a service leaves them out."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @property
    def path(self) -> tuple[str, ...]:
        """The parts of the resource: `("certificate", "0f3a…")`."""
        return tuple(self.resource.split("/"))

    @property
    def name(self) -> str:
        """The last part of the resource."""
        return self.path[-1]

    def __str__(self) -> str:
        fields = (self.partition, self.service, self.region, self.account, self.resource)
        return _PREFIX + ":".join(fields)


def parse_arn(text: str) -> Arn:
    """Take an ARN apart; raises ValueError for other text."""
    fields = text.split(":", _FIELDS - 1)
    if len(fields) != _FIELDS or not text.startswith(_PREFIX):
        raise ValueError(f"'{text}' is not an ARN")
    _, partition, service, region, account, resource = fields
    return Arn(
        partition=partition, service=service, region=region, account=account, resource=resource
    )


def begins_arn(text: str) -> bool:
    """Return whether a text is meant as an ARN: no name and no path begins like one."""
    return text.startswith(_PREFIX)


def is_arn(text: str) -> bool:
    """Return whether a whole text has the form of an ARN."""
    return bool(_ANY.fullmatch(text))


def is_certificate(text: str) -> bool:
    """Return whether this is the ARN of a certificate in ACM, or of a server certificate in IAM."""
    return bool(_CERTIFICATE.fullmatch(text))


def find_certificates(text: str) -> list[str]:
    """Find the ARNs in a text, of a template for one, that may be those of certificates."""
    return _MENTIONED.findall(text)


def read_name(text: str) -> str:
    """Return the name at the end of an ARN, and another text as it is."""
    return text.rpartition("/")[2]
