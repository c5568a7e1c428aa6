"""How the body of a request is received: strictly, and of large bodies only so many at once."""

from collections.abc import AsyncGenerator
from typing import Any

from litestar import Request
from litestar.datastructures import State

from helicorder.api.decoding import decode
from helicorder.model.principal import Principal
from helicorder.workers.shares import Share, Shares

SHARED_BYTES = 1024 * 1024
"""A larger body waits for a share before more of it is received."""
MAX_VALUES = 100_000
"""Of a body that is decoded on the event loop; more would hold up everybody for longer than ten milliseconds."""
_TAKEN = "helicorder.taken"


class StrictRequest(Request[Principal, str, State]):
    """A request whose ``data`` is decoded by `decode`, not by Litestar's lax conversion ("92" is not a number)."""

    async def json(self) -> Any:
        """The body as a value of the handler's ``data`` type.

        A handler that says ``undecoded`` is given that value instead: it has the body itself read, apart from the loop.
        """
        handler: Any = self.route_handler
        if "undecoded" in handler.opt:
            return handler.opt["undecoded"]
        return decode(await self.body(), handler.parsed_data_field.annotation, most_values=MAX_VALUES)

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body as it comes.

        Raises:
            TooManyAtOnce: it is large, and too many of the organisation's others are.
        """
        size = self.content_length or 0
        if size > SHARED_BYTES:
            await self._take_share()
        received = 0
        async for part in super().stream():
            received += len(part)
            if received > SHARED_BYTES:
                await self._take_share()
            yield part

    async def _take_share(self) -> None:
        await take_share(self.scope, self.app.state.large_bodies, self.user.org_id)


async def take_share(scope: Any, shares: Shares, org_id: str) -> None:
    """Take a share for a request, until it is answered; one is enough for all that the request does.

    Raises:
        TooManyAtOnce: there was none in time.
    """
    taken: dict[Shares, Share] = scope.setdefault(_TAKEN, {})
    if shares not in taken:
        taken[shares] = await shares.take(org_id)


def release_shares(scope: Any) -> None:
    """Give back the shares that a request took, which has been answered."""
    for share in scope.pop(_TAKEN, {}).values():
        share.release()
