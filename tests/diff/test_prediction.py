"""What the review predicted, compared with what CloudFormation proposes."""

from __future__ import annotations

import pytest

from sslstack import diff
from sslstack.changes import Action, PropertyChange, Replacement, ResourceChange


def _change(name: str, action: str, replacement: Replacement | None = None) -> ResourceChange:
    return ResourceChange(
        logical_id=name, type="T", action=action, replacement=replacement,
        properties=(PropertyChange(path="/Properties/P", before=1, after=2),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("predicted", "proposed", "said"),
    [
        ([_change("A", Action.ADD)], [_change("A", Action.ADD)], ()),
        ([_change("A", Action.MODIFY)], [],
         ("A: the review says modify, CloudFormation proposes nothing",)),
        ([], [_change("A", Action.REMOVE)],
         ("A: CloudFormation proposes to remove, the review saw nothing",)),
        ([_change("A", Action.MODIFY, Replacement.FALSE)],
         [_change("A", Action.MODIFY, Replacement.TRUE)],
         ("A: the review says modify, CloudFormation replace",)),
        ([_change("A", Action.MODIFY)], [_change("A", Action.MODIFY, Replacement.CONDITIONAL)], ()),
        ([], [_change("A", Action.DYNAMIC)], ()),
        ([], [_change("A", "Hibernate")],
         ("A: CloudFormation proposes to hibernate, the review saw nothing",)),
    ],
)  # fmt: skip
def test_what_was_predicted_and_what_is_proposed(
    predicted: list[ResourceChange], proposed: list[ResourceChange], said: tuple[str, ...]
) -> None:
    assert diff.surprises(diff.Diff(resources=tuple(predicted)), proposed) == said
