"""Calls recorded through the real server, with what is known of each, for numbers to be held against."""

import datetime as dt
import random
from typing import Any

from helicorder.model.ids import new_id
from product_server import Product

NOON = dt.datetime(2026, 11, 3, 12, tzinfo=dt.UTC)
MODELS = ("m1", "m2", "m3")


def log_call(product: Product, request_id: str, at: dt.datetime, **fields: Any) -> None:
    """Record a call; ``ms``, ``status``, ``model``, ``usage`` and headers as given."""
    end = at + dt.timedelta(milliseconds=fields.pop("ms", 0))
    request = {"model": fields.pop("model", "m1")}
    answer = {"usage": usage} if (usage := fields.pop("usage", None)) else {}
    body = {
        "providerRequest": {"url": "https://api.openai.com/v1/chat/completions", "json": request, "meta": {}},
        "providerResponse": {"json": answer, "status": fields.pop("status", 200), "headers": {}},
        "timing": {"startTime": at.isoformat(), "endTime": end.isoformat()},
    }
    headers = {f"Helicone-{name.replace('_', '-')}": value for name, value in fields.items()}
    told = product.ask("POST", "/oai/v1/log", body, {"Helicone-Request-Id": request_id, **headers})
    assert told.status == 200, told.body


class Data:
    """A hundred and twenty calls of three hours and of the three before."""

    def __init__(self, product: Product) -> None:
        self.run = f"run-{new_id()}"
        self.rows: list[dict[str, Any]] = []
        draw = random.Random(7)  # noqa: S311 -- an example
        for number in range(120):
            at = NOON + dt.timedelta(minutes=draw.randrange(-180, 120))
            row: dict[str, Any] = {
                "at": at,
                "ms": draw.randrange(1, 5000),
                "status": draw.choice([200] * 8 + [429, 500, -3, -2]),
                "model": draw.choice(MODELS),
                "user": draw.choice(["", f"ann-{self.run}", f"bob-{self.run}"]),
                "completion": draw.randrange(1, 100) if number % 4 else None,
                "id": f"{self.run}-{number}",
                "session": f"{self.run}-s{number % 5}",
            }
            self.rows.append(row)
            usage = row["completion"] and {"prompt_tokens": 10, "completion_tokens": row["completion"]}
            log_call(
                product, row["id"], at, ms=row["ms"], status=row["status"], model=row["model"],
                usage=usage, Property_Run=self.run, User_Id=row["user"], Session_Id=row["session"],
            )  # fmt: skip

    def within(self, hours: int, start: dt.datetime = NOON) -> list[dict[str, Any]]:
        """The rows of some hours."""
        return [row for row in self.rows if start <= row["at"] < start + dt.timedelta(hours=hours)]
