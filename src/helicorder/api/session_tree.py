"""A session as a tree: its calls at their paths, and at every place what stands there and below adds up to."""

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction

import msgspec

from helicorder.api.call_numbers import CallTokens, TokenAmount, ratio
from helicorder.api.session_records import (
    CostSum,
    LatencySum,
    ScoreMean,
    SessionScore,
    latency_of,
    milliseconds,
    shown_score,
)
from helicorder.model.call import Ending, Usage
from helicorder.model.score import COUNTED_KINDS, ScoreKind
from helicorder.model.session import TOKEN_PARTS, Node, Totals, tree
from helicorder.telemetry.sessions import Step

CANCELLED = -3
FIRST_ERROR = 400


class CallUsage(msgspec.Struct, frozen=True):
    """The tokens of one call by part; null where the provider did not say."""

    prompt: int | None
    completion: int | None
    cache_read: int | None
    cache_write: int | None
    reasoning: int | None
    total: int | None


class SessionCall(msgspec.Struct, frozen=True, kw_only=True):
    """One call of a session. ``offset_ms`` is how long after the session's start it began."""

    request_id: str
    name: str
    path: str
    started_at: dt.datetime
    ended_at: dt.datetime
    offset_ms: int
    latency_ms: int | None
    time_to_first_token_ms: int | None
    provider: str
    model: str
    status: int
    ending: Ending
    error: bool
    cancelled: bool
    streamed: bool
    cost: float | None
    tokens: CallUsage
    user_id: str | None
    prompt_id: str | None
    prompt_version: str | None
    scores: list[SessionScore]


class SessionNode(msgspec.Struct, frozen=True, kw_only=True):
    """One place in the tree, numbered by where it stands among the nodes; ``parent`` is null for the root alone.

    ``calls`` stand here; all else is of these and of everything below: ``span_ms`` from the first start to the last
    end, ``latency_ms`` the sum of the calls' own. ``path`` is empty for the root, where calls without a path stand.
    """

    parent: int | None
    depth: int
    name: str
    path: str
    n: int
    errors: int
    cancelled: int
    started_at: dt.datetime
    ended_at: dt.datetime
    offset_ms: int
    span_ms: int
    latency_ms: LatencySum
    cost: CostSum
    tokens: CallTokens
    scores: list[ScoreMean]
    calls: list[SessionCall]


def nodes_of(steps: Sequence[Step], start: dt.datetime) -> list[SessionNode]:
    """The tree of a session's calls, parents before children, siblings by when they begin.

    A score counts at the call that carries it: the newest of its request id.
    """
    found = tree([(step.session_path, _totals(step)) for step in steps])
    return [_node(node, [_call(steps[number], node.name, start) for number in node.calls], start) for node in found]


def _totals(step: Step) -> Totals:
    known = _by_part(step.usage)
    scores: dict[tuple[str, str], tuple[int, Fraction]] = {}
    for one in step.scores:
        if one.kind in COUNTED_KINDS:
            n, total = scores.get((one.name, one.kind), (0, Fraction()))
            scores[one.name, one.kind] = n + 1, total + Fraction(one.value)
    return Totals(
        n=1,
        errors=_is_error(step.status),
        cancelled=step.status == CANCELLED,
        first=step.created_at,
        last=max(step.response_at, step.created_at),
        latency_n=step.latency_ms is not None,
        latency_ms=step.latency_ms or 0,
        cost_n=step.cost_usd is not None,
        cost=step.cost_usd or Totals().cost,
        tokens={name: (1, count) for name, count in known.items() if count is not None},
        scores=scores,
    )


def _is_error(status: int) -> bool:
    return status >= FIRST_ERROR or (status < 0 and status != CANCELLED)


def _by_part(usage: Usage) -> dict[str, int | None]:
    counts = (usage.prompt, usage.completion, usage.cache_read, usage.cache_write, usage.reasoning, usage.total)
    return dict(zip(TOKEN_PARTS, counts, strict=True))


def _call(step: Step, name: str, start: dt.datetime) -> SessionCall:
    newest = {one.name: one for one in step.scores}
    return SessionCall(
        request_id=step.request_id,
        name=name or step.prompt_id or step.model,
        path=step.session_path,
        started_at=step.created_at,
        ended_at=max(step.response_at, step.created_at),
        offset_ms=milliseconds(step.created_at - start),
        latency_ms=step.latency_ms,
        time_to_first_token_ms=step.time_to_first_token_ms,
        provider=step.provider,
        model=step.model,
        status=step.status,
        ending=step.ending,
        error=_is_error(step.status),
        cancelled=step.status == CANCELLED,
        streamed=step.streamed,
        cost=None if step.cost_usd is None else float(step.cost_usd),
        tokens=CallUsage(**_by_part(step.usage)),
        user_id=step.user_id or None,
        prompt_id=step.prompt_id or None,
        prompt_version=step.prompt_version or None,
        scores=[shown_score(one.name, one.kind, one.value, one.label or one.text) for one in newest.values()],
    )


def _node(node: Node, calls: list[SessionCall], start: dt.datetime) -> SessionNode:
    totals = node.totals
    began, ended = totals.first or start, totals.last or start
    tokens = {name: totals.tokens.get(name, (0, 0)) for name in TOKEN_PARTS}
    return SessionNode(
        parent=node.parent,
        depth=node.depth,
        name=node.name,
        path=node.path,
        n=totals.n,
        errors=totals.errors,
        cancelled=totals.cancelled,
        started_at=began,
        ended_at=ended,
        offset_ms=milliseconds(began - start),
        span_ms=milliseconds(ended - began),
        latency_ms=latency_of(totals.n, totals.latency_n, totals.latency_ms),
        cost=CostSum(totals.cost_n, totals.n - totals.cost_n, float(totals.cost) if totals.cost_n else None),
        tokens=CallTokens(
            **{
                name: TokenAmount(n, totals.n - n, total if n else None, ratio(total, n))
                for name, (n, total) in tokens.items()
            }
        ),
        scores=[
            ScoreMean(name, ScoreKind(kind), n, float(total / n))
            for (name, kind), (n, total) in sorted(totals.scores.items())
        ],
        calls=calls,
    )
