"""Every setting, a row each; the only reader of the environment.

A setting NAME is read from HELICORDER_NAME. `docs/settings.md` is checked against these rows by test.
"""

import math
import os
import pathlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

PREFIX = "HELICORDER_"
API_KEY = "HELICONE_API_KEY"
"""Where a command that calls a server finds its key: Helicone's own name, which clients' environments have already."""
TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
LOG_LEVELS = ("debug", "info", "warning", "error")
LAST_PORT = 65535
MAX_SESSION_HOURS = 400 * 24  # browsers keep no cookie for longer
FALSE_WORDS = frozenset({"", "0", "false", "no", "off"})


Value = str | int | float | bool


class Setting(msgspec.Struct, frozen=True):
    """One row: its name without the prefix, its default (whose type is the setting's type), one sentence of help.

    ``secret``: the value opens something, and is shown to nobody. URLs are shown without what they hold of that kind.
    """

    name: str
    default: Value
    help: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("DATA_DIR", "data", "Directory that holds the journal, the embedded engine and the control database."),
    Setting("HOST", "127.0.0.1", "Address to listen on."),
    Setting("PORT", 8585, "Port to listen on."),
    Setting(
        "BOOTSTRAP_API_KEY",
        "",
        "A sk-helicone-... key valid from the first start; empty: one is made, printed once.",
        secret=True,
    ),
    Setting("TELEMETRY_URL", "", "clickhouse://user:password@host:8123/database; empty: the embedded engine."),
    Setting("CONTROL_URL", "", "postgresql://user:password@host/database; empty: SQLite in the data directory."),
    Setting("PUBLIC_URL", "", "Where browsers and clients reach this server; empty: the request's Host header."),
    Setting("SESSION_HOURS", 168.0, "How long a browser stays signed in."),
    Setting("ALLOW_PRIVATE_UPSTREAMS", default=False, help="Let callers name upstreams on private addresses."),
    Setting("PROVIDER_OPENAI_URL", "https://api.openai.com", "Where /v1/gateway/oai sends to."),
    Setting("PROVIDER_ANTHROPIC_URL", "https://api.anthropic.com", "Where /v1/gateway/anthropic sends to."),
    Setting("PROVIDER_GOOGLE_URL", "https://generativelanguage.googleapis.com", "Where /v1/gateway/google sends to."),
    Setting("MAX_BODY_MB", 32, "Largest body of a proxied or logged call, in MiB."),
    Setting("CAPTURE_MB", 10, "Largest part of a request's or an answer's body that is kept, in MiB."),
    Setting("UPSTREAM_CONNECT_SECONDS", 10.0, "How long to wait for a connection to an upstream."),
    Setting("UPSTREAM_IDLE_SECONDS", 600.0, "How long an upstream may stay silent before the call ends as a timeout."),
    Setting("CONNECTIONS", 8000, "Connections that callers may have open at a time; others wait to be accepted."),
    Setting(
        "CONNECTIONS_PER_ADDRESS", 1000, "Connections that one address may have open at a time; 0: as many as all."
    ),
    Setting("READER_IDLE_SECONDS", 60.0, "How long a reader of an answer may take none of it before it is broken off."),
    Setting("DRAIN_SECONDS", 30.0, "How long calls in flight may go on after SIGTERM."),
    Setting("FLUSH_INTERVAL_MS", 75, "How long the flusher gathers rows at least, unless a reader asks."),
    Setting("JOURNAL_MAX_MB", 4096, "Journal size at which writes are refused until the store has caught up, in MiB."),
    Setting("MIN_FREE_DISK_MB", 256, "Free disk space below which writes are refused, in MiB."),
    Setting("ENGINE_MEMORY_MB", 2048, "Memory the embedded engine may use for queries, in MiB."),
    Setting("ENGINE_THREADS", 2, "Threads one query of the embedded engine may use."),
    Setting("LOG_LEVEL", "info", "debug, info, warning or error."),
)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings as read once at start; field NAME in lower case."""

    data_dir: pathlib.Path
    host: str
    port: int
    bootstrap_api_key: str
    telemetry_url: str
    control_url: str
    public_url: str
    session_hours: float
    allow_private_upstreams: bool
    provider_openai_url: str
    provider_anthropic_url: str
    provider_google_url: str
    max_body_mb: int
    capture_mb: int
    upstream_connect_seconds: float
    upstream_idle_seconds: float
    connections: int
    connections_per_address: int
    reader_idle_seconds: float
    drain_seconds: float
    flush_interval_ms: int
    journal_max_mb: int
    min_free_disk_mb: int
    engine_memory_mb: int
    engine_threads: int
    log_level: str


class BadSetting(ValueError):
    """A setting has a value that cannot be used."""


def read(environ: Mapping[str, str] | None = None, **overrides: object) -> Settings:
    """The settings from the environment, command-line overrides on top (None = not given).

    Raises:
        BadSetting: a value is not of the setting's type.
    """
    source = os.environ if environ is None else environ  # noqa: TID251 -- the one reader
    values: dict[str, Any] = {}
    for row in SETTINGS:
        given = overrides.get(row.name.lower())
        values[row.name.lower()] = _converted(row, source.get(PREFIX + row.name)) if given is None else given
    _refuse_impossible(values)
    values["data_dir"] = pathlib.Path(values["data_dir"]).expanduser().resolve()
    return Settings(**values)


def api_key(environ: Mapping[str, str] | None = None) -> str:
    """The key with which a command calls a server; empty where the environment has none."""
    source = os.environ if environ is None else environ  # noqa: TID251 -- the one reader
    return source.get(API_KEY, "")


def shown(settings: Settings) -> list[tuple[Setting, Value | None]]:
    """Every setting with its value, less what opens anything: of a secret None, of a URL no user, password or query."""
    return [(row, _shown(row, getattr(settings, row.name.lower()))) for row in SETTINGS]


def _shown(row: Setting, value: Value | pathlib.Path) -> Value | None:
    if row.secret:
        return None
    if isinstance(value, pathlib.Path):
        return str(value)
    return without_credentials(value) if isinstance(value, str) and ("://" in value or "@" in value) else value


def without_credentials(url: str) -> str | None:
    """Scheme, host, port and path of a URL; None for what is no URL plain enough to be sure of these."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        address = f"[{host}]" if ":" in host else host
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError:
        return None
    plain = f"{parts.scheme}://{address}{port}{parts.path}"
    return None if not parts.scheme or "@" in plain else plain


