"""moto's services, with the rules of AWS they lack.

A rule lives in a subclass of a moto backend, which takes that backend's place, so it holds for
whoever calls: a stack, boto3 or the command line. moto finds a backend's URLs by the name of
its module, which is why the subclasses carry moto's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.acm.models import CertBundle, acm_backends
from moto.elb.models import elb_backends
from moto.iam.models import Certificate, iam_backends

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


def provide_certificate(arn: str) -> None:
    """Make a certificate of ACM or IAM exist under an ARN that a template only refers to."""
    _, _, service, region, account, name = arn.split(":", 5)
    if service == "acm":
        made = CertBundle.generate_cert("example.com", account, region)
        made.arn = arn
        acm_backends[account][region]._certificates[arn] = made  # noqa: SLF001 - no call takes an ARN
        return
    path, _, short = name.removeprefix("server-certificate").rpartition("/")
    iam_backends[account]["aws"].certificates[arn] = Certificate(
        account_id=account,
        region_name="us-east-1",
        cert_name=short,
        cert_body="",
        private_key="",
        path=f"{path}/",
    )
