"""A review for a terminal, a pull request, a program and a browser: the same, without secrets."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import click
import jsonschema_rs
import pytest

from sslstack import diff, redaction
from sslstack.changes import Action
from sslstack.findings import Finding, Location, Severity
from sslstack.views.review import data, html, markdown, pictures, text, values
from support import pki
from support.templates import SECURE, changed, load, review

ROOT = Path(__file__).parent.parent.parent.parent
BROWSER = ROOT / "tests" / "browser"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
HOSTILE = "<script>alert(1)</script>|`[x](http://evil)`@everyone\u202e"


@pytest.fixture(scope="module")
def hostile() -> diff.Review:
    """Give a review in which everything a stranger may name is hostile."""
    after = load(SECURE)
    for resource in after["Resources"].values():
        properties = resource["Properties"]
        if "GroupDescription" in properties:
            properties["GroupDescription"] = HOSTILE
        for listener in properties.get("Listeners", []):
            listener["LoadBalancerPort"] = f'443"><img src=x onerror=alert(1)>{HOSTILE}'
        for policy in properties.get("Policies", []):
            policy["Attributes"][0]["Value"] = HOSTILE
    after["Resources"][HOSTILE] = {"Type": HOSTILE, "Properties": {}}
    after["Outputs"][HOSTILE] = {"Value": HOSTILE}
    sides = (diff.side(SECURE, load(SECURE)), diff.side(HOSTILE, after))
    return diff.review(f"templates/{HOSTILE}.yaml", HOSTILE, *sides)


@pytest.fixture(scope="module")
def secret() -> diff.Review:
    key = next(line for line in SECURE.splitlines() if "PrivateKey:" in line)
    block = pki.issue("x", None).key_pem.decode().replace("\n", "\n        ").rstrip()
    return review(SECURE, SECURE.replace(key, f"      PrivateKey: |\n        {block}"))


FORMS = {
    "text": lambda one: text.text([one]),
    "markdown": lambda one: markdown.markdown([one]),
    "json": lambda one: data.as_json([one]),
    "html": lambda one: html.html([one], pki.NOW),
}


@pytest.mark.parametrize("form", FORMS)
def test_no_private_key_in_any_form(form: str, secret: diff.Review) -> None:
    shown = FORMS[form](secret)
    key = pki.issue("x", None).key_pem.decode().splitlines()
    assert all(line not in shown for line in key[1:-1])
    assert redaction.HIDDEN in shown


@pytest.mark.parametrize("form", FORMS)
def test_equal_templates(form: str) -> None:
    shown = FORMS[form](review(SECURE, SECURE))
    assert (shown == "") == (form == "text")


def test_text_is_aligned_and_says_what_forces_replacement() -> None:
    found = review(SECURE, changed(SECURE, ("Scheme: internet-facing", "Scheme: internal")))
    shown = click.unstyle(text.text([found])).splitlines()
    assert shown[0] == "templates/t.yaml against HEAD"
    assert any(line.startswith("± ") and line.endswith("will be replaced") for line in shown)
    assert "    Scheme: internet-facing -> internal  forces replacement" in shown


def test_every_form_says_what_is_exposed() -> None:
    after = changed(SECURE, ('LoadBalancerPort: "443"', 'LoadBalancerPort: "6379"'), count=1)
    after = changed(after, ("FromPort: 443", "FromPort: 0"), ("ToPort: 443", "ToPort: 65535"))
    found = review(SECURE, after)
    shown = markdown.markdown([found])
    assert "🔴 exposed" in shown
    assert shown.count("fill:#a40e26") == 1
    assert 'class="endangered"' in html.html([found], pki.NOW)
    assert '<td class="effect exposed">exposed</td>' in html.html([found], pki.NOW)
    assert click.unstyle(text.text([found])).splitlines()[1].startswith("  exposed  ")
    told = json.loads(data.as_json([found]))
    assert told["exposed"]
    assert told["templates"][0]["consequences"][0]["effect"] == "exposed"


def test_the_comment_has_what_check_finds() -> None:
    """Errors and warnings with their places, errors first; a stranger's words are no markup."""
    findings = [
        Finding(rule=f"a.{severity}", severity=severity, message=f"{HOSTILE} is wrong",
                location=Location("ssl.yml", 7, number), hint="mend it")
        for number, severity in enumerate(reversed(Severity), 1)
    ]  # fmt: skip
    for reviews in ([], [review("", SECURE)]):
        shown = markdown.markdown(reviews, findings)
        rows = [line for line in shown.splitlines() if "is wrong" in line]
        assert [row.split("|")[1].strip() for row in rows] == ["🔴 error", "🟠 warning"]
        assert all("`ssl.yml:7:" in row and "mend it" in row for row in rows)
        assert "<script>" not in re.sub(r"`[^`\n]*`", "", shown)
    many = [
        replace(one, location=Location("ssl.yml", n)) for one in findings[1:] for n in range(60)
    ]
    assert "… and 70 more: `sslstack check`" in markdown.markdown([], many)


