"""The pages of queues: a sample is drawn, labelled by keys alone, and what is shown is what the API says."""

import datetime as dt
import re
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Page, Response, Route, expect

from browser.accessibility import grave_violations
from browser.conftest import NARROW, WIDE
from helicorder.model.ids import new_id
from product_server import Product

expect.set_options(timeout=30_000)

TWO_WEEKS = "range=14d"


class Asked(msgspec.Struct, frozen=True):
    """A queue, and the score that it asks for."""

    queue: Any
    score: str

    @property
    def path(self) -> str:
        """Its page."""
        return f"/queues/{self.queue['id']}"


def told(product: Product, method: str, path: str, body: Any = None, *, key: str = "") -> Any:
    """The data of an answer that must be 200."""
    found = product.ask(method, path, body, key=key)
    assert found.status == 200, found.body
    return found.json()["data"]


def defined(product: Product, kind: str, **fields: Any) -> str:
    """A score that nobody has given yet."""
    name = f"asked-{new_id()}"
    assert product.ask("PUT", f"/v1/scores/definitions/{name}", {"kind": kind, **fields}).status == 200
    return name


def drawn(product: Product, *scores: str, **fields: Any) -> Any:
    """A queue of a few calls of the demo."""
    start = (dt.datetime.now(dt.UTC) - dt.timedelta(days=14)).isoformat()
    body = {"name": f"queue {new_id()}", "scores": scores, "start": start, "size": 12, "seed": 5, **fields}
    return told(product, "POST", "/v1/queues", body)


def annotator(product: Product, name: str) -> str:
    """A key under whose name its holder labels."""
    return product.command("keys", "create", name, "--scopes", "read,write").stdout.strip()


def given(product: Product, name: str) -> list[Any]:
    """The current scores of a name."""
    found: list[Any] = told(product, "POST", "/v1/scores/query", {"names": [name], "limit": 1000})["scores"]
    return found


@pytest.fixture
def plain(filled: Product) -> Asked:
    """A queue that asks for one yes or no."""
    score = defined(filled, "boolean", description="Does it answer the question?")
    return Asked(drawn(filled, score, instructions="Read the question first."), score)


def test_a_queue_is_drawn_labelled_by_keys_and_its_scores_are_there(page: Page, filled: Product) -> None:
    """From the form to the last call by keyboard; each score carries its probability, and the progress says so."""
    score, name = defined(filled, "boolean"), f"by keys {new_id()}"
    page.goto(f"/queues/new?{TWO_WEEKS}")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Choose scores").click()
    page.get_by_role("checkbox", name=re.compile(score)).click()
    page.keyboard.press("Escape")
    page.get_by_label("Calls to draw, about").fill("8")
    page.get_by_role("button", name="Draw the sample").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    queue = next(one for one in told(filled, "GET", "/v1/queues") if one["name"] == name)
    size = queue["progress"]["items"]
    expect(page.get_by_text(f"0 of {size}")).to_be_visible()
    page.get_by_role("link", name="Label", exact=True).click()
    said: dict[str, bool] = {}
    for number in range(size):
        expect(page.get_by_text(f"{number} done, {size - number} left")).to_be_visible()
        link = page.get_by_role("link", name="Open the request").get_attribute("href") or ""
        request_id = re.search(r"/requests/([^?]+)", link)
        assert request_id is not None
        said[request_id[1]] = number % 3 == 0
        page.keyboard.press("y" if said[request_id[1]] else "n")
    expect(page.get_by_text("All done")).to_be_visible()
    scores = given(filled, score)
    assert {one["target_id"]: one["value"] for one in scores} == said
    chances = {item["request_id"]: item["inclusion"] for item in items(filled, queue)}
    assert {one["target_id"]: one["inclusion"] for one in scores} == chances
    assert all(one["source"] == "human" and 0 < one["inclusion"] <= 1 for one in scores)
    page.get_by_role("link", name="See the queue").click()
    expect(page.get_by_text(f"{size} of {size}")).to_be_visible()
    row = page.get_by_role("table", name="Annotators", exact=True).get_by_role("row").nth(1)
    expect(row).to_contain_text(re.compile(rf"bootstrap\s*{size}\s*0\s*0"))


def items(product: Product, queue: Any) -> list[Any]:
    """The items of a queue."""
    found: list[Any] = told(product, "GET", f"/v1/queues/{queue['id']}/items")["items"]
    return found


