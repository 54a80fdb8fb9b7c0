"""CloudFormation's limits, checked before a deployment.

Numbers from the guide's page cloudformation-limits, read in autumn 2026.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sslstack.balancers.classic import REGION_QUOTA
from sslstack.cloudformation.resource_types import CLASSIC, SERVER_CERTIFICATE
from sslstack.findings import Finding, Location, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

INLINE = 51_200
"""Bytes of a template inside the request itself."""
FROM_S3 = 1_000_000
"""Bytes of a template that CloudFormation fetches from S3 (documented as 1 MB)."""
COUNTS = {"Resources": 500, "Parameters": 200, "Outputs": 200, "Mappings": 200}
REFERENCES = 60
CERTIFICATES = 20
"""Server certificates of an account, by default: IAM user guide, reference_iam-quotas."""
RESOLVE = "{{resolve:"
"""How a dynamic reference begins."""
NEAR = 0.9


def size(text: str, file: str) -> Iterator[Finding]:
    """Check the length of a template."""
    yield from judge({}, text, file)


def _by_s3(text: str, place: Location) -> Iterator[Finding]:
    if INLINE < len(text.encode()) <= FROM_S3 * NEAR:
        yield Finding(
            rule="template.size",
            severity=Severity.NOTICE,
            message=f"{len(text.encode()):,} bytes: over {INLINE:,}, deployed through S3",
            location=place,
        )


def judge(template: Mapping[str, Any], text: str, file: str) -> Iterator[Finding]:
    """Check a template: over a limit (error), over a default quota or near a limit (warning)."""
    place = Location(file)
    sizes = {
        f"{section.lower()}": (len(template.get(section, {})), limit)
        for section, limit in COUNTS.items()
    }
    sizes["dynamic references"] = (json.dumps(template).count(RESOLVE), REFERENCES)
    sizes["bytes"] = (len(text.encode()), FROM_S3)
    for what, (size, limit) in sizes.items():
        if size > limit * NEAR:
            over = size > limit
            yield Finding(
                rule="template.limit" if over else "template.near-limit",
                severity=Severity.ERROR if over else Severity.WARNING,
                message=f"{size:,} {what}: CloudFormation allows at most {limit:,} in a template",
                location=place,
                hint="split the compose project into several stacks",
            )
    yield from _by_s3(text, place)
    types = [resource["Type"] for resource in template.get("Resources", {}).values()]
    for resource_type, quota, whose in (
        (SERVER_CERTIFICATE, CERTIFICATES, "an account"),
        (CLASSIC, REGION_QUOTA, "a region"),
    ):
        if (number := types.count(resource_type)) > quota:
            yield Finding(
                rule="template.quota",
                severity=Severity.WARNING,
                message=f"{number} of {resource_type}: {whose} has {quota} by default",
                location=place,
                hint="request a quota increase in Service Quotas before deploying",
            )
