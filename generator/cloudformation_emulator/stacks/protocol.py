"""CloudFormation's Query protocol: requests read and answers written by its service model."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.core.parse import QueryParser
from moto.core.request import Request as HttpRequest
from moto.core.serialize import QuerySerializer
from moto.core.utils import get_service_model

from cloudformation_emulator.errors import RefusedError
from cloudformation_emulator.stacks import change_sets, descriptions, history, lifecycle
from cloudformation_emulator.stacks.region import Region

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from cloudformation_emulator.control import Control
    from cloudformation_emulator.settings import Settings

_ACTIONS: Mapping[str, Callable[[Region, dict[str, Any]], dict[str, Any]]] = {
    "CancelUpdateStack": lifecycle.cancel_update,
    "ContinueUpdateRollback": lifecycle.continue_rollback,
    "CreateChangeSet": change_sets.create,
    "CreateStack": lifecycle.create,
    "DeleteChangeSet": change_sets.delete,
    "DeleteStack": lifecycle.delete,
    "ExecuteChangeSet": change_sets.execute,
    "SetStackPolicy": lifecycle.set_policy,
    "UpdateStack": lifecycle.update,
    "UpdateTerminationProtection": lifecycle.protect,
}
_QUESTIONS: Mapping[str, Callable[[Region, dict[str, Any]], dict[str, Any]]] = {
    "DescribeChangeSet": descriptions.change_set,
    "DescribeEvents": history.events,
    "DescribeStackEvents": history.stack_events,
    "DescribeStackResource": descriptions.resource,
    "DescribeStackResources": descriptions.resources,
    "DescribeStacks": descriptions.stacks,
    "GetStackPolicy": descriptions.policy,
    "GetTemplate": descriptions.template_text,
    "GetTemplateSummary": descriptions.template_summary,
    "ListChangeSets": descriptions.change_sets,
    "ListStackResources": descriptions.resource_summaries,
    "ListStacks": descriptions.stack_summaries,
    "ValidateTemplate": descriptions.template_summary,
}


class Protocol:
    """The WSGI application that is CloudFormation, in every region."""

    def __init__(self, settings: Settings, control: Control) -> None:
        self._settings = settings
        self._control = control
        self._lock = threading.Lock()
        self._regions: dict[str, Region] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request: WSGI."""
        request = HttpRequest(environ)
        name = request.values.get("Action", "")
        model: Any = get_service_model("cloudformation")
        operation = model.operation_model(name if name in model.operation_names else "ListStacks")
        result: Any
        try:
            values = QueryParser(operation).parse({"values": request.values})  # type: ignore[typeddict-item] # the Query parser reads only these
            result = self._answer(name, self._region(environ), values)
        except ServiceException as error:
            result = error
        answer = QuerySerializer(operation).serialize(result)
        body = answer["body"]
        content = body.encode() if isinstance(body, str) else body
        headers = [*answer["headers"].items(), ("Content-Length", str(len(content)))]
        start_response(f"{answer['status_code']} -", headers)
        return [content]

    def _answer(self, name: str, region: Region, request: dict[str, Any]) -> dict[str, Any]:
        if action := _ACTIONS.get(name):
            return action(region, request)
        if question := _QUESTIONS.get(name):
            with region.lock:
                return question(region, request)
        raise RefusedError("InvalidAction", f"The action {name} is not part of the local emulation")

    def _region(self, environ: WSGIEnvironment) -> Region:
        """Give the region the request is signed for."""
        scope = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split("/")
        name = scope[2]
        with self._lock:
            if name not in self._regions:
                self._regions[name] = Region(name, self._settings, self._control)
            return self._regions[name]
