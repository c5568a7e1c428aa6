"""The two clients: the same operations, sent and waited for, or sent and awaited.

httpx is imported when a client is made: it takes longer to import than all else here together.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from helicorder.client import batches, files, questions, requests, scores
from helicorder.client.methods import Listed, Sent, Stepped, Streamed
from helicorder.client.operation import Answer, Operation, Pages, Steps
from helicorder.client.retries import Retries
from helicorder.client.sending import Sending, broken_off, lost, settings_of
from helicorder.errors import RequestFailed

T = TypeVar("T")
SECONDS = 30.0
RETRIES = Retries()
_FOUND = 200


class _Operations:
    """What both clients can do."""

    create_score = Sent(scores.create_score)
    edit_score = Sent(scores.edit_score)
    delete_score = Sent(scores.delete_score)
    get_score = Sent(scores.get_score)
    get_versions = Sent(scores.get_versions)
    query_scores = Sent(scores.query_scores)
    list_scores = Listed(scores.list_scores)
    list_orphans = Listed(scores.list_orphans)
    get_changes = Sent(scores.get_changes)
    add_scores = Stepped(batches.add_scores)

    list_definitions = Sent(scores.list_definitions)
    get_definition = Sent(scores.get_definition)
    put_definition = Sent(scores.put_definition)
    delete_definition = Sent(scores.delete_definition)

    score_request = Sent(scores.score_request)
    rate_request = Sent(scores.rate_request)
    get_request_scores = Sent(scores.get_request_scores)
    get_score_names = Sent(scores.get_score_names)
    put_property = Sent(requests.put_property)
    get_request = Sent(requests.get_request)
    query_requests = Sent(requests.query_requests)
    list_requests = Listed(requests.list_requests)
    count_requests = Sent(requests.count_requests)
    add_calls = Stepped(batches.add_calls)

    get_series = Sent(questions.get_series)
    break_down = Sent(questions.break_down)
    get_distribution = Sent(questions.get_distribution)
    compare = Sent(questions.compare)
    bisect = Sent(questions.bisect)
    correct_judge = Sent(questions.correct_judge)
    get_agreement = Sent(questions.get_agreement)
    plan_labels = Sent(questions.plan_labels)
    tell_drift = Sent(questions.tell_drift)
    replay = Sent(questions.replay)
    replay_link = Sent(questions.replay_link)
    compare_pin = Sent(questions.compare_pin)

    export_scores = Streamed(files.export_scores)
    export_calls = Streamed(files.export_calls)
    scores_to_pandas = Sent(files.scores_to_pandas)
    scores_to_polars = Sent(files.scores_to_polars)
    calls_to_pandas = Sent(files.calls_to_pandas)
    calls_to_polars = Sent(files.calls_to_polars)


class Client(_Operations):
    """A client of one server, for one key; for threads too. A context manager, or closed by `close`.

    Every write carries an Idempotency-Key, and what fails in passing (no answer, 429, 502, 503, 504) is tried again, so
    a write has one effect, whatever the network does. What fails for good is a `RequestFailed`.

    Args:
        url: where the server is, as ``http://127.0.0.1:8585``.
        key: a ``sk-helicone-...`` key of it.
        seconds: how long one try may wait for the next bytes.
        retries: how often to try, and for how long.
    """

    def __init__(self, url: str, key: str, *, seconds: float = SECONDS, retries: Retries = RETRIES) -> None:
        import httpx  # noqa: PLC0415 -- as above

        self._http = httpx.Client(**settings_of(url, key, seconds))
        self._retries = retries

    def send(self, operation: Operation[T]) -> T:
        """Send one operation; what its answer means.

        Raises:
            RequestFailed: it was refused, or not answered.
        """
        sending = Sending(operation, self._retries)
        while True:
            outcome = self._exchanged(operation, sending)
            wait = sending.after(outcome)
            if wait is None and isinstance(outcome, Answer):
                return operation.read(outcome)
            time.sleep(wait or 0.0)

    def _exchanged(self, operation: Operation[Any], sending: Sending) -> Answer | RequestFailed:
        import httpx  # noqa: PLC0415 -- as above

        try:
            answer = self._http.request(
                operation.method, operation.path, content=operation.body, headers=sending.headers
            )
        except httpx.HTTPError as error:
            return lost(error)
        return Answer(answer.status_code, answer.headers, answer.content)

    def walk(self, steps: Steps[T]) -> T:
        """Send several operations, one after another; what they mean together."""
        try:
            operation = next(steps)
            while True:
                try:
                    meant = self.send(operation)
                except RequestFailed as failure:
                    operation = steps.throw(failure)
                else:
                    operation = steps.send(meant)
        except StopIteration as done:
            found: T = done.value
            return found

    def items(self, pages: Pages[T]) -> Iterator[T]:
        """The items of all pages, each page asked for when it is needed."""
        left: Pages[T] | None = pages
        while left is not None:
            page = self.send(left.page)
            yield from left.items(page)
            left = left.rest(page)

    def stream(self, operation: Operation[bytes]) -> Iterator[bytes]:
        """The bytes of an answer as they come; tried again until the first of them.

        Raises:
            RequestFailed: it was refused, or not answered, or broke off.
        """
        import httpx  # noqa: PLC0415 -- as above

        sending, begun = Sending(operation, self._retries), False
        while True:
            try:
                with self._http.stream(operation.method, operation.path, headers=sending.headers) as answer:
                    if begun := answer.status_code == _FOUND:
                        yield from answer.iter_bytes()
                        return
                    outcome: Answer | RequestFailed = Answer(answer.status_code, answer.headers, answer.read())
            except httpx.HTTPError as error:
                if begun:
                    raise broken_off(error) from error
                outcome = lost(error)
            time.sleep(sending.after(outcome) or 0.0)

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncClient(_Operations):
    """A client as `Client`, whose methods are awaited; for one event loop."""

    def __init__(self, url: str, key: str, *, seconds: float = SECONDS, retries: Retries = RETRIES) -> None:
        import httpx  # noqa: PLC0415 -- as above

        self._http = httpx.AsyncClient(**settings_of(url, key, seconds))
        self._retries = retries

    async def send(self, operation: Operation[T]) -> T:
        """As `Client.send`."""
        sending = Sending(operation, self._retries)
        while True:
            outcome = await self._exchanged(operation, sending)
            wait = sending.after(outcome)
            if wait is None and isinstance(outcome, Answer):
                return operation.read(outcome)
            await asyncio.sleep(wait or 0.0)

    async def _exchanged(self, operation: Operation[Any], sending: Sending) -> Answer | RequestFailed:
        import httpx  # noqa: PLC0415 -- as above

        try:
            answer = await self._http.request(
                operation.method, operation.path, content=operation.body, headers=sending.headers
            )
        except httpx.HTTPError as error:
            return lost(error)
        return Answer(answer.status_code, answer.headers, answer.content)

    async def walk(self, steps: Steps[T]) -> T:
        """As `Client.walk`."""
        try:
            operation = next(steps)
            while True:
                try:
                    meant = await self.send(operation)
                except RequestFailed as failure:
                    operation = steps.throw(failure)
                else:
                    operation = steps.send(meant)
        except StopIteration as done:
            found: T = done.value
            return found

    async def items(self, pages: Pages[T]) -> AsyncIterator[T]:
        """As `Client.items`."""
        left: Pages[T] | None = pages
        while left is not None:
            page = await self.send(left.page)
            for item in left.items(page):
                yield item
            left = left.rest(page)

    async def stream(self, operation: Operation[bytes]) -> AsyncIterator[bytes]:
        """As `Client.stream`."""
        import httpx  # noqa: PLC0415 -- as above

        sending, begun = Sending(operation, self._retries), False
        while True:
            try:
                async with self._http.stream(operation.method, operation.path, headers=sending.headers) as answer:
                    if begun := answer.status_code == _FOUND:
                        async for piece in answer.aiter_bytes():
                            yield piece
                        return
                    outcome: Answer | RequestFailed = Answer(answer.status_code, answer.headers, await answer.aread())
            except httpx.HTTPError as error:
                if begun:
                    raise broken_off(error) from error
                outcome = lost(error)
            await asyncio.sleep(sending.after(outcome) or 0.0)

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