def test_the_next_call_stands_there_at_once(page: Page, plain: Asked) -> None:
    """A label shows the next call with its conversation while its own answer and all others are still out."""
    read: set[str] = set()

    def the_next_is_read(response: Response) -> bool:
        if "/conversation" in response.url:
            read.add(response.url)
        return len(read) > 1

    with page.expect_response(the_next_is_read):
        page.goto(f"{plain.path}/label")
    expect(page.get_by_text("0 done")).to_be_visible()
    page.wait_for_load_state("networkidle")
    first = page.get_by_role("link", name="Open the request").get_attribute("href")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/v1/**", hold)
    page.keyboard.press("y")
    expect(page.get_by_text("1 done")).to_be_visible()
    assert page.get_by_role("link", name="Open the request").get_attribute("href") != first
    expect(page.get_by_role("region", name="The call").get_by_role("article").first).to_be_visible()
    expect(page.get_by_text("saving")).to_be_visible()
    assert any(route.request.url.endswith("/label") for route in held)
    for route in held:
        route.continue_()
    page.unroute("**/v1/**")
    expect(page.get_by_text("saving")).to_have_count(0)


def test_what_could_not_be_saved_comes_back(page: Page, filled: Product, plain: Asked) -> None:
    """A label that is refused is told, and its call is on the table again; nothing counts as done."""
    page.goto(f"{plain.path}/label")
    expect(page.get_by_text("0 done")).to_be_visible()
    first = page.get_by_role("link", name="Open the request").get_attribute("href") or ""
    assert filled.ask("PATCH", f"/v1/queues/{plain.queue['id']}", {"archived": True}).status == 200
    page.keyboard.press("y")
    expect(page.get_by_text("This queue is archived").first).to_be_visible()
    expect(page.get_by_text("0 done")).to_be_visible()
    expect(page.get_by_role("link", name="Open the request")).to_have_attribute("href", first)
    assert given(filled, plain.score) == []


def test_undo_takes_a_label_back_and_back_changes_it(page: Page, filled: Product, plain: Asked) -> None:
    """After u the score is gone and its call is there again; looking back and saying otherwise replaces it."""
    page.goto(f"{plain.path}/label")
    expect(page.get_by_text("0 done")).to_be_visible()
    first = page.get_by_role("link", name="Open the request").get_attribute("href") or ""
    page.keyboard.press("y")
    expect(page.get_by_text("1 done")).to_be_visible()
    with page.expect_response(lambda answer: answer.request.method == "DELETE") as taken:
        page.keyboard.press("u")
    assert taken.value.ok
    expect(page.get_by_role("link", name="Open the request")).to_have_attribute("href", first)
    assert given(filled, plain.score) == []
    page.keyboard.press("y")
    expect(page.get_by_text("1 done")).to_be_visible()
    expect(page.get_by_text("saving")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_text("What you say now counts instead.")).to_be_visible()
    with page.expect_response(is_label) as changed:
        page.keyboard.press("n")
    assert changed.value.ok
    expect(page.get_by_text("1 done")).to_be_visible()
    assert [one["value"] for one in given(filled, plain.score)] == [False]


def is_label(answer: Response) -> bool:
    """Whether an answer is to a label."""
    return answer.url.endswith("/label") and answer.request.method == "POST"


def test_a_comment_goes_with_the_label_and_a_skip_has_its_reason(page: Page, filled: Product, plain: Asked) -> None:
    """What is typed under c is kept with the score, or as why a call was skipped; skips can be taken back."""
    page.goto(f"{plain.path}/label")
    expect(page.get_by_text("0 done")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.type("says no such thing")
    with page.expect_response(is_label):
        page.keyboard.press("Escape")
        page.keyboard.press("n")
    assert [one["comment"] for one in given(filled, plain.score)] == ["says no such thing"]
    expect(page.get_by_text("1 done")).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.type("not a question")
    with page.expect_response(lambda answer: answer.url.endswith("/skip")):
        page.keyboard.press("Escape")
        page.keyboard.press("s")
    expect(page.get_by_text("1 skipped")).to_be_visible()
    skipped = [one for item in items(filled, plain.queue) for one in item["annotators"] if one["state"] == "skipped"]
    assert [one["reason"] for one in skipped] == ["not a question"]
    while not page.get_by_text("Only what you skipped is left").is_visible():
        page.keyboard.press("s")
        page.wait_for_timeout(150)
    page.get_by_role("button", name="Take my skips back").click()
    expect(page.get_by_role("link", name="Open the request")).to_be_visible()


def test_several_scores_are_given_by_keys(page: Page, filled: Product) -> None:
    """A category, a number of a scale, and words: keys choose and move on, Enter saves all of them."""
    topic = defined(filled, "categorical", categories=["friendly", "neutral", "curt"])
    stars, words = defined(filled, "numeric", minimum=1, maximum=5), defined(filled, "text")
    queue = drawn(filled, topic, stars, words)
    page.goto(f"/queues/{queue['id']}/label")
    expect(page.get_by_text("0 done")).to_be_visible()
    page.keyboard.press("2")
    page.keyboard.press("4")
    page.keyboard.press("v")
    page.keyboard.type("too long")
    page.keyboard.press("Escape")
    with page.expect_response(is_label) as saved:
        page.keyboard.press("Enter")
    assert saved.value.ok
    assert [one["value"] for name in (topic, stars, words) for one in given(filled, name)] == ["neutral", 4, "too long"]


def test_annotators_and_their_agreement_are_what_the_api_says(page: Page, filled: Product) -> None:
    """Two people's progress and how far they agree stand on the page, with interval and n."""
    score = defined(filled, "boolean")
    queue = drawn(filled, score, size=30, per_item=2)
    for name in ("ana", "ben"):
        key = annotator(filled, name)
        while (item := told(filled, "POST", f"/v1/queues/{queue['id']}/next", {}, key=key)["item"]) is not None:
            same = item["item"] % 2 == 0
            value = same if item["item"] % 5 or name == "ana" else not same
            label = {"scores": {score: value}}
            told(filled, "POST", f"/v1/queues/{queue['id']}/items/{item['item']}/label", label, key=key)
    shown = told(filled, "GET", f"/v1/queues/{queue['id']}")
    [agreement] = shown["agreement"]
    [pair] = agreement["pairs"]
    page.goto(f"/queues/{queue['id']}")
    people = page.get_by_role("table", name="Annotators", exact=True).get_by_role("row")
    for one in shown["progress"]["annotators"]:
        row = people.filter(has_text=one["annotator"])
        expect(row).to_contain_text(str(one["done"]))
    row = page.get_by_role("table", name=f"Pairs of annotators, {score}").get_by_role("row").nth(1)
    expect(row).to_contain_text(f"{pair['kappa']['value']:.3g}")
    expect(row).to_contain_text(f"{pair['kappa']['low']:.3g} to {pair['kappa']['high']:.3g}")
    expect(row).to_contain_text(f"n {pair['kappa']['n']}")
    panel = page.get_by_role("region", name=score)
    expect(panel).to_contain_text(f"{agreement['alpha']['value']:.3g}")


def test_what_to_label_next_becomes_a_queue_that_corrects_the_judge(page: Page, filled: Product) -> None:
    """The plan on the judges page leads to a filled form; the queue draws as planned, and shows its probabilities."""
    page.goto(f"/judges?{TWO_WEEKS}&name=correct&tab=labels&budget=25&seed=3")
    page.get_by_role("button", name="Label in the queue").click()
    expect(page.get_by_label("Calls to draw, about")).to_have_value("25")
    expect(page.get_by_role("button", name="more where the judge is unsure")).to_have_attribute("aria-pressed", "true")
    name = f"from a plan {new_id()}"
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Draw the sample").click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    queue = next(one for one in told(filled, "GET", "/v1/queues") if one["name"] == name)
    assert queue["draw"]["how"] == "uncertain"
    assert queue["draw"]["judge"]["name"] == "correct"
    chances = [item["inclusion"] for item in items(filled, queue)]
    expect(page.get_by_text(f"{queue['draw']['population']:,} calls").first).to_be_visible()
    written = page.get_by_role("table", name="Calls of the queue").locator("data")
    expect(written).to_have_count(len(chances))
    assert [float(one) for one in written.evaluate_all("all => all.map(one => one.value)")] == chances


def test_a_queue_is_edited_archived_and_deleted(page: Page, filled: Product, plain: Asked) -> None:
    """Its words change, an archived one is listed only when asked for, and deleting it leaves its scores."""
    path = f"/v1/queues/{plain.queue['id']}"
    item = told(filled, "POST", f"{path}/next", {})["item"]["item"]
    told(filled, "POST", f"{path}/items/{item}/label", {"scores": {plain.score: True}})
    page.goto(plain.path)
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Edit name and instructions").click()
    name = f"another name {new_id()}"
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Archive").click()
    expect(page.get_by_text("archived")).to_be_visible()
    expect(page.get_by_role("link", name="Label", exact=True)).to_have_count(0)
    page.goto("/queues")
    expect(page.get_by_role("heading", level=1, name="Queues")).to_be_visible()
    expect(page.get_by_role("link", name=name)).to_have_count(0)
    page.get_by_role("switch", name="Archived, too").click()
    page.get_by_role("link", name=name).click()
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Delete the queue").click()
    page.get_by_role("button", name="Delete the queue").click()
    expect(page.get_by_role("heading", level=1, name="Queues")).to_be_visible()
    assert filled.ask("GET", path).status == 404
    assert len(given(filled, plain.score)) == 1


def test_who_may_only_read_is_offered_nothing_that_writes(page: Page, filled: Product, plain: Asked) -> None:
    """A read-only key sees queues and their numbers, and no button that would be refused."""
    key = filled.command("keys", "create", f"reader-{new_id()}", "--scopes", "read").stdout.strip()
    assert page.context.request.post("/v1/auth/sign-in", data={"key": key}).ok
    page.goto("/queues")
    expect(page.get_by_role("link", name=plain.queue["name"])).to_be_visible()
    for name in ("New queue", "Label"):
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)
    page.goto(plain.path)
    expect(page.get_by_role("table", name="Calls of the queue")).to_be_visible()
    expect(page.get_by_role("button", name="More")).to_have_count(0)
    for path in (f"{plain.path}/label", "/queues/new"):
        page.goto(path)
        expect(page.get_by_text("You may only read")).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_queues_can_be_used_by_everybody(page: Page, plain: Asked, viewport: Any, scheme: Any) -> None:
    """axe-core finds nothing serious, in light and dark, wide and narrow; and nothing is wider than the screen."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size(viewport)
    for path in ("/queues", f"/queues/new?{TWO_WEEKS}", plain.path, f"{plain.path}/label"):
        page.goto(path)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert grave_violations(page) == [], path
        assert page.evaluate("document.querySelector('main').scrollWidth <= window.innerWidth"), path
