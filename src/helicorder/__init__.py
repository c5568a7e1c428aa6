"""Helicorder: durable, honest scores for LLM calls, on Helicone's wire."""

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from helicorder.client import AsyncClient, Client, RequestFailed

__version__ = version("helicorder")
__all__ = ["AsyncClient", "Client", "RequestFailed", "__version__"]


def __getattr__(name: str) -> Any:
    # Whoever asks for the client gets it, and nobody else waits for it.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import helicorder.client  # noqa: PLC0415 -- that is the point

    return getattr(helicorder.client, name)
