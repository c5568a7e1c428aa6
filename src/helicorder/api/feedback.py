"""Feedback as Helicone's own wrappers send it, to the gateway's host: ``POST /v1/feedback``."""

import datetime as dt
from typing import Any

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import WRITE
from helicorder.api.context import FromContext
from helicorder.errors import Invalid
from helicorder.model.definition import check
from helicorder.model.ids import checked_request_id
from helicorder.model.score import FEEDBACK_NAME, Score, ScoreKind, Source, checked_value

_RATING = "rating"


class WrapperFeedback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``{helicone-id, rating}`` from the npm wrapper, ``{helicone-id, name, value, data-type}`` from PyPI's."""

    helicone_id: str = msgspec.field(name="helicone-id")
    rating: bool | None = None
    name: str = _RATING
    value: bool | int | float | None = None
    data_type: str | None = msgspec.field(name="data-type", default=None)

    def judged(self) -> tuple[str, ScoreKind, float]:
        """(name, kind, value) of the score that this feedback is.

        Raises:
            Invalid: neither a rating nor a value, or a value that cannot be kept.
        """
        value = self.value if self.rating is None else self.rating
        if value is None:
            raise Invalid("Feedback needs a rating or a value.")
        name, kind, number = checked_value(self.name, value)
        return (FEEDBACK_NAME if name == _RATING and kind is ScoreKind.BOOLEAN else name), kind, number


class FeedbackReceipt(msgspec.Struct, frozen=True):
    """What the wrappers are answered."""

    message: str
    helicone_id: str


@post(
    "/v1/feedback",
    status_code=200,
    opt=WRITE,
    operation_id="WrapperFeedback",
    tags=["Request"],
)
async def wrapper_feedback(data: JSONBody[WrapperFeedback], context: FromContext) -> FeedbackReceipt:
    """Thumbs up or down on a request, or a value under a name of its own: a score like any other."""
    request_id = checked_request_id(data.helicone_id)
    now = dt.datetime.now(dt.UTC)
    principal = context.principal
    score = Score(principal.org_id, request_id, *data.judged(), now, Source.END_USER, key_id=principal.key_id)
    check(await context.definitions(), score)
    await context.commit([score])
    return FeedbackReceipt("Feedback added successfully.", request_id)


HANDLERS: list[Any] = [wrapper_feedback]
