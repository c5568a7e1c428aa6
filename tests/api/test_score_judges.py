"""Judges made right, through the real server: the corrected mean, what to label next, and who drifted."""

import datetime as dt
import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from helicorder.model.ids import new_id
from product_server import Product

CALLS = 300
CHANCE = {True: 0.2, False: 0.5}
"""People label less of what the judge passes."""


class Truth:
    """What the judge said of each call, what people would say, and whom they were asked about."""

    def __init__(self) -> None:
        self.name = f"correct-{new_id()}"
        draw = random.Random(12)  # noqa: S311 -- an example
        self.human = [draw.random() < 0.5 for _ in range(CALLS)]
        self.judge = [said or draw.random() < 0.4 for said in self.human]
        self.labelled = [draw.random() < CHANCE[said] for said in self.judge]

    def request_id(self, number: int) -> str:
        """The id of a call."""
        return f"{self.name}-{number}"

    def scores(self) -> list[dict[str, Any]]:
        """What the judge and the people said."""
        told = []
        for number, (judge, human, labelled) in enumerate(zip(self.judge, self.human, self.labelled, strict=True)):
            score = {"request_id": self.request_id(number), "name": self.name}
            told.append(score | {"value": judge, "source": "model", "author": "small"})
            if labelled:
                told.append(score | {"value": human, "source": "human", "author": "ana", "inclusion": CHANCE[judge]})
        return told


def log(product: Product, request_id: str, question: str = "?", session: str = "", **properties: str) -> None:
    """Record a call."""
    meta = {f"Helicone-Property-{name}": value for name, value in properties.items()}
    body = {
        "providerRequest": {"url": "", "json": {"model": "m", "messages": [{"role": "user", "content": question}]}},
        "providerResponse": {"json": {}, "status": 200, "headers": {}},
    }
    headers = {"Helicone-Request-Id": request_id, **({"Helicone-Session-Id": session} if session else {}), **meta}
    answer = product.ask("POST", "/custom/v1/log", body, headers)
    assert answer.status == 200, answer.body


def rate(product: Product, scores: list[dict[str, Any]]) -> None:
    """Store scores, all of them."""
    answer = product.ask("POST", "/v1/scores/batch", {"scores": scores})
    assert answer.json()["data"]["stored"] == len(scores), answer.body


def ask(product: Product, what: str, **body: Any) -> Any:
    """The answer's data."""
    answer = product.ask("POST", f"/v1/scores/{what}/query", body)
    assert answer.status == 200, answer.body
    return answer.json()["data"]


@pytest.fixture(scope="module")
def truth(product: Product) -> Truth:
    """A judge that passes two fifths of what people fail; people labelled some of what it judged."""
    made = Truth()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: log(product, made.request_id(number), session=f"{number // 3}"), range(CALLS)))
    rate(product, made.scores())
    return made


def test_the_corrected_mean_is_what_the_rows_say(product: Product, truth: Truth) -> None:
    """Raw, human, bias and corrected are those of the definition, computed from the rows one by one."""
    found = ask(product, "judge", name=truth.name, cluster="none")
    f, y = np.array(truth.judge, float), np.array(truth.human, float)
    weight = np.array(
        [1 / CHANCE[said] if labelled else 0 for said, labelled in zip(truth.judge, truth.labelled, strict=True)]
    )
    human = (weight * y).sum() / weight.sum()
    bias = (weight * (f - y)).sum() / weight.sum()
    assert found["raw"]["mean"] == pytest.approx(f.mean(), abs=1e-9)
    assert found["human"]["mean"] == pytest.approx(human, abs=1e-9)
    assert found["bias"]["mean"] == pytest.approx(bias, abs=1e-9)
    tuning = found["corrected"]["tuning"]
    judge = f.mean() - (weight * f).sum() / weight.sum()
    assert found["corrected"]["mean"] == pytest.approx(human + tuning * judge, abs=1e-9)
    influence = weight * (y - human) / weight.sum() + tuning * (
        (f - f.mean()) / CALLS - weight * (f - (weight * f).sum() / weight.sum()) / weight.sum()
    )
    few = weight.sum() ** 2 / (weight**2).sum()
    error = np.sqrt((influence**2).sum() * few / (few - 1))
    assert found["corrected"]["standard_error"] == pytest.approx(error, rel=1e-6)
    assert (found["judged"], found["labels"]) == (CALLS, sum(truth.labelled))
    assert found["corrected"]["warning"] is None


def test_the_judge_is_seen_to_flatter(product: Product, truth: Truth) -> None:
    """The interval of the corrected mean holds what people would have said of all; the judge's does not."""
    found = ask(product, "judge", name=truth.name)
    whole = sum(truth.human) / CALLS
    assert found["corrected"]["low"] < whole < found["corrected"]["high"] < found["raw"]["low"]
    assert found["bias"]["low"] > 0
    assert found["sensitivity"] == 1.0
    assert 0 < found["specificity"] < 1


