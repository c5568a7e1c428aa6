"""The house rules as tests, and the rules themselves tested on small planted violations.

A rule is a function from sources to sentences, one sentence per violation. Each is named once, beside code that
breaks it, so a rule that has stopped seeing anything fails here.
"""

import ast
import importlib.metadata
import itertools
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator

import msgspec
import pytest

from helicorder import errors
from telemetry.scopes import tables

ROOT = pathlib.Path(__file__).parent.parent
SRC = ROOT / "src" / "helicorder"
TESTS = ROOT / "tests"

MODULE_LINES = 400
FUNCTION_LINES = 60
FUNCTION_LINES_P90 = 30
DOUBLES_PER_100_TESTS = 5

PURE_PARTS = ("model", "wire", "scoring", "providers")
INPUT_OUTPUT_AND_CLOCKS = frozenset(
    {
        "aiohttp",
        "asyncio",
        "concurrent",
        "ftplib",
        "http",
        "httpx",
        "io",
        "multiprocessing",
        "os",
        "pathlib",
        "requests",
    }
    | {"select", "selectors", "shutil", "smtplib", "socket", "socketserver", "sqlite3", "ssl", "subprocess", "tempfile"}
    | {"threading", "time", "urllib.request", "urllib3"}
)
ENVIRONMENT = frozenset({"environ", "environb", "getenv", "getenvb"})
# Files that hand the environment on to a process they start, and do not read it.
HANDS_ON_ENVIRONMENT = ("demo/run.py",)
# Where SQL text may be put together.
SQL_PRINTERS = (
    "telemetry/sql/",  # conditions and whole statements
    "engine/store.py",  # KILL QUERY, which takes no parameters, of a number
)
TENANT_READER = "telemetry/sql/tenant.py"
# In capitals and as statements are written, so that prose in messages is not taken for SQL.
SQL = re.compile(
    r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE \w+ SET|(CREATE|ALTER|DROP|TRUNCATE|OPTIMIZE|ATTACH) (TABLE|DATABASE)"
    r"|WHERE|FROM|(ORDER|GROUP|LIMIT) BY)\b"
)
EMPTY_NAMES = frozenset(
    {"utils", "util", "helpers", "common", "base", "manager", "managers", "service", "services", "misc"}
)
DOUBLES = re.compile(r"\b(mock|Mock|MagicMock|AsyncMock|monkeypatch|create_autospec)\b")

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Source(msgspec.Struct, frozen=True):
    """One file: its path below its root, with slashes, and its text."""

    path: str
    text: str

    def nodes(self) -> Iterator[ast.AST]:
        """Every node of the module, none for a file that is not Python."""
        return ast.walk(ast.parse(self.text)) if self.path.endswith(".py") else iter(())

    def functions(self) -> Iterator[Function]:
        """Every function, nested ones too."""
        return (node for node in self.nodes() if isinstance(node, Function))


def sources(root: pathlib.Path, *patterns: str) -> list[Source]:
    """The files below root that fit the patterns."""
    paths = sorted(path for pattern in patterns for path in root.rglob(pattern))
    return [Source(path.relative_to(root).as_posix(), path.read_text()) for path in paths]


