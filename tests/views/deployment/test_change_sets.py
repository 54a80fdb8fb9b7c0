"""A change set is shown whole, whatever the declarations still say of its resources."""

from __future__ import annotations

import pytest

from sslstack.changes import Action, ResourceChange
from sslstack.deploy.change_set import ChangeSet
from sslstack.findings import Location
from sslstack.views.deployment.markdown import markdown
from sslstack.views.deployment.text import text


def _proposed(*changes: ResourceChange) -> ChangeSet:
    return ChangeSet(
        arn="arn:change-set",
        name="sslstack-1",
        stack="web",
        stack_id="arn:stack",
        type="UPDATE",
        status="CREATE_COMPLETE",
        execution="AVAILABLE",
        changes=changes,
    )


@pytest.mark.parametrize("show", [text, markdown])
def test_what_is_declared_no_longer_has_no_place(show: object) -> None:
    """A certificate that nobody declares any more is removed; the rest has its line."""
    assert callable(show)
    gone = ResourceChange(
        logical_id="OldCertificate", type="AWS::IAM::ServerCertificate", action=Action.REMOVE
    )
    kept = ResourceChange(
        logical_id="WebLoadBalancer",
        type="AWS::ElasticLoadBalancing::LoadBalancer",
        action=Action.MODIFY,
    )
    shown = show(_proposed(gone, kept), {"WebLoadBalancer": Location("ssl.yml", 7, 3)})
    (removed,) = (line for line in shown.splitlines() if "OldCertificate" in line)
    (modified,) = (line for line in shown.splitlines() if "WebLoadBalancer" in line)
    assert "ssl.yml" not in removed
    assert "ssl.yml:7:3" in modified
