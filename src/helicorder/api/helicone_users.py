"""Helicone's user group: what each user's calls add up to."""

import datetime as dt
from typing import Any, Literal

import msgspec
from litestar import post
from litestar.params import JSONBody

from helicorder.api.access import READ
from helicorder.api.call_numbers import CallRate, rate_of, ratio
from helicorder.api.context import FromContext
from helicorder.api.group_filters import USERS, read_group_filter
from helicorder.api.helicone_shapes import (
    MAX_LIMIT,
    HistogramRow,
    PSize,
    SecondTimes,
    checked_page,
    histogram_rows,
    zone_west,
)
from helicorder.api.wire import Result
from helicorder.errors import Invalid
from helicorder.model.group import EVERY_GROUP, Group, GroupField, GroupOrder
from helicorder.model.window import Window
from helicorder.telemetry import histograms, users
from helicorder.telemetry.users import UserRow, Users

Direction = Literal["asc", "desc"]
_HISTOGRAMS = {"requests": GroupField.CALLS, "spent": GroupField.COST}


class UserQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which users: these, or the thousand with most requests; times are seconds since 1970."""

    userIds: list[str] | None = None  # noqa: N815 -- the wire's name
    timeFilter: SecondTimes | None = None  # noqa: N815 -- the wire's name


class UserSort(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One key and its direction; without one, who was active last comes first."""

    id: Direction | None = None
    user_id: Direction | None = None
    active_for: Direction | None = None
    first_active: Direction | None = None
    last_active: Direction | None = None
    total_requests: Direction | None = None
    average_requests_per_day_active: Direction | None = None
    average_tokens_per_request: Direction | None = None
    total_prompt_tokens: Direction | None = None
    total_completion_tokens: Direction | None = None
    cost: Direction | None = None
    total_errors: Direction | None = None


_FIELDS = {
    "id": GroupField.ID,
    "user_id": GroupField.ID,
    "active_for": GroupField.DAYS,
    "first_active": GroupField.FIRST,
    "last_active": GroupField.LAST,
    "total_requests": GroupField.CALLS,
    "average_requests_per_day_active": GroupField.CALLS_PER_DAY,
    "average_tokens_per_request": GroupField.TOKENS_PER_CALL,
    "total_prompt_tokens": GroupField.PROMPT_TOKENS,
    "total_completion_tokens": GroupField.COMPLETION_TOKENS,
    "cost": GroupField.COST,
    "total_errors": GroupField.ERRORS,
}


class UserMetricsQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which users; ``timeZoneDifferenceMinutes`` is JavaScript's getTimezoneOffset, by which days are counted."""

    filter: Any
    offset: int
    limit: int
    timeFilter: SecondTimes | None = None  # noqa: N815 -- the wire's name
    timeZoneDifferenceMinutes: float = 0  # noqa: N815 -- the wire's name
    sort: UserSort | None = None

    def order(self) -> GroupOrder:
        """The page and its order. Raises Invalid: several sort keys, or numbers out of range."""
        offset, limit = checked_page(self.offset, self.limit)
        given = {key: way for key, way in msgspec.structs.asdict(self.sort or UserSort()).items() if way is not None}
        if len(given) > 1:
            raise Invalid("sort: exactly one key.")
        for key, way in given.items():
            return GroupOrder(field=_FIELDS[key], ascending=way == "asc", offset=offset, limit=limit)
        return GroupOrder(offset=offset, limit=limit)


class UserOverviewQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which users, and up to which of their quantiles."""

    filter: Any
    pSize: PSize  # noqa: N815 -- the wire's name
    useInterquartile: bool  # noqa: N815 -- the wire's name


class UserSums(msgspec.Struct, frozen=True):
    """What a user's calls add up to; null where nothing is known. ``total_errors`` is our own."""

    user_id: str
    count: int
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: float | None
    total_errors: int


class UserMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """One user as Helicone shows them, null where nothing is known; ``active_for`` is days with a request.

    ``average_tokens_per_request`` is over requests whose tokens are known, each token counted once. Our own:
    ``total_errors``, ``total_sessions``, the rate of ``errors`` with its interval, and of how many requests the cost
    (``cost_n``) and the tokens (``tokens_n``) are known.
    """

    id: str
    user_id: str
    active_for: int
    first_active: dt.datetime
    last_active: dt.datetime
    total_requests: int
    average_requests_per_day_active: float
    average_tokens_per_request: float | None
    total_completion_tokens: int | None
    total_prompt_tokens: int | None
    cost: float | None
    total_errors: int
    total_sessions: int
    errors: CallRate
    cost_n: int
    tokens_n: int