def length(function: Function) -> int:
    """Lines of a function without its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    is_docstring = ast.get_docstring(function, clean=False) is not None
    return lines - ((first.end_lineno or first.lineno) - first.lineno + 1) * is_docstring


def long_modules(files: Iterable[Source]) -> list[str]:
    """Modules over the budget."""
    sizes = {file.path: len(file.text.splitlines()) for file in files}
    return [f"{path}: {size} lines, {MODULE_LINES} allowed" for path, size in sizes.items() if size > MODULE_LINES]


def long_functions(files: Iterable[Source]) -> list[str]:
    """Functions over the budget, and the whole when its longer tenth is."""
    sizes = [(f"{file.path}: {function.name}", length(function)) for file in files for function in file.functions()]
    found = [f"{name}: {size} lines, {FUNCTION_LINES} allowed" for name, size in sizes if size > FUNCTION_LINES]
    p90 = statistics.quantiles([size for _, size in sizes] * 2, n=10)[-1] if sizes else 0
    return found + [f"90% of functions have up to {p90:.0f} lines, {FUNCTION_LINES_P90} allowed"] * (
        p90 > FUNCTION_LINES_P90
    )


def imports(file: Source) -> Iterator[str]:
    """The dotted names a file imports; `from a import b` gives a and a.b."""
    for node in file.nodes():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def imports_any(file: Source, modules: Iterable[str]) -> list[str]:
    """Those of modules that the file imports, whole or in part."""
    names = set(imports(file))
    return sorted(module for module in modules if any(f"{name}.".startswith(f"{module}.") for name in names))


def confined(owner: str | tuple[str, ...], *modules: str) -> Callable[[Iterable[Source]], list[str]]:
    """The rule that only owner (a file or a folder/, or several) imports any of modules."""

    def rule(files: Iterable[Source]) -> list[str]:
        strangers = (file for file in files if not file.path.startswith(owner))
        return [
            f"{file.path} imports {name}: only {owner} may" for file in strangers for name in imports_any(file, modules)
        ]

    return rule


def impure_imports(files: Iterable[Source]) -> list[str]:
    """Input, output and clocks in the parts that have none."""
    pure = [file for file in files if file.path.split("/")[0].removesuffix(".py") in PURE_PARTS]
    found = [f"{file.path} imports {name}" for file in pure for name in imports_any(file, INPUT_OUTPUT_AND_CLOCKS)]
    called = [
        (file.path, ast.unparse(node.func)) for file in pure for node in file.nodes() if isinstance(node, ast.Call)
    ]
    clocks = re.compile(r"(^|\.)(open|input|now|utcnow|today)$")
    return found + [f"{path} calls {name}" for path, name in called if clocks.search(name)]


def second_outbound_clients(files: Iterable[Source]) -> list[str]:
    """HTTP clients made anywhere but in the one pooled client; the demo stands outside, a caller like any other."""
    own = ("gateway/upstream.py", "demo")
    inside = (file for file in files if not file.path.startswith(own))
    return [f"{file.path} makes an HTTP client" for file in inside if "ClientSession" in _names(file)]


def environment_readers(files: Iterable[Source]) -> list[str]:
    """Readers of the environment besides the settings."""
    others = (file for file in files if file.path not in ("settings.py", *HANDS_ON_ENVIRONMENT))
    return [f"{file.path} reads the environment" for file in others if ENVIRONMENT & _names(file)]


def code_from_data(files: Iterable[Source]) -> list[str]:
    """Ways in which data could become code."""
    found = [
        f"{file.path} imports {name}"
        for file in files
        for name in imports_any(file, ("pickle", "marshal", "shelve", "dill"))
    ]
    calls = ((file.path, node.func) for file in files for node in file.nodes() if isinstance(node, ast.Call))
    return found + [f"{path} calls {f.id}" for path, f in calls if isinstance(f, ast.Name) and f.id in {"eval", "exec"}]


def unacknowledged_inserts(files: Iterable[Source]) -> list[str]:
    """Buffered inserts, which answer before anything is kept; saying that they are off is allowed."""
    buffered = re.compile(r"wait_for_async_insert|async_insert(?!\W+0\b)")
    return [f"{file.path} speaks of async_insert" for file in files if buffered.search(file.text)]


def sql_put_together(files: Iterable[Source]) -> list[str]:
    """SQL text made of pieces outside the one printer: f-strings, +, %, format, join."""
    return [
        f"{file.path}:{node.lineno} puts SQL text together: only {SQL_PRINTERS} may"
        for file in files
        if not file.path.startswith(SQL_PRINTERS)
        for node in file.nodes()
        if isinstance(node, ast.expr) and SQL.search(_pieces(node))
    ]


def tenants_read_elsewhere(files: Iterable[Source]) -> list[str]:
    """Tables of tenants that are read, or a tenant that is compared, outside the one place that does both."""
    found = re.compile(rf"\b(FROM|JOIN) ({'|'.join(sorted(tables()))})\b|\{{org:")
    return [
        f"{file.path}:{node.lineno} reads past {TENANT_READER}"
        for file in files
        if file.path != TENANT_READER
        for node in file.nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and found.search(node.value)
    ]


def errors_elsewhere(files: Iterable[Source]) -> list[str]:
    """Problems defined outside the one tree."""
    tree = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    return [
        f"{file.path}: {node.name} belongs into errors.py"
        for file in files
        if file.path != "errors.py"
        for node in file.nodes()
        if isinstance(node, ast.ClassDef) and tree & {ast.unparse(base).rsplit(".", 1)[-1] for base in node.bases}
    ]


def empty_names(files: Iterable[Source]) -> list[str]:
    """Files and folders whose name says nothing of what they hold."""
    return [
        f"{file.path}: name it by what it holds"
        for file in files
        if EMPTY_NAMES & set(file.path.removesuffix(".py").split("/"))
    ]


def bare_exceptions_to_rules(files: Iterable[Source]) -> list[str]:
    """Switched-off checks that do not say why."""
    switched_off = re.compile(r"#\s*(noqa|type:\s*ignore)(?!.*\s(--|#)\s+\S)")
    return [
        f"{file.path}:{number} switches a check off without a reason"
        for file in files
        for number, line in enumerate(file.text.splitlines(), 1)
        if switched_off.search(line)
    ]


def unstated_rules(files: Iterable[Source]) -> list[str]:
    """Tests that do not state their rule in a docstring that ends as a sentence does."""
    tests = ((file.path, test) for file in files for test in file.functions() if test.name.startswith("test_"))
    return [
        f"{path}: {test.name} does not state its rule"
        for path, test in tests
        if not (ast.get_docstring(test) or "").split("\n\n")[0].endswith((".", ":"))
    ]


def too_many_doubles(files: Iterable[Source]) -> list[str]:
    """Whether stand-ins have become a habit: lines that mock or patch, against the number of tests."""
    files = list(files)
    tests = sum(function.name.startswith("test_") for file in files for function in file.functions())
    doubles = sum(bool(DOUBLES.search(line)) for file in files for line in file.text.splitlines())
    return [f"{doubles} mock lines for {tests} tests"] * (
        doubles * 100 >= DOUBLES_PER_100_TESTS * tests and doubles > 0
    )


def _names(file: Source) -> set[str]:
    """Every name and attribute a file uses or imports."""
    nodes = list(file.nodes())
    return (
        {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        | {node.id for node in nodes if isinstance(node, ast.Name)}
        | {name.rsplit(".", 1)[-1] for name in imports(file)}
    )


def _pieces(node: ast.expr) -> str:
    """The fixed text inside an expression that makes a string out of pieces, empty for any other expression."""
    match node:
        case ast.JoinedStr() if any(isinstance(value, ast.FormattedValue) for value in node.values):
            inside: list[ast.expr] = node.values
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            inside = [node.left, node.right]
        case ast.Call(func=ast.Attribute(value=text, attr="format" | "format_map" | "join" | "replace")):
            inside = [text, *node.args]
        case _:
            return ""
    return " ".join(part.value for part in inside if isinstance(part, ast.Constant) and isinstance(part.value, str))


SRC_RULES: dict[Callable[[Iterable[Source]], list[str]], tuple[str, str]] = {
    long_modules: ("api/long.py", "x = 1\n" * (MODULE_LINES + 1)),
    long_functions: ("api/long.py", "def long():\n" + "    x = 1\n" * FUNCTION_LINES),
    confined("telemetry/client.py", "clickhouse_connect"): ("telemetry/calls.py", "import clickhouse_connect.driver"),
    confined("engine/", "chdb"): ("telemetry/client.py", "def f():\n    from chdb import session"),
    confined("control/", "sqlalchemy", "alembic"): ("app.py", "from sqlalchemy.ext import asyncio"),
    impure_imports: ("scoring/statistics.py", "from urllib import request"),
    second_outbound_clients: ("api/webhooks.py", "import aiohttp\nsession = aiohttp.ClientSession()"),
    environment_readers: ("app.py", "from os import environ"),
    code_from_data: ("ingest/journal.py", "rows = eval(text)"),
    unacknowledged_inserts: ("telemetry/migrations/0001.sql", "SETTINGS async_insert = 1"),
    sql_put_together: ("telemetry/calls.py", 'sql = f"SELECT * FROM {table}"'),
    tenants_read_elsewhere: ("telemetry/sql/calls.py", 'sql = f"SELECT {columns} FROM calls WHERE {where}"'),
    confined(
        ("telemetry/sql/derivation.py", "telemetry/sql/confirmation.py"),
        "helicorder.telemetry.sql.tenant.read_all_tenants",
    ): (
        "telemetry/sql/calls.py",
        "from helicorder.telemetry.sql.tenant import read_all_tenants",
    ),
    errors_elsewhere: ("api/scores.py", "class NoSuchScore(errors.NotFound): ..."),
    empty_names: ("api/utils.py", ""),
    bare_exceptions_to_rules: ("app.py", "import os  # noqa" + ": F401"),
}
TEST_RULES: dict[Callable[[Iterable[Source]], list[str]], tuple[str, str]] = {
    unstated_rules: ("test_a.py", "def test_it():\n    assert True"),
    too_many_doubles: ("test_a.py", "def test_it(monkeypatch):\n    '''It is so.'''"),
}
RULES = [*SRC_RULES.items(), *TEST_RULES.items()]


@pytest.mark.parametrize("rule", SRC_RULES)
def test_the_product_keeps_the_rule(rule: Callable[[Iterable[Source]], list[str]]) -> None:
    """The product's files keep every house rule."""
    assert rule(sources(SRC, "*.py", "*.sql")) == []


