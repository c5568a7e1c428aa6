"""The tree of problems: drawn as it is, with codes, statuses and sentences that callers can rely on."""

import inspect
import re
from collections.abc import Iterator

from helicorder import errors


def _drawn(kind: type[errors.HelicorderError], indent: str = "", branch: str = "") -> Iterator[str]:
    """The tree below kind as the module's docstring draws it: branches, name, status."""
    status = str(kind.status) if issubclass(kind, errors.Problem) and kind is not errors.Problem else ""
    yield f"{indent}{branch}{kind.__name__} {status}".strip()
    children = kind.__subclasses__()
    deeper = indent + {"": "", "├── ": "│   ", "└── ": "    "}[branch]
    for child in children:
        yield from _drawn(child, deeper, "└── " if child is children[-1] else "├── ")


def test_the_drawn_tree_of_errors_is_the_real_one() -> None:
    """The tree in the docstring of errors.py is the class hierarchy, in order, with the statuses."""
    drawing = inspect.cleandoc(errors.__doc__ or "").splitlines()
    drawn = [re.sub(r"\s{2,}(?=\d)", " ", line.strip()) for line in drawing if re.search(r"──|HelicorderError", line)]
    assert drawn == list(_drawn(errors.HelicorderError))


def test_codes_are_unique_and_sentences_are_sentences() -> None:
    """Each problem has a code nobody else has, a status that says who is at fault, and a sentence."""
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Problem)]
    assert len({kind.code for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert 400 <= kind.status < 600, kind
        assert (kind.__doc__ or "").splitlines()[0].endswith("."), kind