def test_what_is_added_and_what_is_removed_differ_in_markdown() -> None:
    """A sign after a bullet begins a list within it: both would look alike."""
    added, removed = (markdown.markdown([one]) for one in (review("", SECURE), review(SECURE, "")))
    assert "- **added** `+ ShopLoadBalancer` " in added
    assert "- **removed** `- ShopLoadBalancer` " in removed
    assert not re.search(r"^- [-+] ", added + removed, re.MULTILINE)


def test_environments_say_once_what_they_have_in_common() -> None:
    """The second template names the first; another stack says its own."""
    after = changed(SECURE, ("Scheme: internet-facing", "Scheme: internal"))
    sides = (diff.side(SECURE, load(SECURE)), diff.side(after, load(after)))
    found = [
        diff.review(f"templates/{name}.yaml", "HEAD", *sides)
        for name in ("shop", "shop.prod", "other")
    ]
    shown = click.unstyle(text.text(found))
    assert shown.count("becomes internal") == 2
    assert "more as in templates/shop.yaml" in shown
    assert shown.splitlines()[-1].startswith("2 removed, 2 stronger; resources: ")
    assert "more as in" in markdown.markdown(found)
    assert "more as in" in html.html(found, pki.NOW)


def test_references_to_keys_and_outputs_are_short() -> None:
    reference = "{{resolve:secretsmanager:sslstack/shop/main:SecretString:private_key::" + "ab" * 32
    shown = values.value("/Properties/PrivateKey", reference + "}}")
    assert shown == "secret sslstack/shop/main private_key version abababababab"
    entry = diff.EntryChange(
        section="Outputs", name="X", action=Action.MODIFY,
        before={"Description": "d", "Value": 1}, after={"Description": "d", "Value": 2},
    )  # fmt: skip
    assert values.entries(entry) == ("1", "2")
    parameter = {"Type": "String", "Default": "80"}
    added = diff.EntryChange(section="Parameters", name="X", action=Action.ADD, after=parameter)
    assert values.entries(added) == ("(none)", "Type String, Default 80")


def test_a_consequence_has_its_place_in_the_declarations() -> None:
    after = changed(SECURE, ("InstanceProtocol: HTTPS", "InstanceProtocol: HTTP"))
    sides = (diff.side(SECURE, load(SECURE)), diff.side(after, load(after)))
    listeners = [f"ShopLoadBalancer/Properties/Listeners/{number}" for number in (0, 1)]
    origins = {name: Location("ssl.yml", 9, 3) for name in listeners}
    origins["ShopLoadBalancer"] = Location("ssl.yml", 3, 1)
    found = diff.review("templates/shop.yaml", "HEAD", *sides, origins=origins)
    assert "(ssl.yml:9:3)" in text.text([found])
    assert "`ssl.yml:9:3`" in markdown.markdown([found])
    assert "ssl.yml:9:3" in html.html([found], pki.NOW)
    told = json.loads(data.as_json([found]))["templates"][0]["consequences"]
    assert {one["declared"] for one in told} == {"ssl.yml:9:3"}


def test_a_certificate_is_folded() -> None:
    shown = values.value("/Properties/CertificateBody", pki.root("Folded").pem.decode())
    assert shown.startswith("'Folded' until 2036-11-12 (")
    assert values.value("/Properties/PrivateKey", {"Ref": "Key"}) == "!Ref Key"
    assert values.value("/x/Password", "hunter2") == redaction.HIDDEN


def test_markdown_cannot_be_broken_out_of(hostile: diff.Review) -> None:
    shown = markdown.markdown([hostile])
    assert shown.startswith(markdown.MARK)
    without_code = re.sub(r"`[^`\n]*`", "", shown)
    for active in ("<script>", "<img", "@everyone", "](http"):
        assert active not in without_code


