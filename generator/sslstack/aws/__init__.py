"""AWS: the one way to call it, credentials, and what its refusals mean."""
