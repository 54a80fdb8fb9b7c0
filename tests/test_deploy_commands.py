"""The commands of a deployment against an account that outlives each of them."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

import emulated
import pki
from sslstack import cli
from sslstack.deploy import protection

if TYPE_CHECKING:
    from pathlib import Path

    from emulated import Cloud

_LONG = 60
"""Seconds after which a command at a terminal has failed."""
DECLARATION = """\
version: 1
stack: shop
certificates:
  site: {certificate: site.crt, private_key: site.key, untrusted: true}
listeners:
  web:443: {certificate: site}
"""


@pytest.fixture
def app(workdir: Path, account: Cloud, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in account.variables.items():
        monkeypatch.setenv(name, value)
    (workdir / "docker-compose.yml").write_text(
        "services: {web: {image: x, ports: ['443:3000']}}\n"
    )
    _declare(workdir)
    _certify(workdir, "first")
    return workdir


def _declare(folder: Path, more: str = "") -> None:
    (folder / "ssl.yml").write_text(DECLARATION + more)


def _certify(folder: Path, name: str, *, key: bool = True) -> None:
    names = [f"{name}.example"]
    issued = pki.issue(names[0], None, domains=names, kind="rsa2048", days=pki.LASTING)
    (folder / "site.crt").write_bytes(issued.pem)
    if key:
        (folder / "site.key").write_bytes(issued.key_pem)
    else:
        (folder / "site.key").unlink(missing_ok=True)


def _deploy(account: Cloud, *options: str) -> int:
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    return cli.run(["deploy", "--yes", *given, *options])


def _stack(account: Cloud) -> dict[str, Any]:
    (stack,) = account.stacks.describe_stacks(StackName="shop")["Stacks"]
    found: dict[str, Any] = stack
    return found


def test_the_review_shows_where_a_reference_to_a_key_differs(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two versions of one secret begin alike; a new key pair is a visible change."""
    assert _deploy(account) == 0
    _certify(app, "second")
    capsys.readouterr()
    assert _deploy(account) == 0
    (line,) = (
        line for line in capsys.readouterr().out.splitlines() if "/Properties/PrivateKey" in line
    )
    before, after = line.partition(": ")[2].split(" -> ")
    assert before != after
    assert "private_key::" in before


def test_a_renewed_certificate_does_not_keep_the_old_key(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """By parameter, too: where the key is not at hand nothing is proposed."""
    _declare(app, "key_delivery: parameter\n")
    assert _deploy(account) == 0
    (app / "site.key").unlink()
    assert _deploy(account) == 0  # the stack has the key of this certificate
    _certify(app, "second", key=False)
    capsys.readouterr()
    assert _deploy(account) == 2
    assert (
        "ssl.yml:4:46: error: 'site.key': no such file [key.unreadable]" in capsys.readouterr().err
    )
    assert _stack(account)["StackStatus"] == "CREATE_COMPLETE"


def test_a_key_given_as_a_parameter_is_read_like_any_other(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another certificate's is refused, an encrypted one opened, and then none is asked for."""
    _declare(app, "key_delivery: parameter\n")
    (app / "other.key").write_bytes(pki.issue("other", None).key_pem)
    assert _deploy(account, "--parameter=SitePrivateKey=@other.key") == 2
    said = "the private key in --parameter SitePrivateKey does not belong to certificate site"
    assert said in capsys.readouterr().err
    plain = load_pem_private_key((app / "site.key").read_bytes(), None)
    locked = plain.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"pw"))
    (app / "site.key").write_bytes(locked)
    (app / "password").write_text("pw\n")
    given = "--parameter=SitePrivateKey=@site.key"
    assert _deploy(account, given) == 2
    assert "[key.password]" in capsys.readouterr().err
    assert _deploy(account, given, "--password-file=password") == 0
    assert _deploy(account) == 0  # the stack has it: nothing needs to be opened
    (name,) = account.certificates
    assert _deploy(account, "--tag=a=b") == 0
    assert account.certificates == [name]


def test_push_compares_what_goes_as_a_parameter(
    app: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _declare(app, "key_delivery: parameter\n")
    assert cli.run(["push"]) == 0
    assert "keys go as parameters" in capsys.readouterr().err
    (app / "site.key").write_bytes(pki.issue("other", None).key_pem)
    assert cli.run(["push"]) == 2
    assert "does not belong to certificate site" in capsys.readouterr().err


def test_a_private_key_may_lie_in_the_home_of_whoever_delivers_it(
    app: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = app / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (app / "site.key").rename(home / "site.key")
    (app / "ssl.yml").write_text(DECLARATION.replace("site.key", "~/site.key"))
    assert cli.run(["push"]) == 0
    (home / "site.key").write_bytes(pki.issue("other", None).key_pem)
    capsys.readouterr()
    assert cli.run(["check"]) == 1
    assert "[key.mismatch]" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, b"garbled"])
