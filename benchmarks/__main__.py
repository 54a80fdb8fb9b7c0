"""`python -m benchmarks`: the measurements of the daily commands."""

from benchmarks import generate

generate.main()
