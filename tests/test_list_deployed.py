"""`list --stack-name`: the listeners of a stack, whoever wrote its template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sslstack import cli
from support import emulated, pki

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from support.emulated import Cloud


def _foreign(port: Any, certificate: Any, **parameters: Any) -> dict[str, Any]:
    """Give a template of somebody else's with a TLS listener."""
    listener = emulated.secure_listener(LoadBalancerPort=port, SSLCertificateId=certificate)
    return {
        "Parameters": {name: {"Type": "String"} for name in parameters},
        **emulated.template(Balancer=emulated.balancer([listener])),
    }


def test_expiries_are_read_where_the_certificates_are(
    account: Cloud, app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In IAM by its content, in ACM by its description; through the values of parameters."""
    del app
    issued = pki.issue("it", None, domains=["it.example"], kind="rsa2048", days=pki.LASTING)
    arn = account.client("iam").upload_server_certificate(
        ServerCertificateName="it",
        CertificateBody=issued.pem.decode(),
        PrivateKey=issued.key_pem.decode(),
    )["ServerCertificateMetadata"]["Arn"]
    template = _foreign({"Ref": "Port"}, {"Ref": "Certificate"}, Port=1, Certificate=1)
    values = {"Port": "8443", "Certificate": arn}
    account.deploy("foreign", template, parameters=values)
    assert cli.run(["list", "--stack-name", "foreign", "--expires-within", "300d"]) == 1
    assert re.search(
        r"Balancer:8443  \d{4}-\d\d-\d\d \(6 months from now\)  it.example", capsys.readouterr().out
    )
    acm = account.client("acm").import_certificate(
        Certificate=issued.pem, PrivateKey=issued.key_pem
    )
    account.deploy("other", _foreign("443", acm["CertificateArn"]))
    assert cli.run(["list", "--stack-name", "other", "--expires-within", "300d"]) == 1
    assert re.search(
        r"Balancer:443  \d{4}-\d\d-\d\d \(6 months from now\)", capsys.readouterr().out
    )
    assert cli.run(["list", "--stack-name", "other", "--expires-within", "30d"]) == 0
    assert capsys.readouterr().err == "nothing expires by then\n"


def test_a_certificate_that_the_template_does_not_show_is_read_from_the_store(
    account: Cloud, app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By what the stack has made of it."""
    del app
    issued = pki.issue("it", None, domains=["it.example"], kind="rsa2048", days=pki.LASTING)
    lines = issued.pem.decode().splitlines()
    hidden = emulated.certificate(issued, CertificateBody={"Fn::Join": ["\n", lines]})
    template = _foreign("443", {"Fn::GetAtt": ["Certificate", "Arn"]})
    template["Resources"]["Certificate"] = hidden
    account.deploy("foreign", template)
    assert cli.run(["list", "--stack-name", "foreign", "--expires-within", "300d"]) == 1
    assert re.search(
        r"Balancer:443  \d{4}-\d\d-\d\d \(6 months from now\)  it.example", capsys.readouterr().out
    )


def test_what_is_not_known_of_a_deployed_stack_is_said(
    account: Cloud, app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A certificate that AWS does not tell of, and listeners that depend on conditions."""
    del app
    arn = "arn:aws:acm:us-east-1:123456789012:certificate/gone"
    account.aws.provide(arn)
    account.deploy("foreign", _foreign("443", arn))
    account.client("acm").delete_certificate(CertificateArn=arn)
    assert cli.run(["list", "--stack-name", "foreign", "--expires-within", "30d"]) == 0
    said = capsys.readouterr().err
    assert "nothing expires by then, as far as is known" in said
    assert f"foreign: Balancer:443: expiry not known: {arn}" in said
    template = _foreign("443", arn)
    properties = template["Resources"]["Balancer"]["Properties"]
    plain = [{"LoadBalancerPort": "80", "InstancePort": "3000", "Protocol": "HTTP"}]
    properties["Listeners"] = {"Fn::If": ["Secure", properties["Listeners"], plain]}
    template["Conditions"] = {"Secure": {"Fn::Equals": ["a", "b"]}}
    account.deploy("conditional", template)
    assert cli.run(["list", "--stack-name", "conditional"]) == 0
    told = capsys.readouterr()
    assert "listeners that depend on conditions cannot be read" in told.out
    assert told.err == ""
