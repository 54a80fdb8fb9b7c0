"""One HTTP server for all services: CloudFormation is ours, the others are moto's."""

from __future__ import annotations

import hmac
import http
import logging
from functools import partial
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.sts.models import sts_backends
from werkzeug.serving import make_server

from cloudformation_emulator import activity, services
from cloudformation_emulator.checkpoints import Checkpoints
from cloudformation_emulator.control import PREFIX, Control
from cloudformation_emulator.stacks.protocol import Protocol

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from werkzeug.serving import BaseWSGIServer

    from cloudformation_emulator.settings import Settings


_HERE = frozenset({"127.0.0.1", "localhost"})


class Application:
    """Sends each request to the service it is signed for.

    Only whoever has started the emulator is answered: other users of the machine do not know the
    access key, and web pages, whatever name they have for this address, send Origin or Host.
    """

    def __init__(self, settings: Settings, checkpoints: Checkpoints) -> None:
        self._access_key, self._account = settings.access_key, settings.account
        control = Control(partial(services.provide, settings.account), checkpoints)
        self._control: WSGIApplication = control
        self._stacks: WSGIApplication = Protocol(settings, control)
        self._others: WSGIApplication = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request: WSGI."""
        with activity.running():
            return self._answer(environ, start_response)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not self._may_ask(environ):
            start_response(f"{http.HTTPStatus.FORBIDDEN:d} Forbidden", [("Content-Length", "0")])
            return [b""]
        if environ["PATH_INFO"].startswith(PREFIX):
            return self._control(environ, start_response)
        if signed_for(environ.get("HTTP_AUTHORIZATION", ""))[1] == "cloudformation":
            return self._stacks(environ, start_response)
        return self._others(environ, start_response)

    def _may_ask(self, environ: WSGIEnvironment) -> bool:
        host = urlsplit(f"//{environ.get('HTTP_HOST', '')}").hostname
        return host in _HERE and "HTTP_ORIGIN" not in environ and self._knows(key_of(environ))

    def _knows(self, access_key: str) -> bool:
        """Tell whether a key is ours, or that of a role which was assumed with it."""
        if hmac.compare_digest(access_key.encode(), self._access_key.encode()):
            return True
        roles = sts_backends[self._account]["aws"]
        return bool(access_key and roles.get_assumed_role_from_access_key(access_key))


def key_of(environ: WSGIEnvironment) -> str:
    """Give the access key with which a request says it is signed, empty where there is none."""
    signature = environ.get("HTTP_AUTHORIZATION", "")
    return str(signature.partition("Credential=")[2].partition("/")[0])


def signed_for(authorization: str) -> tuple[str, str]:
    """Give region and service of a signature, empty where there is none.

    The credential scope is `KEY/DATE/REGION/SERVICE/aws4_request` (Signature Version 4).
    """
    scope = authorization.partition("Credential=")[2].partition(",")[0].split("/")
    known = len(scope) == 5  # noqa: PLR2004 - see above
    return (scope[2], scope[3]) if known else ("", "")


def serve(listening: socket.socket, settings: Settings) -> NoReturn:
    """Answer requests on a listening socket, for ever."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    services.install(settings)
    serving = _Serving(listening)
    application = Application(settings, Checkpoints(settings.access_key, serving))
    serving.run(application)


class _Serving:
    """The server of this process, which a copy of the process replaces by one of its own."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self._application: WSGIApplication | None = None
        self._server: BaseWSGIServer | None = None

    def run(self, application: WSGIApplication | None = None) -> NoReturn:
        """Serve an application, or the one that was served in the process this is a copy of."""
        self._application = application or self._application
        assert self._application  # noqa: S101 - the first call gives it
        host, port = self._listening.getsockname()
        self._server = make_server(
            host, port, self._application,
            threaded=True, request_handler=MotoRequestHandler, fd=self._listening.fileno(),
        )  # fmt: skip
        self._server.serve_forever()
        raise AssertionError("nothing shuts the server down")

    def stop(self) -> None:
        """Accept no more connections; those that come wait for another process."""
        if self._server:
            self._server.socket.close()
