"""A review of templates: for a terminal, a pull request, a program, a browser."""
