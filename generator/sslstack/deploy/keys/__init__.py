"""Private keys on their way to AWS: read, compared, stored as versions of secrets, removed."""
