"""moto's services, with the rules of AWS they lack.

A rule lives in a subclass of a moto backend, which takes that backend's place, so it holds for
whoever calls: a stack, boto3 or the command line. moto finds a backend's URLs by the name of
its module, which is why the subclasses carry moto's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.elb.models import elb_backends
from moto.iam.models import iam_backends

from sslstack.emulator.services.certificates import CertificateBackend
from sslstack.emulator.services.classic import ClassicBackend

if TYPE_CHECKING:
    from sslstack.emulator.settings import Settings


def install(settings: Settings) -> None:
    """Put our backends in the place of moto's, once a process, and load the default VPC."""
    iam_backends.backend = CertificateBackend
    elb_backends.backend = ClassicBackend
    CertificateBackend.settled = settings.settled
    elb_backends[settings.account][settings.region]
