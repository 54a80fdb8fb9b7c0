"""docker-compose.yml, read as Docker Compose reads it."""

from sslstack.compose.load import load
from sslstack.compose.model import Port, Project, Service

__all__ = ["Port", "Project", "Service", "load"]
