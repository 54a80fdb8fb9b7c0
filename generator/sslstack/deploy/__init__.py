"""Deployment by change set, and the delivery of private keys; the only talk with AWS."""
