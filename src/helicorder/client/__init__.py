"""A typed client of a Helicorder server: `Client` waits for answers, `AsyncClient` is awaited. docs/client.md."""

from helicorder.client.questions import Replayed
from helicorder.client.retries import Retries
from helicorder.client.senders import AsyncClient, Client
from helicorder.errors import HelicorderError, RequestFailed
from helicorder.model.analysis import Clock, Clustering, Covariate
from helicorder.model.call import Ending
from helicorder.model.definition import Definition, Direction
from helicorder.model.findings import Correction, Scale
from helicorder.model.score import ScoreKind, Source, Target
from helicorder.model.window import Bucket
from helicorder.wire.calls import CallInput
from helicorder.wire.files import CallsExport, Format, ScoresExport, Versions
from helicorder.wire.questions import (
    AgreementQuery,
    BisectQuery,
    BreakdownQuery,
    CompareQuery,
    DistributionQuery,
    DriftQuery,
    JudgeQuery,
    LabelsQuery,
    Order,
    RaterQuery,
    SegmentQuery,
    SeriesQuery,
)
from helicorder.wire.requests import HeliconeRequest, RequestQuery, Sort
from helicorder.wire.results import Pin, PinnedResult
from helicorder.wire.scores import (
    BatchItem,
    BatchResults,
    DefinitionInput,
    ItemResult,
    ScoreEdit,
    ScoreInput,
    ScoreRecord,
    ScoresQuery,
    StoredScore,
)

__all__ = [
    "AgreementQuery",
    "AsyncClient",
    "BatchItem",
    "BatchResults",
    "BisectQuery",
    "BreakdownQuery",
    "Bucket",
    "CallInput",
    "CallsExport",
    "Client",
    "Clock",
    "Clustering",
    "CompareQuery",
    "Correction",
    "Covariate",
    "Definition",
    "DefinitionInput",
    "Direction",
    "DistributionQuery",
    "DriftQuery",
    "Ending",
    "Format",
    "HeliconeRequest",
    "HelicorderError",
    "ItemResult",
    "JudgeQuery",
    "LabelsQuery",
    "Order",
    "Pin",
    "PinnedResult",
    "RaterQuery",
    "Replayed",
    "RequestFailed",
    "RequestQuery",
    "Retries",
    "Scale",
    "ScoreEdit",
    "ScoreInput",
    "ScoreKind",
    "ScoreRecord",
    "ScoresExport",
    "ScoresQuery",
    "SegmentQuery",
    "SeriesQuery",
    "Sort",
    "Source",
    "StoredScore",
    "Target",
    "Versions",
]
