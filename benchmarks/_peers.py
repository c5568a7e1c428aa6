"""The peers of the score benchmark, each as its own documents say to start it, with nothing sent outside.

A peer is asked for what comes closest to one durable score: one annotation of a span, one assessment of a trace. Its
span or trace is made first, once; ours needs none. What it says it stored is counted in its database afterwards.
"""

import contextlib
import json
import sqlite3
from pathlib import Path

import msgspec

from _load import NUMBER, post
from _server import Server
from product_server import free_port

_SPAN = "eee19b7ec3c1b174"
_TRACE = "tr-5b8efff798038103d269b633813fc60c"
_AT = "2026-11-23T00:00:00Z"


class Peer(msgspec.Struct, frozen=True):
    """A running peer.

    Attributes:
        request: writes one score, numbered.
        database, table: where it keeps them, a row each.
    """

    server: Server
    request: bytes
    database: Path
    table: str

    def stored(self) -> int:
        """How many scores its database holds."""
        with contextlib.closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as database:
            count: int = database.execute(f"SELECT count(*) FROM {self.table}").fetchone()[0]  # noqa: S608 -- our own
            return count


def phoenix(environment: Path, directory: Path) -> Peer:
    """``phoenix serve``: one process, one event loop, SQLite with synchronous=OFF (its default: it never fsyncs)."""
    port = free_port()
    server = Server(
        [environment.absolute() / "bin/phoenix", "serve"],
        port,
        directory,
        path="/healthz",
        PHOENIX_HOST="127.0.0.1",
        PHOENIX_PORT=str(port),
        PHOENIX_GRPC_PORT=str(free_port()),
        PHOENIX_WORKING_DIR=str(directory),
        PHOENIX_TELEMETRY_ENABLED="false",
        PHOENIX_ALLOW_EXTERNAL_RESOURCES="false",
    )
    span = {
        "name": "chat",
        "context": {"trace_id": "5b8efff798038103d269b633813fc60c", "span_id": _SPAN},
        "span_kind": "LLM",
        "start_time": _AT,
        "end_time": _AT,
        "status_code": "OK",
    }
    server.ask("/v1/projects/default/spans", json.dumps({"data": [span]}).encode())
    # Two annotations of one name and identifier would be one row.
    annotation = {
        "span_id": _SPAN,
        "name": "accuracy",
        "annotator_kind": "CODE",
        "identifier": NUMBER,
        "result": {"score": 0.92},
    }
    request = post("/v1/span_annotations?sync=true", json.dumps({"data": [annotation]}))
    return Peer(server, request, directory / "phoenix.db", "span_annotations")


def mlflow(environment: Path, directory: Path) -> Peer:
    """``mlflow server``: four uvicorn workers (its default) and its job runner on one SQLite, fsync at each commit."""
    port = free_port()
    store = f"sqlite:///{directory / 'mlflow.db'}"
    options = ["--host", "127.0.0.1", "--port", str(port), "--backend-store-uri", store]
    server = Server(
        [environment.absolute() / "bin/mlflow", "server", *options],
        port,
        directory,
        path="/health",
        MLFLOW_DISABLE_TELEMETRY="true",
        DO_NOT_TRACK="true",
    )
    info = {
        "trace_id": _TRACE,
        "trace_location": {"type": "MLFLOW_EXPERIMENT", "mlflow_experiment": {"experiment_id": "0"}},
        "request_time": _AT,
        "execution_duration": "1s",
        "state": "OK",
    }
    server.ask("/api/3.0/mlflow/traces", json.dumps({"trace": {"trace_info": info}}).encode())
    assessment = {
        "assessment_name": "accuracy",
        "trace_id": _TRACE,
        "source": {"source_type": "CODE", "source_id": NUMBER},
        "create_time": _AT,
        "last_update_time": _AT,
        "feedback": {"value": 0.92},
    }
    request = post(f"/api/3.0/mlflow/traces/{_TRACE}/assessments", json.dumps({"assessment": assessment}))
    return Peer(server, request, directory / "mlflow.db", "assessments")


PEERS = {"phoenix": phoenix, "mlflow": mlflow}
