"""The documents say what the product says, so they cannot drift."""

import json
import pathlib
import re
import runpy
from typing import Any

import pytest

from helicorder.errors import Problem
from helicorder.settings import PREFIX, SETTINGS, Setting

ROOT = pathlib.Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.glob("*.md"), *ROOT.glob("*.md")])
TABLES: dict[str, Any] = runpy.run_path(str(DOCS / "tables.py"))
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
FENCED = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)


def _page(name: str) -> str:
    return (DOCS / name).read_text()


def _problems(kind: type[Problem] = Problem) -> list[type[Problem]]:
    return [kind, *(deeper for child in kind.__subclasses__() for deeper in _problems(child))]


def _commands(app: Any, path: str = "helicorder") -> list[str]:
    """Every command line below app: `helicorder keys create` and so on."""
    names = [name for name in app if not name.startswith("-")]
    return [path, *(deeper for name in names for deeper in _commands(app[name], f"{path} {name}"))]


def _anchors(page: pathlib.Path) -> set[str]:
    """The headings of a page as their links name them."""
    headings = re.findall(r"^#+ (.*)$", FENCED.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def _broken_links(page: pathlib.Path) -> list[str]:
    """The links of a page that lead to no file or to no heading."""
    found = []
    for path, anchor in LINK.findall(FENCED.sub("", page.read_text())):
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            found.append(f"{page.name}: {path}#{anchor}")
    return found


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: page.name)
def test_the_tables_are_current(page: pathlib.Path) -> None:
    """Every table made by `make docs` is what `make docs` would write now."""
    assert TABLES["written"](page.read_text()) == page.read_text()


def test_a_stale_table_is_seen() -> None:
    """A default changed by hand in docs/settings.md is not what `make docs` would write."""
    stale = _page("settings.md").replace("`8585`", "`8080`")
    assert TABLES["written"](stale) != stale


def test_every_table_has_its_place() -> None:
    """Every table that can be written is in some document, once."""
    places = [name for page in DOCS.glob("*.md") for _, name, _ in TABLES["SECTION"].findall(page.read_text())]
    assert sorted(places) == sorted(TABLES["TABLES"])


@pytest.mark.parametrize("row", SETTINGS, ids=lambda row: row.name)
def test_every_setting_is_documented(row: Setting) -> None:
    """Each setting stands in docs/settings.md with its default and its sentence."""
    line = next(line for line in _page("settings.md").splitlines() if line.startswith(f"| `{PREFIX}{row.name}` |"))
    default = str(row.default).lower() if isinstance(row.default, bool) else str(row.default)
    assert f"`{default}`" in line or (default == "" and "empty" in line)
    assert row.help in line


@pytest.mark.parametrize("kind", _problems(), ids=lambda kind: kind.__name__)
def test_every_problem_is_documented(kind: type[Problem]) -> None:
    """Each problem stands in docs/errors.md with its code and its status."""
    assert f"| `{kind.code}` | {kind.status} |" in _page("errors.md")


def test_every_command_is_documented() -> None:
    """Each command of the command line stands in docs/cli.md."""
    from helicorder.cli import app  # noqa: PLC0415 -- so that the other documents are checked without the command line

    page = _page("cli.md")
    missing = [command for command in _commands(app) if command not in page]
    assert missing == []


def test_every_route_is_documented() -> None:
    """Each method and path of openapi.json stands in docs/api.md with a sentence."""
    page = _page("api.md")
    paths = json.loads((ROOT / "openapi.json").read_text())["paths"]
    routes = [(method.upper(), path) for path, item in paths.items() for method in item if method in TABLES["METHODS"]]
    assert routes
    missing = [
        (method, path) for method, path in routes if not re.search(rf"\| {method} \| `{re.escape(path)}` \| \S", page)
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: pathlib.Path) -> None:
    """Every link from one document to another leads to a file and a heading that exist."""
    assert _broken_links(page) == []


def test_the_architecture_names_files_that_exist() -> None:
    """Every file and folder of the product that docs/architecture.md names is there."""
    named = set(re.findall(r"`([a-z_/]+(?:\.py|/))`", _page("architecture.md")))
    missing = sorted(
        name for name in named if not any((top / name).exists() for top in (ROOT, ROOT / "src/helicorder"))
    )
    assert named
    assert missing == []


def test_a_broken_link_is_seen(tmp_path: pathlib.Path) -> None:
    """A link to no file, and a link to no heading, are found; a link inside a code block is not one."""
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](nowhere.md) [b](#there) [c](#here) [d](page.md#here)\n```\n[e](nowhere.md)\n```\n")
    assert _broken_links(page) == ["page.md: nowhere.md#", "page.md: #there"]
