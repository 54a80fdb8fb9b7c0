"""Stack -> template, one module a family of resources; troposphere stays in here."""
