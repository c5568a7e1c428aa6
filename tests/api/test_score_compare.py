"""Comparing two segments, and pins that replay it, through the real server."""

import random
from typing import Any

import pytest

from helicorder.model.ids import new_id
from product_server import Product


def log_call(product: Product, request_id: str, model: str, question: str, **headers: str) -> None:
    """Record a call of a model that was asked something."""
    body = {
        "providerRequest": {
            "url": "https://api.openai.com/v1/chat/completions",
            "json": {"model": model, "messages": [{"role": "user", "content": question}]},
            "meta": {},
        },
        "providerResponse": {"json": {"model": model}, "status": 200, "headers": {}},
    }
    given = {f"Helicone-{name.replace('_', '-')}": value for name, value in headers.items()}
    answer = product.ask("POST", "/custom/v1/log", body, {"Helicone-Request-Id": request_id, **given})
    assert answer.status == 200, answer.body


def rate(product: Product, request_id: str, name: str, value: float) -> None:
    """Give a score."""
    answer = product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {name: value}})
    assert answer.status == 200, answer.body


@pytest.fixture(scope="module")
def name(product: Product) -> str:
    """A score of 120 calls: model m2 is worse than m1 by 0.3, in French alone; each input was asked of both."""
    made = f"q-{new_id()}"
    draw = random.Random(3)  # noqa: S311 -- an example
    for number in range(120):
        model, lang = f"m{number % 2 + 1}", ("fr", "en")[number // 2 % 2]
        request_id = f"{made}-{number}"
        log_call(
            product, request_id, model, f"{made} {number // 2}", Property_Lang=lang, Session_Id=f"{made}-{number // 4}"
        )
        mean = 0.5 if (model, lang) == ("m2", "fr") else 0.8
        rate(product, request_id, made, round(draw.gauss(mean, 0.05), 3))
    return made


def model(of: str) -> dict[str, Any]:
    """The segment of a model."""
    return {"filter": {"request_response_rmt": {"model": {"equals": of}}}}


def compare(product: Product, name: str, **options: Any) -> Any:
    """The answer to m2 against m1."""
    body = {"name": name, "a": model("m1"), "b": model("m2"), **options}
    answer = product.ask("POST", "/v1/scores/compare/query", body)
    assert answer.status == 200, answer.body
    return answer.json()


def test_the_same_inputs_are_paired(product: Product, name: str) -> None:
    """Where both segments were asked the same, the difference is of pairs, and the answer says so."""
    found = compare(product, name)["data"]
    assert (found["difference"]["method"], found["pairs"], found["paired_share"]) == ("paired-t", 60, 1.0)
    assert found["difference"]["difference"] == pytest.approx(-0.15, abs=0.03)
    assert (found["verdict"]["word"], found["direction"]) == ("worse", "higher")
    assert "not causal" in found["caveat"]


def test_without_pairs_sessions_are_clusters(product: Product, name: str) -> None:
    """Scores of one session hang together: the interval is of sessions, and too few of them are told."""
    found = compare(product, name, match="none")["data"]["difference"]
    assert (found["method"], found["clusters"], found["n_a"], found["n_b"]) == ("clustered", 30, 60, 60)
    alone = compare(product, name, match="none", cluster="none")["data"]["difference"]
    assert alone["method"] == "welch"
    assert alone["difference"] == found["difference"]


@pytest.mark.parametrize("more", [{}, {"match": "none", "cluster": "none"}, {"match": "none", "cluster": "user"}])
def test_either_side_is_what_a_breakdown_says(product: Product, name: str, more: dict[str, str]) -> None:
    """Mean, interval, clusters and method of a segment are those of a breakdown, paired or not, in slices too."""
    asked = {"name": name, **{one: more[one] for one in more if one != "match"}}
    models, cells = (broken_down(product, asked | {"by": by}) for by in (["model"], ["model", "property:lang"]))
    found = compare(product, name, by="property:lang", **more)["data"]
    assert found["sides"] == {"a": models["m1",], "b": models["m2",]}
    for one in found["slices"]:
        assert one["sides"] == {"a": cells["m1", one["value"]], "b": cells["m2", one["value"]]}


@pytest.mark.parametrize("boolean", [False, True])
def test_either_side_is_weighed_as_a_breakdown_weighs_it(product: Product, *, boolean: bool) -> None:
    """Scores that were drawn with unequal probabilities, numbers or booleans, have their weighted mean and interval."""
    made, draw = f"w-{new_id()}", random.Random(9)  # noqa: S311 -- an example
    scores = []
    for number in range(80):
        request_id = f"{made}-{number}"
        log_call(product, request_id, f"m{number % 2 + 1}", f"{made} {number}", Session_Id=f"{made}-{number // 4}")
        value = draw.random() < 0.7 if boolean else round(draw.gauss(0.7, 0.1), 3)
        chance = (1.0, 0.5, 0.1)[number % 3]
        scores.append({"request_id": request_id, "name": made, "value": value, "inclusion": chance})
    answer = product.ask("POST", "/v1/scores/batch", {"scores": scores})
    assert answer.json()["data"]["stored"] == len(scores)
    models = broken_down(product, {"name": made, "by": ["model"]})
    assert models["m1",]["method"] == ("weighted-wilson" if boolean else "weighted")
    assert compare(product, made)["data"]["sides"] == {"a": models["m1",], "b": models["m2",]}


def broken_down(product: Product, asked: dict[str, Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    """By its values what a comparison says of a segment, from a breakdown."""
    told = product.ask("POST", "/v1/scores/breakdown/query", asked).json()["data"]["segments"]
    fields = ("n", "clusters", "mean", "low", "high", "method", "warning")
    return {tuple(one["values"]): {field: one[field] for field in fields} for one in told}


def test_cost_and_latency_have_their_sides(product: Product, name: str) -> None:
    """Each call's cost and latency are numbers of their segment, with n and an interval."""
    found = compare(product, name)["data"]
    for metric in ("cost", "latency"):
        for side in ("a", "b"):
            one = found[f"{metric}_sides"][side]
            assert (one["n"], one["mean"]) == (found[metric][f"n_{side}"], found[metric][f"mean_{side}"])
            assert one["mean"] is None or one["low"] <= one["mean"] <= one["high"]


def test_slices_are_looks_that_are_counted(product: Product, name: str) -> None:
    """By language the fault shows in French alone; each p-value is adjusted for the looks, which are told."""
    found = compare(product, name, by="property:lang")["data"]
    assert found["looks"] == 2
    slices = {one["value"]: one for one in found["slices"]}
    assert slices["fr"]["flagged"]
    assert slices["fr"]["verdict"]["word"] == "worse"
    assert slices["en"]["verdict"]["word"] == "not yet known"
    assert all(one["adjusted_p"] >= one["difference"]["p_value"] for one in found["slices"])


def test_the_direction_decides_what_is_better(product: Product, name: str) -> None:
    """Where lower is better, the same fall is better."""
    assert compare(product, name, direction="lower")["data"]["verdict"]["word"] == "better"


def test_the_definition_says_which_way_is_better(product: Product, name: str) -> None:
    """Where nobody says it in the question, the score's definition does; else higher is better."""
    defined = {"kind": "numeric", "direction": "lower"}
    assert product.ask("PUT", f"/v1/scores/definitions/{name}", defined).status == 200
    found = compare(product, name)["data"]
    assert product.ask("DELETE", f"/v1/scores/definitions/{name}").status == 200
    assert (found["direction"], found["verdict"]["word"]) == ("lower", "better")
    assert compare(product, name)["data"]["verdict"]["word"] == "worse"


def test_what_was_drawn_unevenly_is_weighted(product: Product) -> None:
    """Errors that were all judged, beside a fifth of the rest, weigh as much as they are of the traffic."""
    made = f"drawn-{new_id()}"
    draw, scores, whole = random.Random(4), [], {"m1": [], "m2": []}  # type: ignore[var-annotated] # noqa: S311 -- an example
    for number in range(240):
        which, failed = f"m{number % 2 + 1}", number % 8 < (2 if number % 2 else 4)
        log_call(product, f"{made}-{number}", which, f"{made} {number}", Session_Id=f"{made}-{number // 3}")
        value, chance = round(draw.gauss(0.2 if failed else 0.9, 0.05), 3), 1.0 if failed else 0.2
        whole[which].append(value)
        if draw.random() < chance:
            scores.append({"request_id": f"{made}-{number}", "name": made, "value": value, "inclusion": chance})
    assert product.ask("POST", "/v1/scores/batch", {"scores": scores}).status == 200
    found = compare(product, made)["data"]["difference"]
    plain = [sum(one) / len(one) for one in whole.values()]
    assert found["method"] == "weighted"
    assert found["low"] < plain[1] - plain[0] < found["high"]
    assert found["n_a"] + found["n_b"] == len(scores)


def test_rates_may_be_looked_at_at_any_time(product: Product) -> None:
    """Independent booleans have the exact sequence from the first on; rare ones in sessions have none yet."""
    made = f"rate-{new_id()}"
    for number in range(60):
        log_call(
            product, f"{made}-{number}", f"m{number % 2 + 1}", f"{made} {number}", Session_Id=f"{made}-{number // 4}"
        )
        scored = product.ask(
            "POST", "/v1/scores", {"request_id": f"{made}-{number}", "name": made, "value": number > 4}
        )
        assert scored.status == 200, scored.body
    alone = compare(product, made, cluster="none")["data"]
    assert alone["anytime"]["method"] == "beta-binomial"
    assert alone["anytime"]["low"] < alone["difference"]["low"] < alone["difference"]["high"] < alone["anytime"]["high"]
    assert compare(product, made)["data"]["anytime"] is None


def test_a_margin_larger_than_the_difference_makes_it_the_same(product: Product, name: str) -> None:
    """A difference that lies wholly within the margin is no difference that matters."""
    assert compare(product, name, margin=0.5)["data"]["verdict"]["word"] == "same"


def test_nothing_compared_is_nothing_known(product: Product) -> None:
    """Segments without scores give nulls and a verdict that says so."""
    found = compare(product, f"none-{new_id()}")["data"]
    assert found["difference"]["difference"] is None
    assert found["verdict"]["word"] == "not yet known"


@pytest.mark.parametrize(
    "wrong",
    [
        {"match": "sometimes"},
        {"by": "colour"},
        {"margin": -1},
        {"kind": "text"},
        {"start": "2026-02-01", "end": "2026-01-01"},
    ],
)
def test_a_question_that_means_nothing_is_refused(product: Product, name: str, wrong: dict[str, Any]) -> None:
    """What is not understood is a 422 that names it."""
    answer = product.ask("POST", "/v1/scores/compare/query", {"name": name, "a": {}, "b": {}, **wrong})
    assert answer.status == 422, answer.body
    assert answer.json()["error"]


def test_a_pin_replays_to_the_byte(product: Product, name: str) -> None:
    """The link of an answer gives the same bytes after scores were changed and added, and says what is new."""
    body = {"name": name, "a": model("m1"), "b": model("m2"), "match": "none", "covariate": "hour"}
    first = product.ask("POST", "/v1/scores/compare/query", body)
    link = first.json()["pin"]["link"]
    assert product.ask("GET", link).body == first.body
    rate(product, f"{name}-0", name, 0.0)
    log_call(product, f"{name}-late", "m1", "late")
    rate(product, f"{name}-late", name, 0.1)
    again = product.ask("GET", link)
    assert again.body == first.body
    assert again.headers["helicorder-replay"] == "identical"
    now = product.ask("GET", f"{link}/now").json()["data"]
    assert (now["identical"], now["changed"]) == (True, True)
    assert (now["kind"], now["as_of"], now["question"]["name"]) == ("compare", first.json()["pin"]["as_of"], name)
    assert now["now"]["difference"]["mean_a"] < now["then"]["difference"]["mean_a"]


def test_a_pin_is_its_organisations_own(product: Product) -> None:
    """What is no pin, or another organisation's, is not found."""
    assert product.ask("GET", "/v1/pins/nonsense").status == 404
