"""`python -m sslstack` is `sslstack`; the working folder may be a stranger's repository."""

from __future__ import annotations

from sslstack import isolation


def main() -> None:
    """Run the command line with modules of the installation only."""
    isolation.forget_working_folder()
    from sslstack import cli  # noqa: PLC0415 - not before the path is clean

    cli.main()


if __name__ == "__main__":
    main()
