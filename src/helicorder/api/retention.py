"""How long the organisation that asks keeps what it recorded."""

from typing import Any

import msgspec
from litestar import get, patch
from litestar.params import JSONBody

from helicorder.api.access import ADMIN, READ
from helicorder.api.administration import FromAdministration
from helicorder.api.wire import Result
from helicorder.errors import Invalid
from helicorder.model.retention import Days, Retention


class RetentionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which limits to set, in days; null takes a limit away, and what is not given stays."""

    calls_days: Days | msgspec.UnsetType | None = msgspec.UNSET
    bodies_days: Days | msgspec.UnsetType | None = msgspec.UNSET
    scores_days: Days | msgspec.UnsetType | None = msgspec.UNSET


@get("/v1/organization/retention", opt=READ, operation_id="GetRetention", tags=["Organization"])
async def get_retention(administration: FromAdministration) -> Result[Retention]:
    """After how many days calls, their bodies and scores are deleted."""
    return Result(await administration.retentions.of(administration.principal.org_id))


@patch("/v1/organization/retention", opt=ADMIN, operation_id="ChangeRetention", tags=["Organization"])
async def change_retention(data: JSONBody[RetentionChange], administration: FromAdministration) -> Result[Retention]:
    """Set limits. What is too old by then is deleted for good within the hour, and nothing brings it back."""
    changes = {name: days for name, days in msgspec.structs.asdict(data).items() if days is not msgspec.UNSET}
    if not changes:
        raise Invalid("Say calls_days, bodies_days or scores_days.")
    principal = administration.principal
    retention = await administration.retentions.change(principal.org_id, changes, principal.key_id)
    administration.note("retention_changed", **{name: str(days) for name, days in changes.items()})
    return Result(retention)


HANDLERS: list[Any] = [get_retention, change_retention]
