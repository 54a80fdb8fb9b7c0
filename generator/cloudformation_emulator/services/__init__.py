"""moto's services, with the rules of AWS they lack.

A rule lives in a subclass of a moto backend, which takes that backend's place, so it holds for
whoever calls: a stack, boto3 or the command line. moto finds a backend's URLs by the name of
its module, which is why the subclasses carry moto's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from moto.acm.models import CertBundle, acm_backends
from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.security_groups import SecurityGroup
from moto.elb.models import elb_backends
from moto.iam.models import Certificate, iam_backends
from moto.secretsmanager.models import secretsmanager_backends

from cloudformation_emulator.services.certificates import CertificateBackend
from cloudformation_emulator.services.classic import ClassicBackend
from cloudformation_emulator.services.secrets import SecretBackend

if TYPE_CHECKING:
    from cloudformation_emulator.settings import Settings


def install(settings: Settings) -> None:
    """Put our backends in the place of moto's, once a process, and load the default VPC."""
    iam_backends.backend = CertificateBackend
    elb_backends.backend = ClassicBackend
    secretsmanager_backends.backend = SecretBackend
    CertificateBackend.settled = settings.settled
    elb_backends[settings.account][settings.region]


def provide(account: str, name: str, region: str) -> None:
    """Make exist what a template only refers to: a certificate by its ARN, a security group."""
    if name.startswith("arn:"):
        _provide_certificate(name)
    else:
        _provide_security_group(ec2_backends[account][region], name)


def _provide_security_group(backend: EC2Backend, name: str) -> None:
    if backend.get_security_group_from_id(name) is None:
        vpc = backend.default_vpc.id
        group = SecurityGroup(backend, name, name, "by hand", vpc_id=vpc)  # type: ignore[abstract] # as moto does
        backend.groups[vpc][name] = group


def _provide_certificate(arn: str) -> None:
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
