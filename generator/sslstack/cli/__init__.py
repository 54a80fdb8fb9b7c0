"""The command line: parse, call the pipeline, show one view, return an exit code."""
