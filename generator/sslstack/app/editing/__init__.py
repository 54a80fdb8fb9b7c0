"""Edits of ssl.yml as commands make them: opened, changed, checked as a whole, then written."""
