"""The stack: what is to be deployed, as a plain value."""
