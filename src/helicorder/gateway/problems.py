"""The gateway's own errors, in a shape that the providers' SDKs read.

    {"type": "error", "error": {"type": CODE, "code": CODE, "message": SENTENCE, "param": null}}

OpenAI's and Google's clients read ``error.message`` and ``error.code``, Anthropic's read ``type`` and ``error.type``.
The header ``helicorder-error: CODE`` tells such an answer from one of the upstream's.
"""

import msgspec

from helicorder.errors import BodyTooLarge, Problem
from helicorder.gateway.headers import RawHeaders


def answer_to(problem: Problem) -> tuple[int, RawHeaders, bytes]:
    """(status, headers, body) of a problem."""
    error = {"type": problem.code, "code": problem.code, "message": problem.message, "param": None}
    body = msgspec.json.encode({"type": "error", "error": error})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"helicorder-error", problem.code.encode()),
    ]
    if problem.retry_after_seconds is not None:
        headers.append((b"retry-after", b"%d" % problem.retry_after_seconds))
    if isinstance(problem, BodyTooLarge):
        headers.append((b"connection", b"close"))
    return problem.status, headers, body
