"""What the emulator's process is told when it starts."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass

STAND_IN = "a private key that is not at hand"
"""What is taken for the private key of any certificate: whoever only tries things out need not
have those of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one emulator; `emulator.start` explains them."""

    region: str
    account: str
    delay: float
    page_size: int
    settled: bool

    def dumps(self) -> str:
        """Give the settings as JSON."""
        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def loads(cls, text: str) -> Settings:
        """Read the settings `dumps` gave."""
        return cls(**json.loads(text))

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
