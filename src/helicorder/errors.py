"""Every problem Helicorder can report, in one drawn tree.

A class is its own documentation: ``code`` names it for machines, ``status`` is the HTTP status it answers with, and the
docstring is the sentence a caller reads when no better one is given. `docs/errors.md` repeats the tree, by test.

    HelicorderError
    ├── Problem
    │   ├── MalformedBody              400
    │   ├── BadHeader                  400
    │   ├── Unauthenticated            401
    │   ├── Forbidden                  403
    │   │   └── UpstreamRefused        403
    │   ├── NotFound                   404
    │   ├── MethodNotAllowed           405
    │   ├── BodyTooSlow                408
    │   ├── IdempotencyConflict        409
    │   ├── AnswerDropped              409
    │   ├── Conflict                   409
    │   ├── BodyTooLarge               413
    │   ├── UnsupportedMediaType       415
    │   ├── Invalid                    422
    │   │   └── TooComplex             422
    │   ├── TooManyAttempts            429
    │   ├── TooManyRequests            429
    │   ├── TooManyAtOnce              429
    │   ├── InternalFailure            500
    │   ├── UpstreamUnreachable        502
    │   ├── Unavailable                503
    │   │   ├── JournalUnavailable     503
    │   │   └── TelemetryUnavailable   503
    │   └── UpstreamTimeout            504
    ├── RequestFailed
    ├── Gap
    │   ├── JournalGap
    │   └── StoreGap
    ├── JobFailed
    ├── RowsRefused
    └── StartupError
        ├── DataDirectoryHeld
        └── SchemaTooNew
"""

from typing import ClassVar


class HelicorderError(Exception):
    """Something went wrong in Helicorder."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or _first_sentence(type(self))
        super().__init__(self.message)


def _first_sentence(kind: type) -> str:
    return (kind.__doc__ or kind.__name__).strip().splitlines()[0]


class Problem(HelicorderError):
    """The request could not be served."""

    code: ClassVar[str] = "problem"
    status: ClassVar[int] = 500
    retry_after_seconds: int | None = None


class MalformedBody(Problem):
    """The body is not valid JSON."""

    code = "malformed_body"
    status = 400


class BadHeader(Problem):
    """A Helicone header has a value that cannot be used."""

    code = "bad_header"
    status = 400


class Unauthenticated(Problem):
    """No valid API key: send Authorization: Bearer sk-helicone-... or Helicone-Auth."""

    code = "unauthenticated"
    status = 401


class Forbidden(Problem):
    """The API key does not have the scope this needs."""

    code = "forbidden"
    status = 403


class UpstreamRefused(Forbidden):
    """The upstream address is not allowed: private addresses need HELICORDER_ALLOW_PRIVATE_UPSTREAMS."""

    code = "upstream_refused"


class NotFound(Problem):
    """There is nothing here under that name."""

    code = "not_found"
    status = 404


class MethodNotAllowed(Problem):
    """This path does not take that method."""

    code = "method_not_allowed"
    status = 405


class BodyTooSlow(Problem):
    """The body did not come in time: send at least 1 KiB a second."""

    code = "body_too_slow"
    status = 408


class IdempotencyConflict(Problem):
    """The Idempotency-Key was already used with a different body."""

    code = "idempotency_conflict"
    status = 409


class AnswerDropped(Problem):
    """The request under this Idempotency-Key was carried out when it first came; its answer is no longer stored."""

    code = "answer_dropped"
    status = 409


class Conflict(Problem):
    """What this would change is not what it was."""

    code = "conflict"
    status = 409


class BodyTooLarge(Problem):
    """The body is larger than this server accepts."""

    code = "body_too_large"
    status = 413


class UnsupportedMediaType(Problem):
    """The body must be sent as Content-Type: application/json."""

    code = "unsupported_media_type"
    status = 415


class Invalid(Problem):
    """The request is well formed but says something that cannot be accepted."""

    code = "invalid"
    status = 422


class TooManyAttempts(Problem):
    """Too many attempts failed; wait, and try again."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, message: str | None = None, retry_after_seconds: int = 60) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class TooManyRequests(Problem):
    """Too many requests of this address are under way: see HELICORDER_CONNECTIONS_PER_ADDRESS."""

    code = "too_many_requests"
    status = 429
    retry_after_seconds = 1


class TooComplex(Invalid):
    """The body takes more memory to read than this server gives to one."""

    code = "too_complex"


class TooManyAtOnce(Problem):
    """The organisation has too much of this under way; wait for some of it to end, and try again."""

    code = "too_many_at_once"
    status = 429
    retry_after_seconds = 5


class InternalFailure(Problem):
    """Something failed inside the server; its log has the details."""

    code = "internal_failure"
    status = 500


class UpstreamUnreachable(Problem):
    """The upstream could not be reached."""

    code = "upstream_unreachable"
    status = 502


class Unavailable(Problem):
    """The server cannot do this right now; try again."""

    code = "unavailable"
    status = 503
    retry_after_seconds = 1


class JournalUnavailable(Unavailable):
    """The write could not be made durable, so it was not accepted; try again."""

    code = "journal_unavailable"


class TelemetryUnavailable(Unavailable):
    """The telemetry store is not answering; what was acknowledged is safe in the journal; try again."""

    code = "telemetry_unavailable"


class UpstreamTimeout(Problem):
    """The upstream did not answer in time."""

    code = "upstream_timeout"
    status = 504


class RequestFailed(HelicorderError):
    """A server refused a request, or gave no answer.

    Attributes:
        status: of the answer; None where there was none.
        code: the problem's own, as `docs/errors.md` has them; ``no_answer``, ``unreadable_answer`` or ``broken_off``
            where none came, or not one of this API; else ``http_`` and the status.
    """

    def __init__(self, message: str, *, status: int | None, code: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class Gap(HelicorderError):
    """What was committed and what was found of it differ: nothing is trimmed, and readers wait, until they agree."""


class JournalGap(Gap):
    """The journal shows another number of rows than were committed to it."""


class StoreGap(Gap):
    """The telemetry store answered that it took rows which it does not hold."""


class JobFailed(HelicorderError):
    """A job of a worker process raised an error that is no problem of its caller's."""


class RowsRefused(HelicorderError):
    """The telemetry store refused rows for what they hold: sending the same rows again cannot help."""


class StartupError(HelicorderError):
    """The server cannot start."""


class DataDirectoryHeld(StartupError):
    """Another process holds the data directory."""


class SchemaTooNew(StartupError):
    """The store was written by a newer Helicorder than this one."""
