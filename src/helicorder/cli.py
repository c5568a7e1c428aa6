"""The command line: parse, call, print."""

import asyncio
import datetime as dt
import gc
import getpass
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import cyclopts
import structlog
from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from helicorder import __version__
from helicorder.data_directory import hold
from helicorder.errors import HelicorderError, Invalid
from helicorder.model.principal import Role, Scope
from helicorder.settings import BadSetting, Settings, api_key, read

if TYPE_CHECKING:
    from helicorder.control.access import Access
    from helicorder.control.database import Database
    from helicorder.control.members import Members

T = TypeVar("T")
INTERRUPTED = 130
ALLOCATIONS_PER_COLLECTION = 50_000

# Parts are imported inside the commands: each then starts in the time of what it needs, and a second server on
# a held data directory is refused before the first heavy import.
app = cyclopts.App(
    name="helicorder", help="Durable, honest scores for LLM calls, on Helicone's wire.", version=__version__
)
org = cyclopts.App(name="org", help="Organisations: the tenants whose data never mix.")
keys = cyclopts.App(name="keys", help="API keys of an organisation.")
members = cyclopts.App(name="members", help="People of an organisation, who sign in with a browser.")
app.command(org)
app.command(keys)
app.command(members)

# Into a pipe, rows are as long as they are: a script must never read an id that was cut to fit.
out = Console(soft_wrap=True, highlight=False, markup=False, width=None if sys.stdout.isatty() else 1000)
DataDir = Annotated[Path | None, Parameter(help="Data directory; else HELICORDER_DATA_DIR, else ./data.")]
OrgName = Annotated[str, Parameter(help="Name of the organisation.")]
MemberName = Annotated[str, Parameter(help="What the member signs in with: an e-mail address, or any word.")]
Ask = Annotated[bool, Parameter(help="Read the password from the terminal or standard input; else one is made.")]


@app.command
def serve(
    *,
    host: Annotated[str | None, Parameter(help="Address to listen on; else HELICORDER_HOST, else 127.0.0.1.")] = None,
    port: Annotated[int | None, Parameter(help="Port to listen on; else HELICORDER_PORT, else 8585.")] = None,
    data_dir: DataDir = None,
) -> None:
    """Run the server in the foreground; SIGTERM drains and exits 0."""
    settings = read(host=host, port=port, data_dir=data_dir)
    configure_logging(settings.log_level)
    with hold(settings.data_dir):
        from helicorder.app import run  # noqa: PLC0415 -- as above

        run(settings, announce)


def announce(url: str, made_key: str | None) -> None:
    """Tell the operator where the server listens, and the first key: it is shown this once."""
    out.print(f"Helicorder {__version__} listens on {url}")
    if made_key:
        out.print(f"API key, shown this once: {made_key}")


@app.command
def demo(
    *,
    port: Annotated[int, Parameter(help="Port of the server.")] = 8585,
    once: Annotated[bool, Parameter(help="Stop when the data is in, instead of at Ctrl-C.")] = False,
) -> None:
    """Run the product on a scratch directory, with a fake provider and two weeks of scored calls to look at."""
    from helicorder.demo.run import run  # noqa: PLC0415 -- as above

    asyncio.run(run(port, out.print, once=once))


@app.command
def doctor(*, data_dir: DataDir = None) -> None:
    """Check the data directory, the disk, the journal, the engine and the versions."""
    from helicorder.doctor import examine  # noqa: PLC0415 -- as above

    findings = asyncio.run(examine(read(data_dir=data_dir)))
    _print_table(
        ("", "check", "finding"), [("ok" if row.healthy else "PROBLEM", row.check, row.finding) for row in findings]
    )
    if not all(row.healthy for row in findings):
        sys.exit(1)


