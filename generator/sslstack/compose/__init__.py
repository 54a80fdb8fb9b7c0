"""docker-compose.yml, read as Docker Compose reads it."""

from sslstack.compose.load import load
from sslstack.compose.model import Healthcheck, Port, Project, Service
from sslstack.compose.origins import Origin, Source

__all__ = ["Healthcheck", "Origin", "Port", "Project", "Service", "Source", "load"]
