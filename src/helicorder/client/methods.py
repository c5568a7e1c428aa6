"""Operations as methods: each is made by one function, and sent by whichever client it is called on.

A plain client answers with what the operation means, an asynchronous one with an awaitable of it; the signature and the
words are the function's. ``Client.create_score`` and ``AsyncClient.create_score`` are the same attribute.
"""

import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Self, TypeVar, overload

from helicorder.client.operation import Operation, Pages, Steps

if TYPE_CHECKING:
    from helicorder.client.senders import AsyncClient, Client

P = ParamSpec("P")
T = TypeVar("T")


class _Made(Generic[P]):
    """A method that hands what a function makes to the sender of a client."""

    sender = ""

    def __init__(self, make: Callable[P, Any]) -> None:
        self._make = make
        self.__doc__ = make.__doc__
        self.__wrapped__ = make

    def _of(self, client: Any) -> Any:
        make, send = self._make, getattr(client, self.sender)

        @functools.wraps(make)
        def method(*args: Any, **kwargs: Any) -> Any:
            return send(make(*args, **kwargs))

        return method


class Sent(_Made[P], Generic[P, T]):
    """One operation."""

    sender = "send"

    def __init__(self, make: Callable[P, Operation[T]]) -> None:
        super().__init__(make)

    @overload
    def __get__(self, client: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, client: "Client", owner: Any) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: "AsyncClient", owner: Any) -> Callable[P, Awaitable[T]]: ...
    def __get__(self, client: "Client | AsyncClient | None", owner: Any) -> Any:
        return self if client is None else self._of(client)


class Stepped(_Made[P], Generic[P, T]):
    """Several operations, one after another."""

    sender = "walk"

    def __init__(self, make: Callable[P, Steps[T]]) -> None:
        super().__init__(make)

    @overload
    def __get__(self, client: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, client: "Client", owner: Any) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: "AsyncClient", owner: Any) -> Callable[P, Awaitable[T]]: ...
    def __get__(self, client: "Client | AsyncClient | None", owner: Any) -> Any:
        return self if client is None else self._of(client)


class Listed(_Made[P], Generic[P, T]):
    """The items of all pages of a list; each page is asked for when it is needed."""

    sender = "items"

    def __init__(self, make: Callable[P, Pages[T]]) -> None:
        super().__init__(make)

    @overload
    def __get__(self, client: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, client: "Client", owner: Any) -> Callable[P, Iterator[T]]: ...
    @overload
    def __get__(self, client: "AsyncClient", owner: Any) -> Callable[P, AsyncIterator[T]]: ...
    def __get__(self, client: "Client | AsyncClient | None", owner: Any) -> Any:
        return self if client is None else self._of(client)


class Streamed(_Made[P]):
    """The bytes of an answer as they come."""

    sender = "stream"

    def __init__(self, make: Callable[P, Operation[bytes]]) -> None:
        super().__init__(make)

    @overload
    def __get__(self, client: None, owner: Any) -> Self: ...
    @overload
    def __get__(self, client: "Client", owner: Any) -> Callable[P, Iterator[bytes]]: ...
    @overload
    def __get__(self, client: "AsyncClient", owner: Any) -> Callable[P, AsyncIterator[bytes]]: ...
    def __get__(self, client: "Client | AsyncClient | None", owner: Any) -> Any:
        return self if client is None else self._of(client)
