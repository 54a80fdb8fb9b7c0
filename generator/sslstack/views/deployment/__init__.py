"""A deployment: its change set as text, Markdown and JSON, its steps and its end, its keys."""
