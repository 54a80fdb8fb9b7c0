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
         ("A: predicted modify, but not in the change set",)),
        ([], [_change("A", Action.REMOVE)],
         ("A: not predicted, but the change set has remove",)),
        ([_change("A", Action.MODIFY, Replacement.FALSE)],
         [_change("A", Action.MODIFY, Replacement.TRUE)],
         ("A: predicted modify, but the change set has replace",)),
        ([_change("A", Action.MODIFY)], [_change("A", Action.MODIFY, Replacement.CONDITIONAL)], ()),
        ([], [_change("A", Action.DYNAMIC)], ()),
        ([], [_change("A", "Hibernate")],
         ("A: not predicted, but the change set has hibernate",)),
    ],
)  # fmt: skip
def test_what_was_predicted_and_what_is_proposed(
    predicted: list[ResourceChange], proposed: list[ResourceChange], said: tuple[str, ...]
) -> None:
    assert diff.surprises(diff.Diff(resources=tuple(predicted)), proposed) == said


def _caused(name: str, cause: str, replacement: Replacement = Replacement.FALSE) -> ResourceChange:
    return ResourceChange(
        logical_id=name, type="T", action=Action.MODIFY, replacement=replacement,
        properties=(PropertyChange(path="/Properties/P", cause=cause, replacement=replacement),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("predicted", "proposed", "names"),
    [
        ([], [_caused("A", "Subnets")], []),
        ([], [_caused("A", "Subnets"), _caused("B", "A.Arn"), _caused("C", "B")], []),
        ([_change("A", Action.MODIFY)], [_caused("A", "Subnets", Replacement.TRUE)], []),
        ([], [_caused("A", "Image")], ["A"]),
        ([], [_caused("A", "Other"), _caused("B", "A")], ["A", "B"]),
        ([], [_change("A", Action.MODIFY)], ["A"]),
        ([_change("A", Action.REMOVE)], [_caused("A", "Subnets")], ["A"]),
    ],
)
def test_what_a_parameter_of_this_deployment_brings_about_is_expected(
    predicted: list[ResourceChange], proposed: list[ResourceChange], names: list[str]
) -> None:
    """Directly or by way of other resources; not what another cause has, nor what is removed."""
    found = diff.surprises(diff.Diff(resources=tuple(predicted)), proposed, {"Subnets"})
    assert [line.partition(":")[0] for line in found] == names


def test_a_default_that_the_templates_change_is_expected() -> None:
    entry = diff.EntryChange(section="Parameters", name="Image", action=Action.MODIFY)
    assert diff.surprises(diff.Diff(entries=(entry,)), [_caused("A", "Image")]) == ()
