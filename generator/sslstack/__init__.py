"""docker-compose.yml + ssl.yml -> one linted CloudFormation template."""
