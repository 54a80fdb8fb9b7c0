"""An embedded AWS on loopback: moto, with what it lacks for stacks of load balancers.

`start()` gives an `Emulation` with an endpoint, a region and credentials that only this emulator
knows, and without which it answers nobody. It is a process of its own, so neither the caller's
environment nor its credentials are seen by it, and it ends with its caller.

CloudFormation is our own engine (`stacks`), whose resources (`resources`) live in moto's
services; `services` adds the rules moto's IAM and classic load balancers lack.
"""

from cloudformation_emulator.process import Emulation, UnavailableError, start
from cloudformation_emulator.settings import STAND_IN

__all__ = ["STAND_IN", "Emulation", "UnavailableError", "start"]
