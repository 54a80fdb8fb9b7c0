"""A group of commands whose modules are imported when they run."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import click

from sslstack.findings import find_nearest

if TYPE_CHECKING:
    from collections.abc import Mapping


class Commands(click.Group):
    """Commands by name with a line of help each; `package` holds a module for each."""

    def __init__(
        self,
        *,
        table: Mapping[str, str],
        package: str,
        foreign: Mapping[str, str] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self._table = table
        self._foreign = foreign or {}
        self._package = package

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give the names of all commands, in the table's order."""
        return list(self._table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import a command's module and give its command; None for an unknown name."""
        if cmd_name not in self._table:
            return None
        module = importlib.import_module(f"{self._package}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the table into the help, without importing a module."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._table.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; fails with what would be right."""
        if args and not args[0].startswith("-") and args[0] not in self._table:
            near = self._foreign.get(args[0]) or find_nearest(args[0], self._table)
            hint = f"did you mean '{near}'?" if near else f"{ctx.command_path} --help lists them"
            raise click.UsageError(f"no such command '{args[0]}': {hint}", ctx)
        return super().resolve_command(ctx, args)
