"""Pinned numbers: an answer comes with a link that holds its question, a mark and the method, and replays it.

The link is the pin: nothing is stored. It holds the question with every default filled in, the version up to which the
store was read, the version of the methods, and a digest of the answer. Opened later, the question is put to the store
as it was at the mark. Sums are exact and draws are seeded, so the answer is the same to the byte; where it is not,
because rows were erased since, the answer says so.
"""

import base64
import binascii
import hashlib
import zlib
from collections.abc import Awaitable, Iterable, Mapping
from typing import Annotated, Any, Protocol

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import PathParameter

from helicorder.api.access import READ
from helicorder.api.context import Context, FromContext
from helicorder.errors import Invalid, NotFound
from helicorder.telemetry.client import Telemetry
from helicorder.wire.results import Pin, PinnedResult, Replay, Result

__all__ = ["METHODS", "Asked", "Kind", "PinnedResult", "answered", "handlers"]

METHODS = 1
"""The version of the methods behind pinned numbers; raised when one of them answers otherwise than before."""

_MAX_TOKEN = 16_384
_MAX_PIN = 262_144


class Asked(Protocol):
    """Answers one kind of question: the same for the same store, question and mark, whenever it is asked."""

    def __call__(self, question: Any, org_id: str, telemetry: Telemetry, as_of: int | None) -> Awaitable[Any]:
        """The answer, from the whole store or from what it held at a mark."""


class _Pinned(msgspec.Struct, frozen=True):
    """What a link holds."""

    kind: str
    org_id: str
    question: msgspec.Raw
    as_of: int
    methods: int
    digest: str


class Kind(msgspec.Struct, frozen=True):
    """A kind of question: its name in links, its type, and who answers."""

    name: str
    question: type
    answer: Asked


async def answered(context: Context, kind: Kind, question: Any) -> PinnedResult[Any]:
    """The answer to a question, whose defaults are filled in, with its pin.

    Rows that are loaded while a statement runs must not slip in: an answer during which nothing was committed stands;
    otherwise the question is put as of the mark.
    """
    telemetry, org_id = await context.reading(), context.principal.org_id
    mark = context.mark()
    data = await kind.answer(question, org_id, telemetry, None)
    if context.mark() != mark:
        data = await kind.answer(question, org_id, telemetry, mark)
    return _with_pin(kind, org_id, question, mark, data)


def _with_pin(kind: Kind, org_id: str, question: Any, mark: int, data: Any) -> PinnedResult[Any]:
    encode = msgspec.json.encode
    digest = _digest(data)
    held = _Pinned(kind.name, org_id, msgspec.Raw(encode(question, order="deterministic")), mark, METHODS, digest)
    token = base64.urlsafe_b64encode(zlib.compress(encode(held), 9)).decode().rstrip("=")
    return PinnedResult(data, Pin(f"/v1/pins/{token}", str(mark), METHODS, digest))


def _digest(data: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(data)).hexdigest()[:32]


def _held(token: str, org_id: str, kinds: Mapping[str, Kind]) -> _Pinned:
    """What a link holds.

    Raises:
        NotFound: it was not made here for this organisation.
        Invalid: it was made with other methods.
    """
    try:
        packed = base64.urlsafe_b64decode(token[:_MAX_TOKEN] + "=" * (-len(token) % 4))
        unpacker = zlib.decompressobj()
        held = msgspec.json.decode(unpacker.decompress(packed, _MAX_PIN), type=_Pinned)
    except (binascii.Error, ValueError, zlib.error, msgspec.DecodeError):
        raise NotFound("This is not a pin.") from None
    if held.org_id != org_id or held.kind not in kinds:
        raise NotFound("This is not a pin of this organisation.")
    if held.methods != METHODS:
        raise Invalid(f"This pin was made with methods {held.methods}; this server has methods {METHODS}.")
    return held


Token = Annotated[str, PathParameter(description="What stands behind /v1/pins/ in the link of an answer.")]


def handlers(kinds: Iterable[Kind]) -> list[HTTPRouteHandler]:
    """The routes that open the links of these kinds."""
    known = {kind.name: kind for kind in kinds}

    @get("/v1/pins/{token:str}", opt=READ, operation_id="ReplayPin", tags=["Pins"])
    async def replay(token: Token, context: FromContext) -> Response[PinnedResult[Any]]:
        """The pinned answer again, to the byte; ``helicorder-replay`` says ``identical``, or ``changed`` where not."""
        held, kind, question = _opened(token, context, known)
        telemetry, org_id = await context.reading(), context.principal.org_id
        data = await kind.answer(question, org_id, telemetry, held.as_of)
        word = "identical" if _digest(data) == held.digest else "changed"
        return Response(_with_pin(kind, org_id, question, held.as_of, data), headers={"helicorder-replay": word})

    @get("/v1/pins/{token:str}/now", opt=READ, operation_id="ComparePin", tags=["Pins"])
    async def now(token: Token, context: FromContext) -> Result[Replay]:
        """The pinned question as of its mark and as of now: what has changed since."""
        held, kind, question = _opened(token, context, known)
        telemetry, org_id = await context.reading(), context.principal.org_id
        then = await kind.answer(question, org_id, telemetry, held.as_of)
        today = await kind.answer(question, org_id, telemetry, None)
        digest = _digest(then)
        identical, changed = digest == held.digest, digest != _digest(today)
        return Result(Replay(held.kind, str(held.as_of), held.question, then, today, identical, changed))

    return [replay, now]


def _opened(token: str, context: Context, known: Mapping[str, Kind]) -> tuple[_Pinned, Kind, Any]:
    held = _held(token, context.principal.org_id, known)
    kind = known[held.kind]
    try:
        return held, kind, msgspec.json.decode(held.question, type=kind.question)
    except msgspec.DecodeError:
        raise NotFound("This pin's question is not one that this server knows.") from None
