"""What the emulator's process is told when it starts."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field

STAND_IN = "in place of a private key"
"""What is taken for the private key of any certificate: whoever only tries things out need not
have it, nor let it out of its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one emulator; `emulator.start` explains them.

    They come on standard input: what stands on a command line is read by every user of the machine.
    """

    access_key: str = field(repr=False)
    region: str
    account: str
    delay: float
    page_size: int
    settled: bool

    def dumps(self) -> bytes:
        """Give the settings as a line of JSON."""
        return json.dumps(dataclasses.asdict(self)).encode() + b"\n"

    @classmethod
    def loads(cls, line: bytes) -> Settings:
        """Read the settings `dumps` gave."""
        return cls(**json.loads(line))

    def environment(self) -> dict[str, str]:
        """Give the variables by which moto and botocore look at nothing of this machine.

        https://docs.getmoto.org/en/latest/docs/multi_account.html has MOTO_ACCOUNT_ID.
        """
        return {
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            "MOTO_ACCOUNT_ID": self.account,
            "NO_PROXY": "*",
        }
