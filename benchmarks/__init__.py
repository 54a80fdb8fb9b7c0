"""Measurements of whole processes: time and peak memory. `make bench`, or one by name.

Numbers are compared as ratios within one run; machines differ and are noisy.
"""
