"""The template: made, written, read and linted."""
