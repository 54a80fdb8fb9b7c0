"""What a review costs: a template of 300 resources, half of which are removed or changed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.measure import report

SERVICES = 65
"""Each has a load balancer, a security group and three outputs, of which there are 200 at most."""
OTHERS = 170


def main() -> None:
    """Print seconds and memory of `sslstack diff` in each format."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        services = "".join(
            f"  s{n}: {{image: x, ports: ['{8000 + n}:80']}}\n" for n in range(SERVICES)
        )
        (folder / "docker-compose.yml").write_text(f"services:\n{services}")
        arn = "arn:aws:iam::123456789012:server-certificate/it"
        listeners = "".join(
            f"  s{n}:{8000 + n}: {{certificate: '{arn}'}}\n" for n in range(SERVICES)
        )
        declaration = f"version: 1\nstack: many\nlisteners:\n{listeners}"
        (folder / "ssl.yml").write_text(declaration)
        template = folder / "templates" / "many.yaml"
        for command in (
            [sys.executable, "-m", "sslstack", "generate"],
            ["git", "init", "-q"],
            ["git", "add", "-A"],
            ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "x"],
        ):
            if command[:2] == ["git", "add"]:
                template.write_text(_with_others(template.read_text()))
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
        (folder / "ssl.yml").write_text(
            declaration.replace("}", ", security_policy: ELBSecurityPolicy-2016-08}", 20)
        )
        report("diff of 300 resources, not generated yet", ["diff"], folder)
        subprocess.run([sys.executable, "-m", "sslstack", "generate"], cwd=folder, check=True)
        for form in ("text", "markdown", "json", "html"):
            report(f"diff of 300 resources, {form}", ["diff", "--format", form], folder)


def _with_others(text: str) -> str:
    """Add resources that the new template does not have."""
    topics = "".join(f"  Topic{n}:\n    Type: AWS::SNS::Topic\n\n" for n in range(OTHERS))
    return text.replace("Resources:\n", f"Resources:\n{topics}", 1)


if __name__ == "__main__":
    main()
