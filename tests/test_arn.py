"""Amazon resource names are recognised and taken apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sslstack.arn import Arn, begins_arn, find_certificates, is_certificate, parse_arn, read_name

ACM = "arn:aws-cn:acm:cn-north-1:123456789012:certificate/0f3a"
IAM = "arn:aws:iam::123456789012:server-certificate/web/main"


def test_an_arn_is_taken_apart() -> None:
    """Each field has a name; IAM has no region."""
    expected = Arn(
        partition="aws-cn",
        service="acm",
        region="cn-north-1",
        account="123456789012",
        resource="certificate/0f3a",
    )
    assert expected == parse_arn(ACM)
    assert parse_arn(IAM).region == ""
    assert parse_arn(IAM).name == "main"
    assert parse_arn(IAM).path == ("server-certificate", "web", "main")


@given(
    st.lists(st.text("abc123-", max_size=5), min_size=4, max_size=4),
    st.text("abc/:.-", min_size=1, max_size=12),
)
def test_an_arn_is_put_together_as_it_was(fields: list[str], resource: str) -> None:
    """A colon in the resource belongs to it."""
    text = ":".join(["arn", *fields, resource])
    assert text == str(parse_arn(text))


@pytest.mark.parametrize("text", ["", "web", "arn:aws:iam", "aws:iam::1:role/x:y"])
def test_other_text_is_refused(text: str) -> None:
    """A name or a path is not an ARN, nor is half of one."""
    with pytest.raises(ValueError, match="is not an ARN"):
        parse_arn(text)


def test_certificates_are_told_from_other_resources() -> None:
    """ACM and IAM have certificates that listeners take."""
    assert is_certificate(ACM)
    assert is_certificate(IAM)
    assert not is_certificate("arn:aws:iam::123456789012:role/deploy")
    assert not is_certificate("arn:aws:acm:eu-west-1:123456789012:certificate/")
    assert begins_arn("arn:")
    assert not begins_arn("certs/arn:aws.pem")


def test_certificates_are_found_in_a_template() -> None:
    """Quotes end an ARN."""
    assert find_certificates(f"A: '{ACM}'\nB: {IAM}\nC: arn:aws:s3:::bucket\n") == [ACM, IAM]


def test_the_name_at_the_end_is_given() -> None:
    """Text that is not an ARN is its own name."""
    assert read_name(IAM) == "main"
    assert read_name("sg-0123") == "sg-0123"