def test_a_key_that_is_nowhere_is_to_be_pushed(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    (app / "site.key").unlink()
    if content is not None:
        (app / "site.key").write_bytes(content)
    assert _deploy(account) == 2
    said = "; nor is the key in Secrets Manager [key.unreadable]\n  hint: 'sslstack push' where the"
    assert said in capsys.readouterr().err


def test_a_secret_that_is_being_deleted_delivers_nothing(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    del app
    assert cli.run(["push"]) == 0
    account.client("secretsmanager").delete_secret(SecretId="sslstack/shop/site")
    assert _deploy(account) == 1
    assert "secret sslstack/shop/site is marked for deletion" in capsys.readouterr().err


def test_what_was_never_created_whole_is_not_deployed(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither the review of another try nor status nor list take it for the deployed stack."""
    del app
    account.aws.fail("WebLoadBalancer", "no room", operation="CREATE")
    assert _deploy(account) == 4
    assert cli.run(["status", "--exit-code"]) == 1
    capsys.readouterr()
    assert cli.run(["list", "--stack-name", "shop"]) == 0
    assert "stack shop is ROLLBACK_COMPLETE: nothing is deployed" in capsys.readouterr().err
    assert _deploy(account, "--recreate") == 0
    said = capsys.readouterr()
    assert "unexpected" not in said.err
    assert "a new internet-facing load balancer" in said.out
    assert cli.run(["list", "--stack-name", "shop"]) == 0
    assert "web:443" in capsys.readouterr().out


def test_recreating_wants_to_be_agreed_to(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was created before the failure serves, where nothing was rolled back."""
    (app / "docker-compose.yml").write_text(
        "services: {web: {image: x, ports: ['443:3000']}, zz: {image: x, ports: ['80:80']}}\n"
    )
    assert cli.run(["generate"]) == 0
    account.aws.fail("ZzLoadBalancer", "no room")
    assert cli.run(["push"]) == 0
    account.stacks.create_stack(
        StackName="shop",
        TemplateBody=(app / "templates/shop.yaml").read_text(),
        Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in account.network.items()],
        OnFailure="DO_NOTHING",
    )
    assert account.settled("shop")["StackStatus"] == "CREATE_FAILED"
    capsys.readouterr()
    assert _deploy(account, "--recreate") == 1
    said = capsys.readouterr().err
    assert "will delete load balancer WebLoadBalancer: its DNS name ends" in said
    assert "hint: --allow-replacement WebLoadBalancer" in said
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    allowed = ["--allow-replacement", "WebLoadBalancer"]
    assert cli.run(["deploy", "--recreate", *allowed, *given]) == 1
    assert "nobody can be asked whether to delete it" in capsys.readouterr().err
    assert cli.run(["deploy", "--yes", "--recreate", *allowed]) == 2
    assert cli.run(["deploy", "--recreate", "--no-execute", *given]) == 2
    assert len(account.balancers) == 1
    assert _deploy(account, "--recreate", *allowed) == 0
    assert len(account.balancers) == 2


def test_a_stack_under_review_has_nothing_deployed(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    del app
    assert _deploy(account, "--no-execute") == 0
    capsys.readouterr()
    assert cli.run(["list", "--stack-name", "shop"]) == 0
    assert capsys.readouterr().err == "stack shop is REVIEW_IN_PROGRESS: nothing is deployed\n"


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
    assert "Balancer:8443  6 months from now  it.example" in capsys.readouterr().out
    acm = account.client("acm").import_certificate(
        Certificate=issued.pem, PrivateKey=issued.key_pem
    )
    account.deploy("other", _foreign("443", acm["CertificateArn"]))
    assert cli.run(["list", "--stack-name", "other", "--expires-within", "300d"]) == 1
    assert "Balancer:443  6 months from now" in capsys.readouterr().out
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
    assert "Balancer:443  6 months from now  it.example" in capsys.readouterr().out


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


def test_status_compares_parameters_and_tags_of_the_environment(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    network = account.network
    subnets = network["Subnets"].split(",")
    environment = "environments:\n  prod:\n    tags: {{team: {team}}}\n    parameters:\n"
    values = f"      VpcId: {network['VpcId']}\n      Subnets: {{subnets}}\n"
    _declare(app, (environment + values).format(team="web", subnets=subnets))
    assert cli.run(["deploy", "--yes", "--environment", "prod"]) == 0
    assert cli.run(["status", "--environment", "prod", "--exit-code"]) == 0
    _declare(app, (environment + values).format(team="shop", subnets=subnets[:1]))
    capsys.readouterr()
    assert cli.run(["status", "--environment", "prod", "--exit-code"]) == 1
    said = capsys.readouterr().out
    assert f"parameter Subnets: {','.join(subnets)} -> {subnets[0]}" in said
    assert "tag team: web -> shop" in said


def test_an_environment_has_values_for_other_templates_as_well(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """With groups that exist the template has no VpcId; only the command line must be right."""
    subnets = account.network["Subnets"].split(",")
    group = account.client("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    _declare(
        app,
        f"services: {{web: {{security_groups: [{group}]}}}}\n"
        f"environments:\n  prod:\n    parameters:\n"
        f"      VpcId: vpc-1\n      Subnets: {subnets}\n",
    )
    assert cli.run(["deploy", "--yes", "--environment", "prod"]) == 0
    told = "ssl.yml:11:7: warning: the template has no parameter VpcId"
    assert told in capsys.readouterr().err
    assert cli.run(["status", "--environment", "prod", "--exit-code"]) == 0
    given = ["deploy", "--environment", "prod", "--parameter", "VpcId=vpc-1"]
    assert cli.run(given) == 2
    assert "error: the template has no parameter VpcId" in capsys.readouterr().err


def test_executing_later_replaces_no_load_balancer_by_accident(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said in red when it is proposed, asked for by name when it is executed."""
    assert _deploy(account) == 0
    _declare(app, "services: {web: {scheme: internal}}\n")
    capsys.readouterr()
    assert _deploy(account, "--no-execute") == 0
    said = capsys.readouterr()
    assert "will replace load balancer WebLoadBalancer: its DNS name ends" in said.err
    (line,) = (one for one in said.out.splitlines() if "will replace  WebLoadBalancer" in one)
    assert "ssl.yml" in line
    assert "because of" not in said.out  # nobody but ourselves
    arn = said.out.splitlines()[-1]
    assert cli.run(["execute", arn]) == 1
    assert "--allow-replacement WebLoadBalancer" in capsys.readouterr().err
    assert cli.run(["execute", arn, "--allow-replacement", "WebLoadBalancer"]) == 0


def test_must_have_5_an_edited_health_check_ends_no_dns_name(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """CloudFormation says that it may; it does where a health check comes or goes."""
    subnets = [account.network["Subnets"]]
    environment = (
        "environments:\n  prod:\n    keep_load_balancers: true\n"
        f"    parameters: {{VpcId: {account.network['VpcId']}, Subnets: {subnets}}}\n"
    )
    for path in ("/a", "/b"):
        check = f"{{protocol: http, port: 3000, path: {path}}}"
        _declare(app, f"services: {{web: {{health_check: {check}}}}}\n{environment}")
        capsys.readouterr()
        assert cli.run(["deploy", "--yes", "--environment", "prod"]) == 0
    said = capsys.readouterr()
    assert "modify        WebLoadBalancer" in said.out
    assert "HTTP:3000/a -> HTTP:3000/b" in said.out
    assert "DNS name" not in said.out + said.err


def test_a_stack_policy_keeps_a_load_balancer_that_is_declared_no_longer(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """Retained, it would leave the stack all the same: CloudFormation denies that, too."""
    assert _deploy(account) == 0
    retained = (app / "templates/shop.yaml").read_text()
    assert "DeletionPolicy" not in retained
    retained = retained.replace(
        "Type: AWS::ElasticLoadBalancing::LoadBalancer",
        "Type: AWS::ElasticLoadBalancing::LoadBalancer\n    DeletionPolicy: Retain",
    )
    kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in account.network]
    account.stacks.update_stack(StackName="shop", TemplateBody=retained, Parameters=kept)
    account.settled("shop")
    account.stacks.set_stack_policy(
        StackName="shop",
        StackPolicyBody=json.dumps({"Statement": [protection.ALLOWED, protection.KEEP]}),
    )
    (app / "docker-compose.yml").write_text("services: {api: {image: x, ports: ['443:3000']}}\n")
    (app / "ssl.yml").write_text(DECLARATION.replace("web:443", "api:443"))
    assert _deploy(account, "--allow-replacement", "WebLoadBalancer") == 1
    assert "keeps its load balancers, and WebLoadBalancer would be" in capsys.readouterr().err
    (balancer,) = account.balancers  # which outlives its stack, and needs the certificate
    account.client("elb").delete_load_balancer(LoadBalancerName=balancer["LoadBalancerName"])


@pytest.mark.parametrize(("typed", "code"), [(b"shop\n", 0), (b"yes\n", 1)])
def test_must_have_5_a_new_dns_name_wants_the_stacks_name_typed(
    app: Path, account: Cloud, typed: bytes, code: int
) -> None:
    """`--yes` does not cover it, in a pipe not at all; the load balancer's name does."""
    assert _deploy(account) == 0
    (before,) = account.balancers
    _declare(app, "services: {web: {scheme: internal}}\n")
    assert _deploy(account) == 1
    _, seen, exit_code = _typing(app, account, b"type the stack's name (shop) to go on", typed)
    assert exit_code == code, seen
    (after,) = account.balancers
    assert (after["DNSName"] != before["DNSName"]) == (code == 0)
    _declare(app, "services: {web: {scheme: internet-facing}}\n")
    assert _deploy(account, "--allow-replacement=WebLoadBalancer") == 0
    assert [one["Scheme"] for one in account.balancers] == ["internet-facing"]


def _typing(
    app: Path, account: Cloud, question: bytes, answer: bytes, *options: str
) -> tuple[bytes, bytes, int]:
    """Deploy at a terminal and answer its question; gives stdout, what was shown, exit code."""
    given = [f"--parameter={key}={value}" for key, value in account.network.items()]
    leader, follower = pty.openpty()
    command = [sys.executable, "-m", "sslstack", "deploy", *(options or ("--yes",)), *given]
    with subprocess.Popen(
        command, cwd=app, stdin=follower, stdout=subprocess.PIPE, stderr=follower,
        env={**os.environ, **account.variables, "TERM": "dumb"},
    ) as process:  # fmt: skip
        os.close(follower)
        shown, asked = bytearray(), threading.Event()
        reading = threading.Thread(target=_drain, args=(leader, shown, question, asked))
        reading.start()  # a terminal whose output nobody takes would hold the command up
        if not asked.wait(_LONG):
            process.kill()
        os.write(leader, answer)
        out, _ = process.communicate(timeout=_LONG)
        reading.join()
    os.close(leader)
    return out, bytes(shown), process.returncode


def _drain(terminal: int, shown: bytearray, question: bytes, asked: threading.Event) -> None:
    with contextlib.suppress(OSError):  # what Linux says when nobody has it open any more
        while content := os.read(terminal, 4096):
            shown.extend(content)
            if question in shown:
                asked.set()


def test_a_failure_found_later_has_its_line_too(
    app: Path, account: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    """`execute` in the stack's folder knows where its resources are declared."""
    del app
    assert _deploy(account, "--no-execute") == 0
    arn = capsys.readouterr().out.splitlines()[-1]
    account.aws.fail("WebLoadBalancer", "no room", operation="CREATE")
    assert cli.run(["execute", arn]) == 4
    last = capsys.readouterr().err.rstrip().splitlines()[-1]
    assert "ssl.yml:6:3: WebLoadBalancer" in last


def test_json_on_a_terminal_shows_before_it_asks(app: Path, account: Cloud) -> None:
    """The text goes to the terminal, stdout stays for the JSON."""
    asked = b"execute this change set in us-east-1 of account 123456789012?"
    out, seen, code = _typing(app, account, asked, b"n\n", "--format", "json")
    assert b"WebLoadBalancer (AWS::ElasticLoadBalancing::LoadBalancer)" in seen
    said = json.loads(out)
    assert (said["outcome"], said["stack"], code) == ("declined", "shop", 1)


def test_the_local_emulation_looks_at_nothing_of_this_machine(
    app: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No proxy gets to see what is on its way to loopback, no profile is asked for."""
    del app
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_PROFILE", "nope")
    assert cli.run(["deploy", "--local", "--yes"]) == 0
    assert "shop: CREATE_COMPLETE" in capsys.readouterr().err
    assert cli.run(["deploy", "--local", "--no-execute"]) == 2
    assert "--local ends with the command" in capsys.readouterr().err


@pytest.mark.parametrize("more", ["", "key_delivery: parameter\n"])
def test_an_example_can_be_tried_without_its_private_key(
    app: Path, capsys: pytest.CaptureFixture[str], more: str
) -> None:
    """Nobody has those of the examples; the real AWS is told nothing of the kind."""
    _declare(app, more)
    (app / "site.key").unlink()
    assert cli.run(["deploy", "--local", "--yes"]) == 0
    said = capsys.readouterr().err
    assert "the private key of 'site' is not at hand: it is not needed here" in said
    assert "shop: CREATE_COMPLETE" in said
