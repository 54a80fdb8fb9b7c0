"""Forms of what people type on the command line."""

from __future__ import annotations

import datetime
import re
from typing import Any

import click

_UNITS = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes"}


class MisplacedTarget(click.UsageError):
    """TARGET stands behind another argument; `hint` is the line in the right order."""

    def __init__(self, target: str, line: str, ctx: click.Context) -> None:
        super().__init__(f"TARGET comes first: {target}", ctx)
        self.hint = line


class Target(click.ParamType[str]):
    """`service:port`."""

    name = "target"

    @staticmethod
    def is_valid(value: str) -> bool:
        """Tell whether a word is `service:port`."""
        from sslstack.declaration import values  # noqa: PLC0415 - late, it imports pydantic

        return re.fullmatch(values.TARGET, value) is not None

    def convert(self, value: Any, param: Any, ctx: Any) -> str:
        """Give the target as written; fails with what would be right."""
        from sslstack.declaration import values  # noqa: PLC0415 - late, it imports pydantic

        if not self.is_valid(value):
            meant = values.guess_target(value)
            near = f"; did you mean {meant}?" if meant else ""
            self.fail(f"'{value}' is not service:port, as in web:443{near}", param, ctx)
        return str(value)


class Duration(click.ParamType[datetime.timedelta]):
    """`30d`, `12h`, `2w` or `90m` as a timedelta."""

    name = "duration"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime.timedelta:
        """Give the time span; fails with what would be right."""
        match = re.fullmatch(r"([0-9]{1,5})([wdhm])", str(value))
        if match is None:
            self.fail(f"'{value}' is not a time span such as 30d, 12h or 2w", param, ctx)
        return datetime.timedelta(**{_UNITS[match[2]]: int(match[1])})


class Moment(click.ParamType[datetime.datetime]):
    """An ISO 8601 time as an aware datetime; without a zone it is UTC."""

    name = "time"

    def convert(self, value: Any, param: Any, ctx: Any) -> datetime.datetime:
        """Give the moment; fails with what would be right."""
        try:
            moment = datetime.datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is not a time such as 2026-12-24T08:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
