"""Sessions as trees."""

import datetime as dt
import decimal
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.model.session import MAX_DEPTH, TOKEN_PARTS, Node, Totals, fitting, parts_of, tree

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)
NAMES = ("a", "b", "ä ö", "plan", "😀", ".", "..")
paths = st.lists(st.sampled_from(NAMES), max_size=5).map(lambda names: "".join(f"/{name}" for name in names))
spellings = st.sampled_from(["{}", "{}/", "/{}", "{}//"])


@st.composite
def drawn_totals(draw: st.DrawFn) -> Totals:
    """What one call adds up to."""
    first = NOON + dt.timedelta(milliseconds=draw(st.integers(0, 10_000)))
    known = draw(st.sets(st.sampled_from(TOKEN_PARTS)))
    cost = draw(st.none() | st.decimals("0", "10", places=12))
    latency = draw(st.none() | st.integers(0, 10_000))
    names = draw(st.sets(st.sampled_from(["q", "ok"])))
    return Totals(
        n=1,
        errors=draw(st.integers(0, 1)),
        cancelled=draw(st.integers(0, 1)),
        first=first,
        last=first + dt.timedelta(milliseconds=draw(st.integers(0, 10_000))),
        latency_n=latency is not None,
        latency_ms=latency or 0,
        cost_n=cost is not None,
        cost=cost or decimal.Decimal(),
        tokens={name: (1, draw(st.integers(0, 10**15))) for name in known},
        scores={(name, "numeric"): (1, Fraction(draw(st.floats(-1, 1)))) for name in names},
    )


calls = st.lists(
    st.tuples(st.builds(lambda path, how: how.format(path), paths, spellings), drawn_totals()), max_size=20
)


def added(parts: list[Totals]) -> Totals:
    """What several totals add up to, said plainly."""
    counted = ("n", "errors", "cancelled", "latency_n", "latency_ms", "cost_n")
    return Totals(
        **{name: sum(getattr(one, name) for one in parts) for name in counted},
        cost=sum((one.cost for one in parts), decimal.Decimal()),
        first=min((one.first for one in parts if one.first), default=None),
        last=max((one.last for one in parts if one.last), default=None),
        tokens=_by_key([one.tokens for one in parts]),
        scores=_by_key([one.scores for one in parts]),
    )


def _by_key(parts: list[dict]) -> dict:  # type: ignore[type-arg] # -- of either kind
    keys = {key for part in parts for key in part}
    pairs = {key: [part[key] for part in parts if key in part] for key in keys}
    return {key: (sum(n for n, _ in several), sum(total for _, total in several)) for key, several in pairs.items()}


@given(calls)
def test_a_node_is_what_its_calls_and_its_children_add_up_to(given: list[tuple[str, Totals]]) -> None:
    """Every node is the sum of its calls and of the nodes below it, exactly, and the root is the session."""
    nodes = tree(given)
    for number, node in enumerate(nodes):
        children = [child.totals for child in nodes if child.parent == number]
        assert node.totals == added([*(given[call][1] for call in node.calls), *children])
    assert nodes[0].totals == added([totals for _, totals in given])


@given(calls)
def test_every_call_stands_once_at_its_path(given: list[tuple[str, Totals]]) -> None:
    """Each call stands at the node of its path, once; the nodes along it are there though nothing stands at them."""
    nodes = tree(given)
    assert Counter(call for node in nodes for call in node.calls) == Counter(range(len(given)))
    expected = {()} | {parts_of(path)[:depth] for path, _ in given for depth in range(len(parts_of(path)) + 1)}
    assert Counter(node.path for node in nodes) == Counter("".join(f"/{name}" for name in names) for names in expected)
    for node in nodes:
        assert all(parts_of(given[call][0]) == parts_of(node.path) for call in node.calls)


@given(calls)
def test_parents_come_before_children_and_siblings_as_they_begin(given: list[tuple[str, Totals]]) -> None:
    """The root comes first, each other node after its parent, one level deeper, and siblings as they begin."""
    nodes = tree(given)
    assert (nodes[0].parent, nodes[0].depth, nodes[0].name, nodes[0].path) == (None, 0, "", "")
    siblings: dict[int, list[Node]] = {}
    for number, node in enumerate(nodes[1:], 1):
        assert node.parent is not None
        assert node.parent < number
        above = nodes[node.parent]
        assert (node.depth, node.path) == (above.depth + 1, f"{above.path}/{node.name}")
        siblings.setdefault(node.parent, []).append(node)
    for several in siblings.values():
        starts = [(node.totals.first, node.name) for node in several]
        assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("", ()),
        ("/", ()),
        ("/a/b", ("a", "b")),
        ("a/b/", ("a", "b")),
        ("//a///b", ("a", "b")),
        ("/a b/ü", ("a b", "ü")),
        ("/x" * MAX_DEPTH, ("x",) * MAX_DEPTH),
        ("/x" * (MAX_DEPTH + 2), (*("x",) * (MAX_DEPTH - 1), "x/x/x")),
    ],
)
def test_the_names_along_a_path(path: str, names: tuple[str, ...]) -> None:
    """Empty names count for nothing, and what lies deeper than a tree should stands together as one name."""
    assert parts_of(path) == names


@given(st.lists(paths, max_size=20), st.integers(1, 12))
def test_what_fits_makes_no_more_nodes_than_allowed(given: list[str], most: int) -> None:
    """As many calls as fit make a tree within the bound, and one more would not."""
    count = fitting(given, most)
    assert len(tree([(path, Totals(1, first=NOON)) for path in given[:count]])) <= most
    assert count == len(given) or len(tree([(path, Totals(1, first=NOON)) for path in given[: count + 1]])) > most