@app.command(name="import")
def import_(
    *files: Annotated[
        Path, Parameter(help="Files of scores, of all their versions, or of calls; JSON lines, CSV, Parquet, Arrow.")
    ],
    url: Annotated[str, Parameter(help="Where the server is.")] = "http://127.0.0.1:8585",
    key: Annotated[str | None, Parameter(help="A key with the write scope; else HELICONE_API_KEY.")] = None,
    again: Annotated[
        bool,
        Parameter(help="Bring in once more what an earlier run has brought in, as after deleting it.", negative=""),
    ] = False,
) -> None:
    """Bring exported files into a server. Run it again after a failure: nothing is doubled.

    A row that is refused is told of on standard error, with its file, its line and the reason; the others are brought
    in, and the command ends with status 1.
    """
    from helicorder.importer.command import run  # noqa: PLC0415 -- as above

    err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    if not run(files, url, key or api_key(), out, err, again=again):
        sys.exit(1)


@app.command
def openapi() -> None:
    """Print the OpenAPI document of the REST API."""
    from helicorder.api.application import openapi_document  # noqa: PLC0415 -- as above
    from helicorder.api.openapi import text_of  # noqa: PLC0415 -- as above

    print(text_of(openapi_document()), end="")  # noqa: T201 -- the document, unstyled


@org.command(name="create")
def create_org(name: str, *, data_dir: DataDir = None) -> None:
    """Make an organisation and print its id."""
    out.print(_with_access(data_dir, lambda access: access.create_organization(name)).id)


@org.command(name="list")
def list_orgs(*, data_dir: DataDir = None) -> None:
    """List the organisations."""
    found = _with_access(data_dir, lambda access: access.list_organizations())
    _print_table(("id", "name", "created"), [(row.id, row.name, _moment(row.created_at)) for row in found])


@keys.command(name="create")
def create_key(
    name: str,
    *,
    org: OrgName = "default",
    scopes: Annotated[str, Parameter(help="Comma-separated: read, write, admin.")] = "read,write",
    data_dir: DataDir = None,
) -> None:
    """Make a key and print it: it is shown this once and kept only as a hash."""
    allowed = _scopes(scopes)

    async def create(access: "Access") -> str:
        owner = await access.organization(org)
        secret, _ = await access.create_key(owner.id, name, allowed, "cli")
        return secret

    out.print(_with_access(data_dir, create))


@keys.command(name="list")
def list_keys(*, org: OrgName = "default", data_dir: DataDir = None) -> None:
    """List an organisation's keys."""

    async def listed(access: "Access") -> Iterable[tuple[str, ...]]:
        found = await access.list_keys((await access.organization(org)).id)
        return [
            (row.id, row.name, row.hint, ",".join(sorted(row.scopes)), _moment(row.created_at), _moment(row.revoked_at))
            for row in found
        ]

    _print_table(("id", "name", "key", "scopes", "created", "revoked"), _with_access(data_dir, listed))


@keys.command(name="revoke")
def revoke_key(key_id: str, *, org: OrgName = "default", data_dir: DataDir = None) -> None:
    """Revoke a key; running servers refuse it within a second."""

    async def revoke(access: "Access") -> None:
        await access.revoke_key((await access.organization(org)).id, key_id)

    _with_access(data_dir, revoke)
    out.print(f"revoked {key_id}")


@members.command(name="create")
def create_member(
    name: MemberName,
    *,
    role: Annotated[Role, Parameter(help="What the member may do: all; read and write; read.")] = Role.MEMBER,
    display_name: Annotated[str, Parameter(help="What others are shown; else the name.")] = "",
    org: OrgName = "default",
    ask: Ask = False,
    data_dir: DataDir = None,
) -> None:
    """Make a member and print the password that was made: it is shown this once and kept only as a hash."""
    password = _asked_password() if ask else None

    async def create(access: "Access", members: "Members") -> str | None:
        owner = await access.organization(org)
        _, made = await members.create(
            owner.id, name, role, display_name=display_name, password=password, created_by="cli"
        )
        return made

    out.print(_with_members(data_dir, create) or f"made {name}")


