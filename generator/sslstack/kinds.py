"""The kinds of load balancers, and the stores in which AWS keeps their certificates."""

from __future__ import annotations

from typing import Literal, get_args

Kind = Literal["classic", "application", "network"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DEFAULT_KIND: Kind = "classic"
"""Where neither a service nor ssl.yml says; `stack.kinds` alone decides by it."""

Store = Literal["iam", "acm"]
STORES: tuple[Store, ...] = get_args(Store)
DEFAULT_STORE: Store = "iam"
"""Where files of certificates go."""
