"""The kinds of load balancers, and the stores in which AWS keeps their certificates."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["classic", "application", "network"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Store = Literal["iam", "acm"]
STORES: tuple[Store, ...] = get_args(Store)
