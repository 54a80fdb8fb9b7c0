"""The regions of AWS that botocore knows; there may be newer ones."""

from __future__ import annotations

import functools
import re

from botocore.loaders import Loader

from sslstack.findings import find_nearest

_HOST = re.compile(r"://[a-z0-9-]+\.(?P<region>[a-z]+(-[a-z]+)+-[0-9]+)\.amazonaws\.com")
"""A service and what looks like a region, which the `s3` of BUCKET.s3.amazonaws.com does not."""


def find_unknown(endpoint: str) -> str:
    """Return the region in an endpoint's URL if it is none that is known, else an empty text."""
    found = _HOST.search(endpoint)
    return found["region"] if found and not is_known(found["region"]) else ""


def is_known(region: str) -> bool:
    """Return whether a region of this name is known."""
    return region in _known()


def describe_unknown(region: str) -> str:
    """Report that a region is not known, and which may be meant."""
    near = find_nearest(region, sorted(_known()))
    return f"no region is named '{region}'" + (f"; did you mean '{near}'?" if near else "")


@functools.cache
def _known() -> frozenset[str]:
    partitions = Loader().load_data("endpoints")["partitions"]
    return frozenset(region for one in partitions for region in one["regions"])
