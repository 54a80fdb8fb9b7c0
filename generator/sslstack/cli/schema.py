"""`sslstack schema`: the JSON Schema of ssl.yml, for editors."""

import click


@click.command(epilog="Example: sslstack schema > ssl.schema.json")
def command() -> None:
    """Print the JSON Schema of ssl.yml."""
    from sslstack import declaration  # noqa: PLC0415 - late, for --help

    click.echo(declaration.make_schema(), nl=False)