def _refuse_impossible(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, int | float) and not 0 <= value < math.inf:
            raise BadSetting(f"{PREFIX}{name.upper()}={value} must be 0 or more.")
    if not values["reader_idle_seconds"]:
        raise BadSetting(f"{PREFIX}READER_IDLE_SECONDS=0 would give no reader any time.")
    if values["port"] > LAST_PORT:
        raise BadSetting(f"{PREFIX}PORT={values['port']} is not a port.")
    if values["session_hours"] > MAX_SESSION_HOURS:
        raise BadSetting(f"{PREFIX}SESSION_HOURS={values['session_hours']} is more than {MAX_SESSION_HOURS}.")
    if values["log_level"] not in LOG_LEVELS:
        raise BadSetting(f"{PREFIX}LOG_LEVEL={values['log_level']!r} is not one of {', '.join(LOG_LEVELS)}.")


def _converted(row: Setting, text: str | None) -> Value:
    if text is None:
        return row.default
    if isinstance(row.default, bool):
        return _truth(row, text)
    try:
        return type(row.default)(text)
    except ValueError:
        raise BadSetting(f"{PREFIX}{row.name}={text!r} is not a {type(row.default).__name__}.") from None


def _truth(row: Setting, text: str) -> bool:
    word = text.strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        raise BadSetting(f"{PREFIX}{row.name}={text!r} is not true or false.")
    return word in TRUE_WORDS
