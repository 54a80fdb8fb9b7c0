"""Credentials that are known by their form, whatever name they have: passwords in URLs, tokens.

`redaction.hide_secrets` hides them in every message and excerpt. Time is linear in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from sslstack.late_patterns import compile_late

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMS = (
    # GitHub: docs.github.com, About authentication to GitHub, GitHub's token formats
    r"gh[pousr]_[A-Za-z0-9]{20,255}+",
    r"github_pat_[A-Za-z0-9_]{20,255}+",
    # GitLab: docs.gitlab.com, Token overview, Token prefixes
    r"gl(?:pat|oas|dt|rt|rtr|cbt|ptt|ft|imt|agent|wt|soat|ffct)-[\w.-]{20,255}+",
    # Slack: api.slack.com/concepts/token-types; incoming webhooks
    r"xox[a-z](?:\.xox[a-z])?-[\w-]{10,255}+",
    r"xapp-[\w-]{10,255}+",
    r"(?<=hooks\.slack\.com/services/)[\w/]{20,100}+",
    # AWS session tokens, as STS issues them today and did before
    r"(?:IQoJb3JpZ2lu|FwoGZXIvYXdz)[A-Za-z0-9+/=]{60,4000}+",
    # Stripe: docs.stripe.com/keys, docs.stripe.com/webhooks
    r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,255}+",
    r"whsec_[A-Za-z0-9+/=]{20,255}+",
    # npm, PyPI, Docker Hub, RubyGems
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-[\w-]{50,500}+",
    r"dckr_(?:pat|oat)_[\w-]{20,255}+",
    r"rubygems_[a-f0-9]{48}",
    # Google: API keys, OAuth clients and access tokens
    r"AIza[\w-]{35}",
    r"GOCSPX-[\w-]{20,255}+",
    r"ya29\.[\w-]{20,2000}+",
    # HashiCorp: developer.hashicorp.com, Vault tokens, Terraform API tokens
    r"hv[sbr]\.[\w-]{24,2000}+",
    r"[A-Za-z0-9]{14}\.atlasv1\.[\w-]{40,255}+",
    # OpenAI, Anthropic, Hugging Face, Databricks
    r"sk-(?=[\w-]{0,100}\d)(?:[a-z]{2,8}-){0,3}[A-Za-z0-9_-]{20,255}+",
    r"hf_[A-Za-z]{30,100}+",
    r"dapi[a-f0-9]{32}",
    # SendGrid, Mailgun, DigitalOcean, Shopify, Linear, Postman
    r"SG\.[\w-]{16,64}\.[\w-]{16,64}",
    r"key-[a-f0-9]{32}",
    r"do[opr]_v1_[a-f0-9]{64}",
    r"shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}",
    r"lin_api_[A-Za-z0-9]{32,100}+",
    r"PMAK-[a-f0-9]{24}-[a-f0-9]{34}",
    # JSON Web Tokens: RFC 7519, with a header and claims that are JSON objects
    r"eyJ[\w-]{10,2000}+\.eyJ[\w-]{10,4000}+\.[\w-]{10,2000}+",
)
_BEFORE = r"(?<![A-Za-z0-9])"
_TOKEN = compile_late("|".join(rf"(?:{_BEFORE}{form})" for form in _FORMS))
_MAY_BE_TOKEN = re.compile(
    r"gh[pousr]_|_pat_|gl[a-z]{2,5}-|xox|xapp-|hooks\.slack|IQoJ|FwoG|[rs]k_(?:live|test)|whsec_"
    r"|npm_|pypi-|dckr_|rubygems_|AIza|GOCSPX-|ya29|hv[sbr]\.|atlasv1|sk-|hf_|dapi|SG\.|key-"
    r"|do[opr]_v1|shp(?:at|ca|pa|ss)_|lin_api_|PMAK-|eyJ"
)
"""What is quick to look for, and in every token."""

_AWS_KEY = compile_late(
    r"(?:(?<![\w/+.:-])|(?<=//)|(?<=A[KS]IA[A-Z0-9]{16}:))[A-Za-z0-9/+]{40}(?![\w/+=-])"
)
"""A secret access key of AWS has 40 characters of base64 (the IAM User Guide's example
wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY), and nothing else that tells what it is."""
_WORD = compile_late(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_WORDS = 12
"""So many words and numbers in a row of 40 characters are random: AWS's example has 12, random
text 20 on average, a path or a name written in capitals fewer than 12."""

_URL = compile_late(
    r"(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{1,20}+:/{1,3}+[^\s/:@\"'<>]{0,120}+:"
    r"(?!\d{1,5}(?:[/?#]|$))(?P<password>[^\s\"'<>]{1,200})@",
    re.IGNORECASE,
)
_AUTHORIZATION = compile_late(
    r"(?<![\w-])(?:Bearer|Basic)[ ]{1,4}"
    r"(?P<value>(?=[\w.~+/-]{0,100}\d)[\w.~+/-]{16,4000}+=*)",
    re.IGNORECASE,
)
"""RFC 6750 section 2.1, RFC 7617 section 2."""


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the places of credentials in a text, in no order; they may overlap."""
    if ":/" in text:
        for found in _URL.finditer(text):
            yield found.span("password")
    if _MAY_BE_TOKEN.search(text):
        for found in _TOKEN.finditer(text):
            yield found.span()
    for found in _AUTHORIZATION.finditer(text):
        yield found.span("value")
    for found in _AWS_KEY.finditer(text):
        if _is_random(found[0]):
            yield found.span()


def _is_random(text: str) -> bool:
    """Return whether text mixes capitals, small letters and digits as random text does."""
    mixed = all(map(re.search, ("[A-Z]", "[a-z]", r"\d"), (text,) * 3))
    return mixed and len(_WORD.findall(text)) >= _WORDS
