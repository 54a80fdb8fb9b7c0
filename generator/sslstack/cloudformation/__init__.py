"""The template: made, written, read and linted."""

from sslstack.cloudformation.text import dumps, loads

__all__ = ["dumps", "loads"]
