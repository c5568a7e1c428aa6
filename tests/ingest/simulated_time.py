"""Virtual time: an event loop and threads that take turns. Nothing sleeps, and the same choices give the same run.

One thread runs at any moment. A simulated thread gives its turn back where it waits, where it takes a lock and where it
writes to the disk; the event loop resumes it at a later virtual time. So every interleaving is a choice of the run.
"""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, Self


class Hang(AssertionError):
    """The run waits for something that nobody will ever do."""


class Killed(BaseException):
    """Ends a simulated thread, as a crash of its process does."""


def set_done(future: asyncio.Future[None]) -> None:
    """Give a future its result, unless whoever waited is gone."""
    if not future.done():
        future.set_result(None)


class Loop(asyncio.BaseEventLoop):
    """An event loop whose time jumps to the next thing that is due.

    Attributes:
        lag: seconds until a thread is scheduled, drawn by the simulation.
    """

    def __init__(self, lag: Callable[[], float]) -> None:
        super().__init__()
        self.lag = lag
        self.now = 1_000.0
        self.died: list[BaseException] = []
        self._free_at: dict[object, float] = {}
        self._selector = self
        self._clock_resolution = 1e-6

    def time(self) -> float:
        """Virtual seconds."""
        return self.now

    def select(self, timeout: float | None) -> list[Any]:
        """What the base class takes for waiting for sockets: pass the time."""
        if timeout is None:
            raise Hang("Nothing is due, and the run is not over.")
        self.now += timeout
        return []

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no sockets."""

    def _write_to_self(self) -> None:
        """There is no selector to wake."""

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]  # simpler types
        """Call a function some time later, at one moment; in order of submission where an executor is named.

        A function that waits returns a future, and its caller waits for that.
        """
        answer = self.create_future()
        at = self.now + self.lag()
        if executor is not None:
            at = self._free_at[executor] = max(at, self._free_at.get(executor, 0.0) + 1e-5)

        def work() -> None:
            if answer.done():
                return
            try:
                outcome = func(*args)
            except Exception as error:  # noqa: BLE001 -- handed on, as an executor does
                answer.set_exception(error)
            else:
                if isinstance(outcome, asyncio.Future):
                    outcome.add_done_callback(lambda _: set_done(answer))
                else:
                    answer.set_result(outcome)

        self.call_at(at, work)
        return answer


class Threads:
    """The simulated threads of one run; stands for the module `threading` in what is simulated.

    Attributes:
        preempts: whether to interrupt a thread here, drawn by the simulation.
    """

    Lock = threading.Lock

    def __init__(self, loop: Loop, preempts: Callable[[], bool]) -> None:
        self.loop = loop
        self.preempts = preempts
        self.running: Thread | None = None

    def Thread(self, target: Callable[[], None], name: str, daemon: bool) -> "Thread":  # noqa: N802, FBT001 -- as threading has it
        """A simulated thread."""
        return Thread(self, target, name, daemon=daemon)

    def Condition(self) -> "Condition":  # noqa: N802 -- as threading has it
        """A condition between simulated threads and the event loop."""
        return Condition(self)

    def may_switch(self) -> None:
        """A place at which a thread may be interrupted."""
        if self.running is not None:
            self.running.check()
            if self.preempts():
                self.running.pause(self.loop.lag())

    def sleep(self, seconds: float) -> None:
        """Let virtual time pass for whoever runs."""
        if self.running is None:
            self.loop.now += seconds
        else:
            self.running.pause(seconds)


class Thread:
    """A thread that runs only while the event loop lets it."""

    def __init__(self, threads: Threads, target: Callable[[], None], name: str, *, daemon: bool) -> None:
        self._threads = threads
        self._loop = threads.loop
        self._target = target
        self._real = threading.Thread(target=self._run, name=name, daemon=daemon)
        self._turn, self._turn_of_loop = threading.Lock(), threading.Lock()
        self._turn.acquire()
        self._turn_of_loop.acquire()
        self._wakeup: asyncio.TimerHandle | None = None
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._killed = False
        self._is_alive = True

    def start(self) -> None:
        """Have it begin some time later."""
        self._real.start()
        self.wake(self._loop.lag())

    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._is_alive

    def join(self, seconds: float) -> asyncio.Future[None]:
        """A future that is done when the thread has ended or the time is up."""
        waited: asyncio.Future[None] = self._loop.create_future()

        self._ended.add_done_callback(lambda _: set_done(waited))
        self._loop.call_later(seconds, set_done, waited)
        return waited

    def wake(self, seconds: float) -> None:
        """Give it its next turn after some time, instead of when it was due."""
        if self._wakeup is not None:
            self._wakeup.cancel()
        self._wakeup = self._loop.call_later(seconds, self._resume)

    def kill(self) -> None:
        """End it where it is."""
        self._killed = True
        if self._is_alive:
            self.wake(0)
            self._resume()
        self._real.join(10)
        assert not self._real.is_alive()

    def check(self) -> None:
        """Raise if the thread was killed."""
        if self._killed:
            raise Killed

    def pause(self, seconds: float | None) -> None:
        """Give the turn back; until woken where no time is named. Runs in the thread itself."""
        self.check()
        if seconds is not None:
            self.wake(seconds)
        self._threads.running = None
        self._turn_of_loop.release()
        self._turn.acquire()
        self.check()

    def _resume(self) -> None:
        if self._wakeup is not None:
            self._wakeup.cancel()
            self._wakeup = None
        if not self._is_alive:
            return
        self._threads.running = self
        self._turn.release()
        self._turn_of_loop.acquire()

    def _run(self) -> None:
        self._turn.acquire()
        try:
            self.check()
            self._target()
        except Killed:
            pass
        except BaseException as error:  # noqa: BLE001 -- the simulation reports it
            self._loop.died.append(error)
        self._is_alive = False
        self._threads.running = None
        self._loop.call_soon(set_done, self._ended)
        self._turn_of_loop.release()


class Condition:
    """`threading.Condition`, as far as it is used: one thread waits, the event loop and that thread notify.

    It needs no lock: a thread is interrupted where it enters, never inside.
    """

    def __init__(self, threads: Threads) -> None:
        self._threads = threads
        self._waiting: Thread | None = None

    def __enter__(self) -> Self:
        self._threads.may_switch()
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def notify(self) -> None:
        """Wake the thread that waits, if one does."""
        if self._waiting is not None:
            self._waiting.wake(self._threads.loop.lag())
            self._waiting = None

    notify_all = notify

    def wait(self, timeout: float | None = None) -> None:
        """Wait for `notify`, or until time is up."""
        thread = self._threads.running
        assert thread is not None, "the event loop must not block"
        self._waiting = thread
        try:
            thread.pause(timeout)
        finally:
            self._waiting = None

    def wait_for(self, predicate: Callable[[], bool], timeout: float) -> bool:
        """Wait until a predicate holds, or until time is up."""
        ends = self._threads.loop.now + timeout
        while not predicate() and self._threads.loop.now < ends:
            self.wait(ends - self._threads.loop.now)
        return predicate()
