"""Which domains of a requested certificate need a record of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def validated_names(domains: Iterable[str]) -> Iterable[str]:
    """Give one domain for each record that validates them, in the order of the declaration.

    A wildcard has the same CNAME record as the name behind it (ACM guide, dns-validation): with
    an option for each, CloudFormation makes the record twice, and Route 53 refuses the second.
    """
    by_record: dict[str, str] = {}
    for domain in domains:
        record = domain.lower().removesuffix(".").removeprefix("*.")
        if by_record.get(record, "*.").startswith("*."):
            by_record[record] = domain
    return by_record.values()