class UserMetricsPage(msgspec.Struct, frozen=True):
    """A page of ``count`` users in all; ``hasUsers`` says whether any call names a user, whatever the filter."""

    users: list[UserMetrics]
    count: int
    hasUsers: bool  # noqa: N815 -- the wire's name


class UserOverview(msgspec.Struct, frozen=True):
    """How requests and cost of users are spread."""

    request_count: list[HistogramRow]
    user_cost: list[HistogramRow]


@post("/v1/user/query", status_code=200, opt=READ, operation_id="GetUsers", tags=["User"])
async def query_users(data: JSONBody[UserQuery], context: FromContext) -> Result[list[UserSums]]:
    """What the calls of each user add up to: of those that are named, or of the thousand with most requests."""
    if data.userIds is not None and not 1 <= len(data.userIds) <= MAX_LIMIT:
        raise Invalid(f"userIds: 1 to {MAX_LIMIT}.")
    ids = None if data.userIds is None else tuple(data.userIds)
    asked = Users(context.principal.org_id, EVERY_GROUP, _window(data.timeFilter), ids=ids)
    rows = await users.page(await context.reading(), asked, GroupOrder(field=GroupField.CALLS, limit=MAX_LIMIT))
    return Result([_summed(row) for row in rows])


def _window(times: SecondTimes | None) -> Window | None:
    return None if times is None else times.window()


def _tokens(row: UserRow) -> dict[str, int | None]:
    return {name: amount.total if amount.n else None for name, amount in row.sums.tokens.items()}


def _cost(row: UserRow) -> float | None:
    return float(row.sums.cost) if row.sums.cost_n else None


def _summed(row: UserRow) -> UserSums:
    tokens = _tokens(row)
    return UserSums(row.id, row.sums.n, tokens["prompt"], tokens["completion"], _cost(row), row.sums.errors)


@post("/v1/user/metrics/query", status_code=200, opt=READ, operation_id="GetUserMetrics", tags=["User"])
async def query_metrics(data: JSONBody[UserMetricsQuery], context: FromContext) -> Result[UserMetricsPage]:
    """A page of users in any order, each with what their calls add up to."""
    order, zone = data.order(), zone_west(data.timeZoneDifferenceMinutes)
    wanted, org_id = read_group_filter(data.filter, USERS), context.principal.org_id
    asked = Users(org_id, wanted, _window(data.timeFilter), zone)
    telemetry = await context.reading()
    rows, count = await users.page(telemetry, asked, order), await users.count(telemetry, asked)
    has_users = count > 0 or await users.count(telemetry, Users(org_id, EVERY_GROUP, None)) > 0
    return Result(UserMetricsPage([_shown(row) for row in rows], count, has_users))


def _shown(row: UserRow) -> UserMetrics:
    tokens, total = _tokens(row), row.sums.tokens["total"]
    return UserMetrics(
        id=row.id,
        user_id=row.id,
        active_for=row.days,
        first_active=row.first,
        last_active=row.last,
        total_requests=row.sums.n,
        average_requests_per_day_active=row.sums.n / row.days,
        average_tokens_per_request=ratio(total.total, total.n),
        total_completion_tokens=tokens["completion"],
        total_prompt_tokens=tokens["prompt"],
        cost=_cost(row),
        total_errors=row.sums.errors,
        total_sessions=row.sums.sessions,
        errors=rate_of(row.sums.errors, row.sums.n - row.sums.cancelled),
        cost_n=row.sums.cost_n,
        tokens_n=total.n,
    )


@post(
    "/v1/user/metrics-overview/query", status_code=200, opt=READ, operation_id="GetUserMetricsOverview", tags=["User"]
)
async def query_overview(data: JSONBody[UserOverviewQuery], context: FromContext) -> Result[UserOverview]:
    """How requests and cost of users are spread, up to a quantile, in ten bins of exact counts."""
    wanted, shares = read_group_filter(data.filter, USERS), data.pSize.shares(interquartile=data.useInterquartile)
    telemetry, org_id = await context.reading(), context.principal.org_id
    found = await histograms.of_groups(telemetry, org_id, Group.USERS, wanted, None, _HISTOGRAMS, **shares)
    return Result(UserOverview(histogram_rows(found["requests"]), histogram_rows(found["spent"])))


HANDLERS: list[Any] = [query_users, query_metrics, query_overview]
