"""How far raters agree, through the real server, against the values that were posted."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from helicorder.model.ids import new_id
from product_server import Product

THINGS = 60


class Panel:
    """Grades of 1 to 5 by ana and ben, a judge's number of all, a mood by both, and a pass by both."""

    def __init__(self, product: Product) -> None:
        draw = random.Random(2)  # noqa: S311 -- an example
        self.name, self.mood, self.passed = (f"{word}-{new_id()}" for word in ("grade", "mood", "pass"))
        self.ana = [draw.randint(1, 5) for _ in range(THINGS)]
        self.ben = [min(5, max(1, grade + draw.choice([0, 0, 0, 1, -1]))) for grade in self.ana]
        self.judge = [round(grade / 5 + draw.gauss(0, 0.1), 3) for grade in self.ana]
        items: list[dict[str, Any]] = []
        for number in range(THINGS):
            thing = {"request_id": f"{self.name}-{number}"}
            for author, grade in (("ana", self.ana[number]), ("ben", self.ben[number])):
                said = thing | {"source": "human", "author": author}
                if author == "ana" or number % 3:
                    items.append(said | {"name": self.name, "value": grade})
                items.append(said | {"name": self.mood, "value": "good" if grade > 2 else "bad"})
                items.append(said | {"name": self.passed, "value": grade > 2})
            items.append(thing | {"name": self.name, "value": self.judge[number], "source": "model"})
        answer = product.ask("POST", "/v1/scores/batch", {"scores": items})
        assert answer.json()["data"]["stored"] == len(items), answer.body


@pytest.fixture(scope="module")
def panel(product: Product) -> Panel:
    """The panel, whose calls have been made."""

    def log(number: int) -> None:
        answer = product.ask(
            "POST",
            "/custom/v1/log",
            {
                "providerRequest": {"url": "", "json": {"model": "m"}},
                "providerResponse": {"json": {}, "status": 200, "headers": {}},
            },
            {"Helicone-Request-Id": f"{made.name}-{number}"},
        )
        assert answer.status == 200

    made = Panel(product)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(log, range(THINGS)))
    return made


def ask(product: Product, **body: Any) -> Any:
    """The answer's data."""
    answer = product.ask("POST", "/v1/scores/agreement/query", body)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


def people(name: str) -> list[dict[str, Any]]:
    """Ana and ben under a name."""
    return [{"name": name, "sources": ["human"], "authors": [author]} for author in ("ana", "ben")]


def test_two_annotators_agree_as_their_grades_say(product: Product, panel: Panel) -> None:
    """Kappa, weighted kappa, both correlations, the table and alpha are those of the grades that both gave."""
    found = ask(product, raters=people(panel.name))
    [pair] = found["pairs"]
    kept = [number for number in range(THINGS) if number % 3]
    a, b = (np.array([grades[number] for number in kept]) for grades in (panel.ana, panel.ben))
    table = np.array([[int(((a == x) & (b == y)).sum()) for y in range(1, 6)] for x in range(1, 6)])
    assert pair["n"] == len(kept)
    assert (pair["labels"], pair["confusion"]) == (["1", "2", "3", "4", "5"], table.tolist())
    assert pair["kappa"]["value"] == pytest.approx(cohens_kappa(table).kappa)
    assert pair["weighted_kappa"]["value"] == pytest.approx(cohens_kappa(table, wt="quadratic").kappa)
    assert pair["pearson"]["value"] == pytest.approx(stats.pearsonr(a, b).statistic)
    assert pair["spearman"]["value"] == pytest.approx(stats.spearmanr(a, b).statistic)
    assert pair["observed"]["value"] == pytest.approx((a == b).mean())
    assert pair["mean_distance"] == pytest.approx(np.abs(a - b).mean())
    for measure in ("kappa", "weighted_kappa", "pearson", "spearman", "observed"):
        assert pair[measure]["low"] < pair[measure]["value"] < pair[measure]["high"]
    assert found["scale"] == "interval"
    assert found["alpha"]["n"] == len(kept)
    assert found["alpha"]["low"] < found["alpha"]["value"] < found["alpha"]["high"]


def test_scores_of_any_names_correlate(product: Product, panel: Panel) -> None:
    """A judge's numbers correlate with grades and with passes; where numbers are many there is no table of them."""
    raters = [{"name": panel.name, "sources": ["model"]}, *people(panel.name)[:1], *people(panel.passed)[:1]]
    found = ask(product, raters=raters)
    pairs = {tuple(pair["raters"]): pair for pair in found["pairs"]}
    assert set(pairs) == {(0, 1), (0, 2), (1, 2)}
    known = stats.spearmanr(panel.judge, panel.ana).statistic
    assert pairs[0, 1]["spearman"]["value"] == pytest.approx(known)
    assert pairs[0, 2]["pearson"]["value"] == pytest.approx(
        stats.pearsonr(panel.judge, [grade > 2 for grade in panel.ana]).statistic
    )
    assert pairs[0, 1]["kappa"]["reason"] == "more than 50 different values"
    assert pairs[0, 2]["kappa"]["reason"] == "the two are not of one kind"
    assert found["alpha"]["value"] is None


def test_categories_agree_and_do_not_correlate(product: Product, panel: Panel) -> None:
    """Of categories there are kappa, alpha and F1 of each; correlation has a reason in its place."""
    found = ask(product, raters=people(panel.mood))
    [pair] = found["pairs"]
    assert (pair["n"], pair["labels"]) == (THINGS, ["bad", "good"])
    hits = sum(a > 2 and b > 2 for a, b in zip(panel.ana, panel.ben, strict=True))
    good = pair["categories"][1]
    assert good["recall"]["value"] == pytest.approx(hits / sum(grade > 2 for grade in panel.ana))
    assert good["f1"]["low"] < good["f1"]["value"] < good["f1"]["high"]
    assert pair["pearson"]["value"] is None
    assert (found["scale"], found["alpha"]["n"]) == ("nominal", THINGS)


def test_a_shared_name_is_said_once_and_a_link_replays(product: Product, panel: Panel) -> None:
    """Raters without a name have the question's, and the link gives the same answer to the byte."""
    body = {"name": panel.name, "raters": [{"authors": ["ana"]}, {"authors": ["ben"]}], "scale": "ordinal"}
    answer = product.ask("POST", "/v1/scores/agreement/query", body).json()
    assert answer["data"]["pairs"][0]["kappa"] == ask(product, raters=people(panel.name))["pairs"][0]["kappa"]
    assert answer["data"]["scale"] == "ordinal"
    assert product.ask("GET", answer["pin"]["link"]).json() == answer


@pytest.mark.parametrize(
    "change",
    [
        {"raters": [{}]},
        {"raters": [{}, {}]},
        {"raters": [{"name": "a"}] * 11},
        {"name": "", "raters": [{"authors": ["a"]}, {"authors": ["b"]}]},
        {"sources": ["human"]},
        {"raters": [{"mood": True}, {"name": "b"}]},
    ],
)
def test_what_cannot_be_compared_is_refused(product: Product, panel: Panel, change: dict[str, Any]) -> None:
    """Too few, too many, nameless or equal raters are a 4xx that says so; so are categories beside numbers."""
    if change["raters"][0].get("mood") if "raters" in change else False:
        change = {"raters": [{"name": panel.mood}, {"name": panel.name, "authors": ["ana"]}]}
    body = {"name": panel.name, "raters": [{"authors": ["ana"]}, {"authors": ["ben"]}], **change}
    assert product.ask("POST", "/v1/scores/agreement/query", body).status in (400, 422)
