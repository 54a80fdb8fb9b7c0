"""Values shown to people: pure functions to text."""
