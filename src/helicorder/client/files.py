"""Exported files: as bytes while they come, or as a data frame over Arrow."""

from typing import TYPE_CHECKING, Any

import msgspec

from helicorder.client import frames
from helicorder.client.operation import Answer, Operation, query_of
from helicorder.wire.files import CallsExport, Format, ScoresExport

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

EVERY_SCORE, EVERY_CALL = ScoresExport(), CallsExport()


def export_scores(into: Format | str, wanted: ScoresExport = EVERY_SCORE) -> Operation[bytes]:
    """A file of scores, in pieces: current ones, each beside the call that it judges, or every version."""
    return _file("scores", Format(into), wanted)


def export_calls(into: Format | str, wanted: CallsExport = EVERY_CALL) -> Operation[bytes]:
    """A file of calls, in pieces, each with its properties and its scores, and its texts if ``bodies`` says so."""
    return _file("calls", Format(into), wanted)


def scores_to_pandas(wanted: ScoresExport = EVERY_SCORE) -> "Operation[pd.DataFrame]":
    """Scores as a pandas frame. Maps are JSON text, what is not known is missing."""
    return _frame("scores", wanted, frames.to_pandas)


def scores_to_polars(wanted: ScoresExport = EVERY_SCORE) -> "Operation[pl.DataFrame]":
    """Scores as a polars frame. Maps are JSON text, what is not known is null."""
    return _frame("scores", wanted, frames.to_polars)


def calls_to_pandas(wanted: CallsExport = EVERY_CALL) -> "Operation[pd.DataFrame]":
    """Calls as a pandas frame. Maps are JSON text, what is not known is missing."""
    return _frame("calls", wanted, frames.to_pandas)


def calls_to_polars(wanted: CallsExport = EVERY_CALL) -> "Operation[pl.DataFrame]":
    """Calls as a polars frame. Maps are JSON text, what is not known is null."""
    return _frame("calls", wanted, frames.to_polars)


def _file(subject: str, into: Format, wanted: ScoresExport | CallsExport) -> Operation[bytes]:
    return Operation(method="GET", path=_path(subject, into, wanted), read=lambda answer: answer.body)


def _frame(subject: str, wanted: ScoresExport | CallsExport, make: Any) -> Operation[Any]:
    def read(answer: Answer) -> Any:
        return make(answer.body)

    return Operation(method="GET", path=_path(subject, Format.ARROW, wanted), read=read)


def _path(subject: str, into: Format, wanted: ScoresExport | CallsExport) -> str:
    given = msgspec.to_builtins(wanted)
    if "filter" in given:
        given["filter"] = msgspec.json.encode(given["filter"]).decode()
    if given.get("bodies"):
        given["bodies"] = "true"
    return f"/v1/export/{subject}.{into}{query_of(given)}"
