"""docker-compose.yml + ssl.yml -> one linted CloudFormation template."""

__all__: tuple[str, ...] = ()