@members.command(name="list")
def list_members(*, org: OrgName = "default", data_dir: DataDir = None) -> None:
    """List an organisation's members."""

    async def listed(access: "Access", members: "Members") -> Iterable[tuple[str, ...]]:
        found = await members.of((await access.organization(org)).id)
        return [(row.id, row.name, row.display_name, row.role, _moment(row.created_at)) for row in found]

    _print_table(("id", "name", "shown as", "role", "created"), _with_members(data_dir, listed))


@members.command(name="remove")
def remove_member(name: MemberName, *, org: OrgName = "default", data_dir: DataDir = None) -> None:
    """Remove a member: signed out everywhere within a second, the name free for another. The last admin stays."""

    async def remove(access: "Access", members: "Members") -> None:
        owner = await access.organization(org)
        await members.remove(owner.id, (await members.named(owner.id, name)).id)

    _with_members(data_dir, remove)
    out.print(f"removed {name}")


@members.command(name="password")
def set_password(name: MemberName, *, org: OrgName = "default", ask: Ask = False, data_dir: DataDir = None) -> None:
    """Give a member another password, which ends all their sessions, and print it if it was made."""
    password = _asked_password() if ask else None

    async def reset(access: "Access", members: "Members") -> str | None:
        owner = await access.organization(org)
        return await members.reset_password(owner.id, (await members.named(owner.id, name)).id, password)

    out.print(_with_members(data_dir, reset) or f"changed the password of {name}")


def _asked_password() -> str:
    """A password from the terminal, typed twice and not shown, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != password:
        raise Invalid("The two passwords are not the same.")
    return password


def _with_members(data_dir: Path | None, act: "Callable[[Access, Members], Awaitable[T]]") -> T:
    from helicorder.control.access import Access  # noqa: PLC0415 -- as above
    from helicorder.control.members import Members  # noqa: PLC0415 -- as above
    from helicorder.control.passwords import Passwords  # noqa: PLC0415 -- as above

    async def acted(database: "Database") -> T:
        passwords = Passwords()
        try:
            return await act(Access(database), Members(database, passwords))
        finally:
            passwords.close()

    return _with_database(data_dir, acted)


def _with_access(data_dir: Path | None, act: "Callable[[Access], Awaitable[T]]") -> T:
    from helicorder.control.access import Access  # noqa: PLC0415 -- as above

    return _with_database(data_dir, lambda database: act(Access(database)))


def _with_database(data_dir: Path | None, act: "Callable[[Database], Awaitable[T]]") -> T:
    from helicorder.control.database import Database  # noqa: PLC0415 -- as above

    async def acted(settings: Settings) -> T:
        database = await Database.open(settings.control_url, settings.data_dir)
        try:
            return await act(database)
        finally:
            await database.close()

    return asyncio.run(acted(read(data_dir=data_dir)))


def _scopes(text: str) -> frozenset[Scope]:
    try:
        return frozenset(Scope(word.strip()) for word in text.split(","))
    except ValueError:
        raise Invalid(f"{text!r}: scopes are read, write and admin, separated by commas.") from None


def _print_table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(*titles, box=None)
    for row in rows:
        table.add_row(*row)
    out.print(table)


def _moment(at: dt.datetime | None) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%SZ") if at else ""


def configure_logging(level: str) -> None:
    """Structured logs on standard error: one JSON object a line, or coloured text on a terminal."""
    # Plain tracebacks: the pretty ones print local variables, and those hold keys and bodies.
    plain = structlog.dev.plain_traceback
    renderer = (
        structlog.dev.ConsoleRenderer(exception_formatter=plain)
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")


def main() -> None:
    """The ``helicorder`` command; a problem is one sentence on standard error and exit status 1."""
    # Imports leave no cycles behind and requests few: looking for them as often as Python does is a tenth of a start.
    gc.set_threshold(ALLOCATIONS_PER_COLLECTION, 20, 50)
    try:
        app()
    except (HelicorderError, BadSetting, OSError) as problem:
        for sentence in (problem, *getattr(problem, "__notes__", ())):
            print(f"helicorder: {sentence}", file=sys.stderr)  # noqa: T201 -- the command's output
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