def test_points_over_time_have_both_means(product: Product, truth: Truth) -> None:
    """With a bucket, each point has raw, corrected and the label count; buckets without any are there, as gaps."""
    end = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    window = {"start": (end - dt.timedelta(days=2)).isoformat(), "end": end.isoformat()}
    found = ask(product, "judge", name=truth.name, bucket="hour", **window)
    assert len(found["points"]) in (48, 49)
    assert (found["points"][0]["judged"], found["points"][0]["raw"]["mean"]) == (0, None)
    assert sum(point["judged"] for point in found["points"]) == CALLS
    assert sum(point["labels"] for point in found["points"]) == found["labels"]
    judged = [point for point in found["points"] if point["judged"]]
    if len(judged) == 1:
        assert judged[0]["corrected"] == found["corrected"]


def test_labels_of_other_calls_correct_a_pass_rate(product: Product, truth: Truth) -> None:
    """Rogan and Gladen's estimate follows from the pass rate and from what weighed labels say of the judge's mistakes.

    Labels were drawn by what the judge said, so their plain numbers tell another specificity.
    """
    found = ask(product, "judge", name=truth.name, method="rogan-gladen")
    se, sp, raw = found["sensitivity"], found["specificity"], found["raw"]["mean"]
    assert found["corrected"]["method"] == "rogan-gladen"
    rows = zip(truth.judge, truth.human, truth.labelled, strict=True)
    fails = [(judge, 1 / CHANCE[judge]) for judge, human, labelled in rows if labelled and not human]
    assert sp == pytest.approx(sum(weight for judge, weight in fails if not judge) / sum(weight for _, weight in fails))
    assert sp != pytest.approx(sum(not judge for judge, _ in fails) / len(fails), abs=0.05)
    assert found["corrected"]["mean"] == pytest.approx((raw + sp - 1) / (se + sp - 1))
    assert found["corrected"]["low"] < found["corrected"]["mean"] < found["corrected"]["high"]


def test_people_who_disagree_share_the_weight_of_a_thing(product: Product) -> None:
    """Where one of two people passes a thing, half of its weight counts as passed and half as failed."""
    name, scores = f"split-{new_id()}", []
    said = [(True, True, True), (True, True, False), (True, False, False), (False, True, False), (False, False, False)]
    for number, (judge, ana, ben) in enumerate(said):
        log(product, f"{name}-{number}")
        score = {"request_id": f"{name}-{number}", "name": name}
        scores.append(score | {"value": judge, "source": "model"})
        scores += [
            score | {"value": one, "source": "human", "author": who} for one, who in ((ana, "ana"), (ben, "ben"))
        ]
    rate(product, scores)
    found = ask(product, "judge", name=name)
    assert (found["sensitivity"], found["specificity"]) == (1.5 / 2, 1.5 / 3)
    assert found["human"]["mean"] == pytest.approx(2 / 5)


def test_a_judge_without_labels_is_marked_uncorrected(product: Product, truth: Truth) -> None:
    """Without a label there is no corrected mean, and the answer says why."""
    found = ask(product, "judge", name=truth.name, human={"authors": ["nobody"]})
    assert found["raw"]["mean"] is not None
    assert (found["corrected"]["mean"], found["corrected"]["warning"]) == (None, "no labels: uncorrected")
    nothing = ask(product, "judge", name=f"{truth.name}-none")
    assert nothing["judged"] == 0
    assert nothing["raw"]["mean"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"judge": {"sources": ["human"]}},
        {"sources": ["model"]},
        {"clock": "judged"},
        {"method": "guess"},
        {"zone": "Mars", "bucket": "day"},
        {"labels_since": "2999-01-01", "method": "rogan-gladen"},
    ],
)
def test_what_cannot_be_asked_of_a_judge_is_refused(product: Product, truth: Truth, body: dict[str, Any]) -> None:
    """A question without a sense is a 4xx that names what is wrong."""
    answer = product.ask("POST", "/v1/scores/judge/query", {"name": truth.name, **body})
    assert answer.status in (400, 422), answer.body


def test_a_link_replays_the_correction(product: Product, truth: Truth) -> None:
    """More labels change the answer of now and not that of the link."""
    answer = product.ask("POST", "/v1/scores/judge/query", {"name": truth.name}).json()
    again = product.ask("GET", answer["pin"]["link"])
    assert (again.json(), again.headers["helicorder-replay"]) == (answer, "identical")