@pytest.mark.parametrize("rule", TEST_RULES)
def test_the_tests_keep_the_rule(rule: Callable[[Iterable[Source]], list[str]]) -> None:
    """The tests keep the house rules for tests; this file, which names what it forbids, is left out."""
    files = [file for file in sources(TESTS, "*.py") if file.path != pathlib.Path(__file__).name]
    assert rule(files) == []


@pytest.mark.parametrize(("rule", "planted"), RULES)
def test_a_planted_violation_breaks_its_rule(
    rule: Callable[[Iterable[Source]], list[str]], planted: tuple[str, str]
) -> None:
    """Every rule sees a violation planted among clean files, and sees nothing in the clean ones."""
    clean = [Source(f"api/clean{n}.py", f'def f{n}() -> int:\n    """Say {n}."""\n    return {n}\n') for n in range(9)]
    assert rule(clean) == []
    assert rule([*clean, Source(*planted)]) != []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (impure_imports, "model/call.py", "import datetime as dt\nnow = dt.datetime.now(dt.UTC)"),
        (impure_imports, "providers/cost.py", "text = open('prices.json').read()"),
        (second_outbound_clients, "app.py", "from aiohttp import ClientSession"),
        (environment_readers, "engine/child.py", "import os\npath = os.environ['PATH']"),
        (environment_readers, "engine/child.py", "import os as o\npath = o.getenv('PATH')"),
        (code_from_data, "api/rows.py", "import pickle"),
        (unacknowledged_inserts, "telemetry/client.py", '{"async_insert": 0, "wait_for_async_insert": 0}'),
        (unacknowledged_inserts, "telemetry/client.py", '{"async_insert": 1}'),
        (tenants_read_elsewhere, "telemetry/sql/calls.py", 'where = "org_id = {org:String}"'),
        (tenants_read_elsewhere, "telemetry/sql/calls.py", 'sql = f"{source} LEFT JOIN bodies USING (request_id)"'),
        (sql_put_together, "api/rows.py", "sql = 'SELECT * FROM ' + table"),
        (sql_put_together, "api/rows.py", "sql = 'DELETE FROM %s' % table"),
        (sql_put_together, "api/rows.py", "sql = 'SELECT {} FROM t'.format(column)"),
        (sql_put_together, "api/rows.py", "sql = ' WHERE '.join(parts)"),
        (bare_exceptions_to_rules, "app.py", "x = 1  # type" + ": ignore[assignment]"),
        (unstated_rules, "test_a.py", "def test_it():\n    '''It works'''"),
        (unstated_rules, "test_a.py", "class TestIt:\n    async def test_it(self):\n        assert True"),
    ],
)
def test_a_rule_sees_every_spelling(rule: Callable[[Iterable[Source]], list[str]], path: str, text: str) -> None:
    """The rules see other spellings of what they forbid."""
    assert rule([Source(path, text)]) != []


