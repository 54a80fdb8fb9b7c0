"""Rules for load balancers and certificates in any CloudFormation template.

    cfn-lint -a sslstack.rules -- template.yaml

cfn-lint runs the classes that are members of this package; it reports nothing where there are
none. They are made when somebody asks for them: importing cfn-lint takes 0.7 s, and the rules
(`sslstack.rules.every`) need none of it.
"""

from __future__ import annotations

import re
from typing import Any


def __getattr__(name: str) -> Any:
    if not re.fullmatch(r"[EWI]\d+", name):
        raise AttributeError(name)
    from sslstack.rules.cfnlint import CLASSES  # noqa: PLC0415 - see above

    if name not in CLASSES:
        raise AttributeError(name)
    return CLASSES[name]


def __dir__() -> list[str]:
    from sslstack.rules.cfnlint import CLASSES  # noqa: PLC0415 - see above

    return [*globals(), *CLASSES]
