"""docs/durability.md says what survives what, and every cell names what proves it."""

import pathlib
import re

import pytest

from faults.matrix import PROVED_BY_TESTS, ROWS

ROOT = pathlib.Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs/durability.md").read_text()
ROW_NAMES = {row.name for row in ROWS} | {name for _, name, _, _ in PROVED_BY_TESTS}
PROOF = re.compile(r"`(faults:[a-z\d-]+|tests/[\w/.]+::\w+)`")


def cells(page: str) -> list[str]:
    """The cells of the first table, without its first column and its head."""
    lines = page[page.index("| What goes wrong") :].split("\n\n", maxsplit=1)[0].splitlines()[2:]
    return [cell.strip() for line in lines for cell in line.strip("| ").split(" | ")[1:]]


def broken(proof: str) -> str:
    """What is wrong with the name of a proof; empty if nothing is."""
    if proof.startswith("faults:"):
        return "" if proof.removeprefix("faults:") in ROW_NAMES else f"{proof}: no row of make faults"
    path, _, name = proof.partition("::")
    found = (ROOT / path).is_file() and re.search(rf"^(async )?def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
    return "" if found else f"{proof}: no such test"


def test_every_cell_names_its_proof() -> None:
    """No cell of the table stands there on its word alone."""
    assert len(cells(PAGE)) > 50
    assert [cell for cell in cells(PAGE) if not PROOF.search(cell)] == []


def test_every_proof_exists() -> None:
    """Each test and each row of the matrix that the page names is there."""
    assert [why for proof in sorted(set(PROOF.findall(PAGE))) if (why := broken(proof))] == []


def test_every_row_of_the_matrix_is_on_the_page() -> None:
    """A row that breaks the server on purpose says on the page what it shows."""
    named = {proof.removeprefix("faults:") for proof in PROOF.findall(PAGE) if proof.startswith("faults:")}
    breaking = {row.name for row in ROWS if row.goal in ("R-01", "R-02", "R-03", "R-04", "R-05", "R-20", "R-21")}
    assert breaking - named == set()


@pytest.mark.parametrize("proof", ["faults:nothing", "tests/nowhere.py::test_it", "tests/test_docs.py::test_nothing"])
def test_a_proof_that_is_not_there_is_seen(proof: str) -> None:
    """A name that leads nowhere is found."""
    assert broken(proof)


@pytest.mark.parametrize(("goal", "tests"), [(goal, tests) for goal, _, _, tests in PROVED_BY_TESTS])
def test_the_rows_that_tests_prove_name_tests(goal: str, tests: tuple[str, ...]) -> None:
    """Each test that a row of the matrix calls is there."""
    for test in tests:
        assert (ROOT / test).is_file() if "::" not in test else not broken(test), f"{goal}: {test}"