def test_the_budget_on_most_functions_is_a_rule_of_its_own() -> None:
    """A product of functions that each keep the budget, but are mostly long, breaks the budget on the longer tenth."""
    medium = "def f():\n" + "    x = 1\n" * (FUNCTION_LINES_P90 + 5)
    assert [line for line in long_functions([Source("api/a.py", medium)]) if line.startswith("90%")]


def test_a_docstring_does_not_count_as_length() -> None:
    """A function's length is counted without its docstring, so explaining is free."""
    text = "def f():\n    '''One.\n\n    Two.\n    '''\n    return 1\n"
    assert [length(function) for function in Source("a.py", text).functions()] == [2]


def _lint_imports(directory: pathlib.Path) -> subprocess.CompletedProcess[str]:
    command = [str(pathlib.Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(directory / "src")}
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)


def test_parts_point_one_way() -> None:
    """Every import between parts goes from left to right, and no part is left out of the drawing."""
    finished = _lint_imports(ROOT)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("model/planted.py", "import helicorder.api"),
        ("scoring/planted.py", "from helicorder import telemetry"),
        ("ingest/planted.py", "import helicorder.settings"),
        ("client/planted.py", "from helicorder.telemetry import axis"),
        ("importer/planted.py", "from helicorder.control import access"),
        ("wire/planted.py", "from helicorder import scoring"),
        ("planted/__init__.py", '"""A part that nobody drew."""'),
    ],
)
def test_a_planted_import_breaks_the_contract(path: str, text: str, tmp_path: pathlib.Path) -> None:
    """An import against the arrow, between siblings, of the settings, or a part nobody drew breaks the contract."""
    shutil.copytree(SRC, tmp_path / "src" / "helicorder", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / "src" / "helicorder" / path
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(text)
    finished = _lint_imports(tmp_path)
    assert finished.returncode != 0
    assert "planted" in finished.stdout


def undeclared(files: Iterable[Source], requirements: Iterable[str]) -> set[str]:
    """Distributions that the files import and no requirement names: they may vanish with somebody else's update."""
    declared = {_plain(re.split(r"[^\w.-]", requirement)[0]) for requirement in requirements}
    owners = importlib.metadata.packages_distributions()
    imported = {name.split(".")[0] for file in files for name in imports(file)} & owners.keys()
    return {_plain(owners[name][0]) for name in imported if _plain(name) not in declared} - declared - {"helicorder"}


def _plain(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_what_is_imported_is_declared() -> None:
    """The product imports no package that pyproject.toml does not name, as needed or as an extra."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [wanted for name, wanted in project["optional-dependencies"].items() if name != "dev"]
    assert undeclared(sources(SRC, "*.py"), [*project["dependencies"], *itertools.chain(*extras)]) == set()


def test_an_undeclared_import_is_seen() -> None:
    """A package that came with another one, and an unknown one, are not declared by that; the standard library is."""
    files = [Source("app.py", "import os, yarl\nfrom aiohttp import web\nfrom sqlalchemy.ext import asyncio")]
    assert undeclared(files, ["aiohttp>=3", "sqlalchemy[asyncio]"]) == {"yarl"}
