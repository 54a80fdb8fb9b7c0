"""A template -> the load balancers and certificates that it describes.

What only a deployment can tell is `Unknown`, with what is written there. Strange templates are
read as far as they can be. What is written, `write.describe` says without writing it.
"""

from sslstack.cloudformation.read.template import find_conditional, read

__all__ = ["find_conditional", "read"]