def test_markdown_fits_into_a_comment_of_github() -> None:
    many = [review("", SECURE.replace("Web", f"W{n}")) for n in range(300)]
    shown = markdown.markdown(many)
    assert len(shown) <= markdown.LIMIT
    assert "more parts that do not fit" in shown
    assert shown.count("<details>") == shown.count("</details>")


def test_json_is_what_its_schema_says(hostile: diff.Review) -> None:
    schema = json.loads((ROOT / "docs" / "review.schema.json").read_text())
    for one in (hostile, review(SECURE, SECURE), review("", SECURE), review(SECURE, "")):
        jsonschema_rs.validate(schema, json.loads(data.as_json([one])))


def test_html_escapes_everything(hostile: diff.Review) -> None:
    shown = html.html([hostile], pki.NOW)
    assert "<script>" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;" in shown
    assert 'href="http' not in shown
    assert "Content-Security-Policy" in shown


def test_pictures_hold_no_markup(hostile: diff.Review) -> None:
    facts = hostile.after.facts
    assert "<script" not in str(pictures.svg(facts, hostile.before.facts, HOSTILE))
    assert all(c not in pictures.mermaid(facts, facts) for c in "<`;")


def test_lines_stand_side_by_side() -> None:
    found = review(SECURE, changed(SECURE, ("Scheme: internet-facing", "Scheme: internal")))
    lines = html.side_by_side(found)
    (one,) = [line for line in lines if line.kind == "changed"]
    assert (one.before.strip(), one.after.strip()) == (
        "Scheme: internet-facing", "Scheme: internal",
    )  # fmt: skip
    assert one.left == one.right > 0
    assert any(line.kind == "gap" for line in lines)


def test_time_lines_begin_now() -> None:
    found = review(SECURE, changed(SECURE, ("Scheme: internet-facing", "Scheme: internal")))
    (period,) = html.periods(found, pki.NOW)
    assert (period.begins, period.ends, period.side) == (0.0, 100.0, "unchanged")


@pytest.mark.browser
@pytest.mark.skipif(
    not (Path(CHROMIUM).exists() and shutil.which("node") and (BROWSER / "node_modules").exists()),
    reason="no Chromium and Playwright here: apt-get install chromium; npm ci in tests/browser",
)
def test_the_report_in_a_real_browser(hostile: diff.Review, tmp_path: Path) -> None:
    """Light and dark, wide and narrow: nothing runs, nothing is fetched, axe has no objection."""
    plain = review(SECURE, changed(SECURE, ("Scheme: internet-facing", "Scheme: internal")))
    (tmp_path / "review.html").write_text(html.html([hostile, plain], pki.NOW), "utf-8")
    done = subprocess.run(
        ["node", "look.mjs", str(tmp_path / "review.html"), str(tmp_path)],
        cwd=BROWSER, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    assert json.loads(done.stdout) == {
        "console": [], "requests": [], "axe": [], "focus": 4, "dialogs": 0, "overflow": [],
    }  # fmt: skip
    assert (tmp_path / "print.pdf").stat().st_size > 10_000


@pytest.mark.parametrize("form", FORMS)
def test_values_of_secret_names_are_hidden_wherever_the_name_stands(form: str) -> None:
    """In the path, in the entry of a list beside the value, around it, of a parameter."""
    properties = {
        "ContainerDefinitions": [{"Environment": [{"Name": "DB_PASSWORD", "Value": "canary-1"}]}],
        "Tags": [{"Key": "Token", "Value": "canary-2"}],
        "Credentials": {"User": "canary-3"},
        "ClientSecret": "canary-4",
        "Shown": "shown-1",
    }
    template = {
        "Parameters": {"DbPassword": {"Type": "String", "Default": "canary-5"}},
        "Resources": {"A": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties}},
        "Outputs": {"ApiKey": {"Value": "canary-6"}},
    }
    other = json.loads(json.dumps(template).replace("canary", "canaries").replace("n-1", "n-2"))
    sides = [diff.side(json.dumps(one), one) for one in (template, other)]
    shown = FORMS[form](diff.review("web.yaml", "HEAD", *sides))
    assert "canar" not in shown
    assert "shown-1" in shown
    assert "shown-2" in shown