def test_the_labels_to_give_next_come_with_their_probabilities(product: Product, truth: Truth) -> None:
    """Waiting things alone are drawn, more of where the judge errs, and as many as were asked for on average."""
    plan = ask(product, "labels", name=truth.name, budget=60)
    waiting = {truth.request_id(number) for number in range(CALLS) if not truth.labelled[number]}
    drawn = {item["target_id"] for item in plan["items"]}
    assert drawn <= waiting
    assert plan["waiting"] == len(waiting)
    low, high = plan["strata"]
    assert high["inclusion"] > low["inclusion"], "the judge errs among what it passes"
    expected = sum(stratum["waiting"] * stratum["inclusion"] for stratum in plan["strata"])
    assert expected == pytest.approx(60)
    assert abs(len(drawn) - 60) < 30
    assert {item["inclusion"] for item in plan["items"]} <= {low["inclusion"], high["inclusion"]}
    assert plan == ask(product, "labels", name=truth.name, budget=60)
    assert drawn != {item["target_id"] for item in ask(product, "labels", name=truth.name, budget=60, seed=7)["items"]}


def test_a_plan_without_labels_goes_by_the_judges_doubt(product: Product) -> None:
    """Without labels, scores near a half are drawn more often than sure ones; segments stand by themselves."""
    name = f"doubt-{new_id()}"
    for number in range(40):
        log(product, f"{name}-{number}", language=("fr", "en")[number % 2])
    scores = [
        {"request_id": f"{name}-{number}", "name": name, "value": (0.05, 0.5)[number // 2 % 2], "source": "model"}
        for number in range(40)
    ]
    rate(product, scores)
    plan = ask(product, "labels", name=name, budget=10, by="property:language")
    by_mean = {(stratum["segment"], stratum["low"] > 0.3): stratum["inclusion"] for stratum in plan["strata"]}
    assert len(by_mean) == 4
    assert by_mean["fr", True] > by_mean["fr", False] == pytest.approx(by_mean["en", False])
    assert "no labels yet" in plan["warning"]


@pytest.mark.parametrize("body", [{"budget": 0}, {"budget": 2001}, {"seed": -1}, {"by": "nothing"}])
def test_a_plan_that_makes_no_sense_is_refused(product: Product, truth: Truth, body: dict[str, Any]) -> None:
    """A budget, a seed and a dimension are checked."""
    assert product.ask("POST", "/v1/scores/labels/query", {"name": truth.name, **body}).status in (400, 422)


@pytest.mark.parametrize(
    ("judge_moves", "system_moves", "word"),
    [(0.0, 0.0, "no drift seen"), (-0.2, 0.0, "judge"), (0.0, -0.2, "system"), (-0.2, -0.2, "both")],
)
def test_a_judge_that_moved_is_told_from_a_system_that_moved(
    product: Product, judge_moves: float, system_moves: float, word: str
) -> None:
    """Anchors that are judged again say whether the judge moved; what is left of the traffic's change is the system."""
    name = f"drift-{new_id()}"
    draw = random.Random(4)  # noqa: S311 -- an example
    halves: list[list[dict[str, Any]]] = []
    for after in (False, True):
        scores = []
        for number in range(60):
            anchor, seen = f"{name}-a{after}-{number:03}", f"{name}-t{after}-{number:03}"
            log(product, anchor, f"{name} {number}", anchor=name)
            log(product, seen, f"{name} {number} {after}", traffic=name)
            moved = judge_moves * after
            level = 0.7 + (number % 5 - 2) / 20
            scores.append({"request_id": anchor, "name": name, "value": round(level + moved + draw.gauss(0, 0.02), 4)})
            moved += system_moves * after
            scores.append({"request_id": seen, "name": name, "value": round(0.7 + moved + draw.gauss(0, 0.05), 4)})
        halves.append(scores)
        if not after:
            at = product.read(f"{name}-tFalse-059")["request_created_at"]
    rate(product, halves[0] + halves[1])

    def of(key: str) -> dict[str, Any]:
        return {"properties": {key: {"equals": name}}}

    found = ask(product, "drift", name=name, at=later(at), anchors=of("anchor"), filter=of("traffic"))
    assert found["verdict"]["word"] == word, found
    assert found["traffic"] == ask(product, "drift", name=name, at=later(at), anchors=of("anchor"))["traffic"]
    assert found["anchors"]["n_a"] == 60
    assert found["verdict"]["judge"]["change"] == pytest.approx(judge_moves, abs=0.02)
    assert found["verdict"]["system"]["change"] == pytest.approx(system_moves, abs=0.05)


def later(at: str) -> str:
    """A moment after a time on the wire."""
    moment = at.replace("Z", "+00:00")
    return (dt.datetime.fromisoformat(moment) + dt.timedelta(milliseconds=1)).isoformat()


def test_drift_needs_a_moment_within_its_time(product: Product) -> None:
    """A moment outside the window parts nothing, and is refused."""
    body = {"name": "x", "at": "2020-01-01", "anchors": {"properties": {"a": {"equals": "1"}}}}
    assert product.ask("POST", "/v1/scores/drift/query", body).status == 422
