"""Writes the tables in these documents from what the product itself says; `make docs` runs it.

A document holds ``<!-- table: NAME -->`` and ``<!-- end -->``; what stands between them is written here alone.
"""

import json
import pathlib
import re
from collections.abc import Callable, Iterator

from helicorder import errors
from helicorder.cli import app
from helicorder.settings import PREFIX, SETTINGS

DOCS = pathlib.Path(__file__).parent
OPENAPI = DOCS.parent / "openapi.json"
SECTION = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
METHODS = ("get", "post", "put", "patch", "delete")


def settings() -> Iterator[str]:
    """One row per setting."""
    yield from ("| Variable | Default | Meaning |", "|---|---|---|")
    for row in SETTINGS:
        default = str(row.default).lower() if isinstance(row.default, bool) else str(row.default)
        yield f"| `{PREFIX}{row.name}` | {f'`{default}`' if default else 'empty'} | {_cell(row.help)} |"


def problems(kind: type[errors.Problem] = errors.Problem) -> Iterator[str]:
    """One row per problem, in the order of the tree."""
    if kind is errors.Problem:
        yield from ("| Code | Status | Sentence, when no better one is given |", "|---|---|---|")
    yield f"| `{kind.code}` | {kind.status} | {_cell((kind.__doc__ or '').splitlines()[0])} |"
    for child in kind.__subclasses__():
        yield from problems(child)


def commands() -> Iterator[str]:
    """What `--help` says, every command in turn."""
    text = app.generate_docs(heading_level=1)
    yield text[text.index("\n## ") :].strip()


def routes() -> Iterator[str]:
    """One row per method and path of openapi.json."""
    yield from ("| Method | Path | What it does |", "|---|---|---|")
    for path, item in json.loads(OPENAPI.read_text())["paths"].items():
        for method in METHODS:
            if operation := item.get(method):
                sentence = operation.get("description", "").split("\n\n")[0]
                yield f"| {method.upper()} | `{path}` | {_cell(sentence)} |"


TABLES: dict[str, Callable[[], Iterator[str]]] = {
    "settings": settings,
    "problems": problems,
    "commands": commands,
    "routes": routes,
}


def written(text: str) -> str:
    """The document's text with its tables made anew."""
    return SECTION.sub(lambda found: found[1] + "\n" + "\n".join(TABLES[found[2]]()) + "\n\n" + found[3], text)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def main() -> None:
    """Write every table of every document beside this file."""
    for path in sorted(DOCS.glob("*.md")):
        path.write_text(written(path.read_text()))


if __name__ == "__main__":
    main()
