"""Where in its source the product prints the condition that keeps a statement to its tenant.

The places are found by reading the source, so that one that is added later is among them. The source is then imported
once more, with a mark put by each place into what it prints: a statement shows from which places it comes, and without
the condition of one of them it reads as if the source had lost it there.
"""

import ast
import contextlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import re
import sys
from collections.abc import Iterator, Sequence
from types import CodeType, ModuleType
from typing import Any

import helicorder

CONDITION = "org_id = {org:String}"
WIDENED = f"(1 OR {CONDITION})"
PACKAGE = "helicorder.telemetry"
PRINTER = f"{PACKAGE}.sql.tenant"
CLIENT = f"{PACKAGE}.client"
"""Is not imported again: it prints nothing, and has the door and the errors that others know."""
PRINTING = frozenset({"read", "restrict", "rows_of"})
"""What prints the condition: the functions of PRINTER, by the names under which they are called."""

_UNMARKED = re.compile(re.escape(CONDITION) + r"(?! /\*)")


class Places:
    """The places of the source, by number, and the builders of statements, by name.

    Attributes:
        places: module and line of each.
        builders: all functions that return a statement. called: those that were called.
    """

    def __init__(self) -> None:
        self.places: list[str] = []
        self.builders: set[str] = set()
        self.called: set[str] = set()

    def mark(self, number: int, printed: str) -> str:
        """What a place printed, with its mark in its own condition; conditions within have one already.

        A place that is handed `read_all_tenants` for `read` prints none.
        """
        marked, conditions = _UNMARKED.subn(f"{CONDITION} /* {number} */", printed)
        assert conditions <= 1, f"{self.places[number]} prints the condition {conditions} times: {printed}"
        return marked

    def of(self, sql: str) -> set[int]:
        """The places that a statement comes from."""
        return {int(number) for number in re.findall(re.escape(CONDITION) + r" /\* (\d+) \*/", sql)}

    def without(self, number: int, sql: str) -> str:
        """A statement as it would read if the condition of one place took every tenant."""
        return sql.replace(f"{CONDITION} /* {number} */", WIDENED)

    def unmarked(self, sql: str) -> bool:
        """Whether a statement has the condition from a place that was not found."""
        return bool(_UNMARKED.search(sql))


class _Marking(ast.NodeTransformer):
    """Puts marks into a module."""

    def __init__(self, module: str, found: Places) -> None:
        self._module, self._found = module, found

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A call that prints the condition hands it to `Places.mark`."""
        self.generic_visit(node)
        if not (isinstance(node.func, ast.Name) and node.func.id in PRINTING):
            return node
        self._found.places.append(f"{self._module}:{node.lineno}")
        number = ast.Constant(len(self._found.places) - 1)
        return ast.Call(ast.Name("__mark__", ast.Load()), [number, node], [])

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function that returns a statement tells that it is called."""
        self.generic_visit(node)
        if node.returns and ast.unparse(node.returns) == "Query" and not node.name.startswith("_"):
            name = f"{self._module}.{node.name}"
            self._found.builders.add(name)
            node.body.insert(0, ast.parse(f"__called__({name!r})").body[0])
        return node


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, found: Places) -> None:
        super().__init__(name, path)
        self._found = found

    def get_code(self, fullname: str) -> CodeType:
        """The marked module, which is never cached."""
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        if fullname != PRINTER:
            tree = _Marking(fullname.removeprefix(f"{PACKAGE}."), self._found).visit(tree)
        return compile(ast.fix_missing_locations(tree), path, "exec")

    def exec_module(self, module: ModuleType) -> None:
        """Runs the module, which knows where marks are made."""
        vars(module).update(__mark__=self._found.mark, __called__=self._found.called.add)
        super().exec_module(module)


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, found: Places) -> None:
        self._found = found

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A module of the package, to be marked."""
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec and spec.origin and f"{fullname}.".startswith(f"{PACKAGE}."):
            spec.loader = _Loader(fullname, spec.origin, self._found)
        return spec


@contextlib.contextmanager
def marked(*modules: str) -> Iterator[tuple[Places, list[Any]]]:
    """(the places, some modules imported again): what they print, directly or through others, is marked."""
    found = Places()
    again = {name for name in sys.modules if f"{name}.".startswith(f"{PACKAGE}.") or name in modules} - {CLIENT}
    before = {name: sys.modules.pop(name) for name in again}
    finder = _Finder(found)
    sys.meta_path.insert(0, finder)
    try:
        yield found, [importlib.import_module(name) for name in modules]
    finally:
        sys.meta_path.remove(finder)
        for name in [name for name in sys.modules if f"{name}.".startswith(f"{PACKAGE}.") and name != CLIENT]:
            del sys.modules[name]
        sys.modules.update(before)
        helicorder.telemetry = before[PACKAGE]  # importing a package again sets it
