"""How far raters agree, through the real server, against the values that were posted."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa

from helicorder.model.ids import new_id
from helicorder.scoring.agreement import kappa
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
    higher, known = pair["bias"], stats.ttest_rel(b, a)
    assert (higher["difference"], higher["n_a"], higher["method"]) == (
        pytest.approx((b - a).mean()),
        len(kept),
        "paired-t",
    )
    assert (higher["p_value"], higher["low"]) == pytest.approx((known.pvalue, known.confidence_interval().low))
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
    assert (pair["n"], pair["labels"], pair["bias"]) == (THINGS, ["bad", "good"], None)
    hits = sum(a > 2 and b > 2 for a, b in zip(panel.ana, panel.ben, strict=True))
    good = pair["categories"][1]
    assert good["recall"]["value"] == pytest.approx(hits / sum(grade > 2 for grade in panel.ana))
    assert good["f1"]["low"] < good["f1"]["value"] < good["f1"]["high"]
    assert pair["pearson"]["value"] is None
    assert (found["scale"], found["alpha"]["n"]) == ("nominal", THINGS)


def test_who_is_lenient_is_told(product: Product, panel: Panel) -> None:
    """Of two raters the one who gives more on the same things is as much above the middle as the other is below."""
    found = ask(product, raters=people(panel.name))["biases"]
    kept = [number for number in range(THINGS) if number % 3]
    apart = np.mean([panel.ana[number] - panel.ben[number] for number in kept])
    assert [one["bias"]["value"] for one in found] == pytest.approx([apart / 2, -apart / 2])
    assert [one["bias"]["n"] for one in found] == [len(kept)] * 2
    assert found[0]["bias"]["low"] < apart / 2 < found[0]["bias"]["high"]
    assert ask(product, raters=people(panel.mood))["biases"] == []


def test_labels_that_were_drawn_by_what_the_judge_said_are_weighed(product: Product) -> None:
    """Kappa of a judge and people is that of all it judged, where people read more of what it failed."""
    name, draw = f"drawn-{new_id()}", random.Random(8)  # noqa: S311 -- an example
    items: list[dict[str, Any]] = []
    counts: Counter[tuple[str, str]] = Counter()
    for number in range(240):
        thing = {"request_id": f"{name}-{number}", "name": name}
        human = draw.random() < 0.7
        judge = human if draw.random() < 0.8 else not human
        chance = 0.25 if judge else 1.0
        items.append(thing | {"value": judge, "source": "model"})
        if draw.random() < chance:
            items.append(thing | {"value": human, "source": "human", "author": "ana", "inclusion": chance})
            counts[str(judge).lower(), str(human).lower()] += 4 if judge else 1
    assert product.ask("POST", "/v1/scores/batch", {"scores": items}).json()["data"]["stored"] == len(items)
    raters = [{"sources": ["model"]}, {"sources": ["human"]}]
    [pair] = ask(product, name=name, raters=raters, clock="judged")["pairs"]
    assert pair["n"] == len(items) - 240
    assert pair["kappa"]["value"] == pytest.approx(kappa(counts).value)
    assert pair["kappa"]["method"] == "jackknife"
    assert sum(map(sum, pair["confusion"])) == pair["n"]
    assert {one["category"]: one["recall"]["value"] for one in pair["categories"]}["true"] == pytest.approx(
        counts["true", "true"] / (counts["true", "true"] + counts["true", "false"])
    )


def test_a_score_agrees_with_no_other_rater_that_it_is_of(product: Product, panel: Panel) -> None:
    """Of ana and of everybody, of whom the newest counts, things on which the newest is ana's are left out."""
    [pair] = ask(product, raters=[{"name": panel.name, "authors": ["ana"]}, {"name": panel.name}])["pairs"]
    assert pair["observed"]["value"] is None or pair["observed"]["value"] < 1
    [only] = ask(product, raters=[{"name": panel.mood, "authors": ["ben"]}, {"name": panel.mood}])["pairs"]
    assert (only["n"], only["kappa"]["value"]) == (0, None)


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
