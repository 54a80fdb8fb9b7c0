"""AWS by a script: botocore's Stubber, for states that no emulator reaches."""

from __future__ import annotations

import datetime
from typing import Any

import boto3
from botocore.stub import Stubber

from sslstack.aws.client import Aws

STACK_ID = "arn:aws:cloudformation:us-east-1:123456789012:stack/web/0"
ARN = "arn:aws:cloudformation:us-east-1:123456789012:changeSet/sslstack-1/0"
TIME = datetime.datetime(2026, 11, 15, 12, tzinfo=datetime.UTC)


class Scripted(Aws):
    """Answers as written, in order; `told` is what was said, `slept` the seconds of waiting."""

    def __init__(self, *answers: tuple[str, Any]) -> None:
        client = boto3.client(
            "cloudformation", region_name="us-east-1",
            aws_access_key_id="-", aws_secret_access_key="-",  # noqa: S106 - nobody hears of it
        )  # fmt: skip
        self.stubber = Stubber(client)
        for operation, answer in answers:
            if isinstance(answer, tuple):
                code, message = answer
                self.stubber.add_client_error(operation, code, message, http_status_code=400)
            else:
                given = {"ResponseMetadata": {"RequestId": "1"}, **answer}
                self.stubber.add_response(operation, given)
        self.stubber.activate()
        self.told: list[str] = []
        self.slept: list[float] = []
        super().__init__(lambda _: client, sleep=self.slept.append, notify=self.told.append)


def stack(status: str, **more: Any) -> dict[str, Any]:
    """Give an answer of DescribeStacks."""
    one = {"StackId": STACK_ID, "StackName": "web", "CreationTime": TIME, "StackStatus": status}
    return {"Stacks": [one | more]}


def change_set(**more: Any) -> dict[str, Any]:
    """Give an answer of DescribeChangeSet."""
    return {
        "ChangeSetId": ARN,
        "ChangeSetName": "sslstack-1",
        "StackId": STACK_ID,
        "StackName": "web",
        "CreationTime": TIME,
        "Status": "CREATE_COMPLETE",
        "ExecutionStatus": "AVAILABLE",
    } | more


def resource(logical_id: str, action: str, **more: Any) -> dict[str, Any]:
    """Give one entry of Changes."""
    one = {"LogicalResourceId": logical_id, "Action": action, "ResourceType": "AWS::SNS::Topic"}
    return {"Type": "Resource", "ResourceChange": one | more}
