"""Load balancers: facts from AWS as data, and plain values."""
