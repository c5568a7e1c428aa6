"""Definitions of scores: what a name means, and which way is better."""

import math
from typing import Annotated, Any

from litestar import delete, get, put
from litestar.params import JSONBody, PathParameter

from helicorder.api.access import READ, WRITE
from helicorder.api.context import FromContext
from helicorder.api.paths import text_of
from helicorder.api.wire import OK, Result
from helicorder.errors import Invalid, NotFound
from helicorder.model.definition import Definition
from helicorder.model.score import ScoreKind, checked_name
from helicorder.telemetry import scores
from helicorder.wire.scores import DefinitionInput

MAX_CATEGORIES = 1_000
MAX_DESCRIPTION_LENGTH = 10_000

Name = Annotated[str, PathParameter(description="The name of a score.")]


def definition_of(name: str, given: DefinitionInput) -> Definition:
    """The definition of a name.

    Raises:
        Invalid: some part of it means nothing.
    """
    bounds = [bound for bound in (given.minimum, given.maximum) if bound is not None]
    if not all(map(math.isfinite, bounds)) or bounds != sorted(bounds):
        raise Invalid("minimum, maximum: finite, and in this order.")
    if bounds and given.kind is not ScoreKind.NUMERIC:
        raise Invalid("minimum, maximum: only a numeric score has them.")
    if given.categories and given.kind is not ScoreKind.CATEGORICAL:
        raise Invalid("categories: only a categorical score has them.")
    if len(given.categories) > MAX_CATEGORIES or len(given.description) > MAX_DESCRIPTION_LENGTH:
        raise Invalid(f"At most {MAX_CATEGORIES} categories and {MAX_DESCRIPTION_LENGTH} characters of description.")
    return Definition(
        name=checked_name(name),
        kind=given.kind,
        minimum=given.minimum,
        maximum=given.maximum,
        categories=tuple(dict.fromkeys(given.categories)),
        direction=given.direction,
        description=given.description,
        strict=given.strict,
    )


@get("/v1/scores/definitions", opt=READ, operation_id="ListDefinitions", tags=["Definitions"])
async def list_definitions(context: FromContext) -> Result[list[Definition]]:
    """Every score that is defined, and what the others look like, inferred from the scores so far."""
    defined = await context.definitions()
    found = await scores.seen(await context.reading(), context.principal.org_id)
    inferred = {one.name: _inferred(one) for one in found if one.name not in defined}
    return Result([definition for _, definition in sorted((inferred | dict(defined)).items())])


@get("/v1/scores/definitions/{name:str}", opt=READ, operation_id="GetDefinition", tags=["Definitions"])
async def get_definition(name: Name, context: FromContext) -> Result[Definition]:
    """One definition; 404 where the score is not defined."""
    definition = (await context.definitions()).get(text_of(name))
    if definition is None:
        raise NotFound(f"{text_of(name)!r} is not defined.")
    return Result(definition)


@put("/v1/scores/definitions/{name:str}", opt=WRITE, operation_id="PutDefinition", tags=["Definitions"])
async def put_definition(name: Name, data: JSONBody[DefinitionInput], context: FromContext) -> Result[Definition]:
    """Define a score. It counts here at once, and on every other server within a second."""
    definition = definition_of(text_of(name), data)
    await context.define(definition)
    return Result(definition)


@delete(
    "/v1/scores/definitions/{name:str}",
    status_code=200,
    opt=WRITE,
    operation_id="DeleteDefinition",
    tags=["Definitions"],
)
async def delete_definition(name: Name, context: FromContext) -> Result[None]:
    """Define a score no longer; its scores stay as they are."""
    await context.undefine(text_of(name))
    return OK


def _inferred(seen: scores.Seen) -> Definition:
    numeric = seen.kind is ScoreKind.NUMERIC
    return Definition(
        name=seen.name,
        kind=seen.kind,
        minimum=seen.minimum if numeric else None,
        maximum=seen.maximum if numeric else None,
        categories=tuple(seen.categories) if seen.kind is ScoreKind.CATEGORICAL else (),
        inferred=True,
    )


HANDLERS: list[Any] = [list_definitions, get_definition, put_definition, delete_definition]
