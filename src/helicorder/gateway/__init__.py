"""The gateway: bytes in, bytes out, a copy for the record."""

from helicorder.gateway.application import Gateway
from helicorder.gateway.upstream import Upstream

__all__ = ["Gateway", "Upstream"]
