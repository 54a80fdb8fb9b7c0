"""How many faults were survived of how many tried: counted by tests, printed by the summary."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_PROPERTY = "faults"


@dataclass
class Tally:
    """Attempts of one test: each is made, whatever became of those before it."""

    record: Callable[[str, object], None]
    tried: int = 0
    problems: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def attempt(self, what: str) -> Iterator[None]:
        """Count what is tried, and an assertion that fails as not survived."""
        self.tried += 1
        try:
            yield
        except AssertionError as error:
            self.problems.append(f"{what}: {error}")

    def conclude(self) -> None:
        """Hand the figure in; fails where something was not survived, or nothing tried."""
        self.record(_PROPERTY, (self.tried - len(self.problems), self.tried))
        assert self.tried, "nothing was tried"
        assert not self.problems, "\n\n".join(self.problems)


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Tally:
    """Give an empty tally."""
    return Tally(record_property)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figure of all tests, of other processes' too."""
    figures = [
        value
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, ())
        for name, value in report.user_properties
        if name == _PROPERTY
    ]
    if figures:
        survived, tried = (sum(numbers) for numbers in zip(*figures, strict=True))
        terminalreporter.write_line(f"faults survived / tried: {survived} / {tried}")
