"""The pages of scores: what each is for, on the demo's data, and that they say what the API says."""

import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from browser.conftest import with_demo_data
from browser.readings import answer, as_table, asked, brush, numbers
from helicorder.model.ids import new_id
from product_server import Product

# The first answer of a fresh server loads what computes it.
expect.set_options(timeout=30_000)

TWO_WEEKS = "range=14d"
VERSION = "property:prompt-version"
DIMENSIONS = quote(json.dumps([VERSION, "property:language", "model"]))


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo's scores, and what the tests of this file add to them."""
    with with_demo_data(tmp_path_factory.mktemp("scores")) as product:
        yield product


def test_the_planted_fault_is_found_by_clicking(page: Page) -> None:
    """From the overview to the moment, the prompt version, requests to read, and the verdict on both versions."""
    page.goto(f"/scores?{TWO_WEEKS}")
    page.get_by_role("link", name="helpfulness", exact=True).click()
    expect(page.get_by_role("heading", name="helpfulness", level=1)).to_be_visible()
    page.get_by_role("link", name="Why did it change?").click()
    expect(page.get_by_text(re.compile(r"p of no change < 0\.001"))).to_be_visible()
    page.get_by_role("button", name=re.compile("prompt-version: v11 → v12")).click()
    expect(page.get_by_role("region", name="Requests to read").get_by_role("link").first).to_be_visible()
    page.get_by_role("link", name="Compare v11 with v12").click()
    expect(page.get_by_text(re.compile(r"Worse: the mean fell by 0\.\d+"))).to_be_visible()
    expect(page.get_by_text("not causal unless chance decided").first).to_be_visible()
    french = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="fr", exact=True))
    expect(french).to_contain_text("worse")
    expect(french).to_contain_text("flagged")
    english = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="en", exact=True))
    expect(english).to_contain_text("not yet known")
    expect(page.get_by_text("3 looks, 1 flagged")).to_be_visible()


def test_a_part_leads_to_requests_that_open(page: Page) -> None:
    """A request named as an example of a part opens."""
    page.goto(f"/bisect?{TWO_WEEKS}&name=helpfulness&dimensions={DIMENSIONS}")
    page.get_by_role("button", name=re.compile("prompt-version: v11 → v12")).click()
    example = page.get_by_role("region", name="Requests to read").get_by_role("link").first
    name = example.inner_text()
    example.click()
    expect(page).to_have_url(re.compile(f"/requests/{re.escape(name)}"))


def test_a_bisection_adds_up_and_says_what_it_is_not(page: Page, filled: Product) -> None:
    """The parts that are drawn are the API's, unexplained among them; the caveat stands beside."""
    body = asked(
        page,
        "/v1/scores/bisect/query",
        lambda: page.goto(f"/bisect?{TWO_WEEKS}&name=helpfulness&dimensions={DIMENSIONS}"),
    )
    told = answer(filled, "/v1/scores/bisect/query", body)["bisection"]
    steps = page.get_by_role("figure", name=re.compile("part by part")).get_by_role("listitem")
    expect(steps).to_have_count(len(told["parts"]) + 2)
    expect(steps.filter(has_text="unexplained")).to_have_count(1)
    expect(steps.first).to_contain_text("before")
    expect(page.get_by_text("not proven causes")).to_be_visible()
    assert math.fsum(part["amount"] for part in told["parts"]) == pytest.approx(told["total"], abs=1e-9)


def test_a_series_says_what_the_api_says_and_gaps_are_gaps(page: Page, filled: Product) -> None:
    """Every number of the chart's table is the API's for the same question; days without scores are no zeros."""
    body = asked(
        page, "/v1/scores/series/query", lambda: page.goto("/scores/helpfulness?range=30d&bucket=day&zone=UTC")
    )
    points = answer(filled, "/v1/scores/series/query", body)["points"]
    shown = numbers(as_table(page, "Over time"))
    assert shown == [[point["mean"], point["low"], point["high"], point["n"]] for point in points]
    assert [None, None, None, 0] in shown


def test_a_total_has_its_n_its_interval_and_what_is_missing(page: Page, filled: Product) -> None:
    """The mean of the window is shown with n, interval, method and the calls that nobody scored."""
    body = asked(page, "/v1/scores/series/query", lambda: page.goto(f"/scores/helpfulness?{TWO_WEEKS}"))
    total = answer(filled, "/v1/scores/series/query", body)["total"]
    panel = page.locator("section", has=page.get_by_role("heading", name="Over time"))
    expect(panel).to_contain_text(f"n {total['n']:,}")
    expect(panel).to_contain_text("t over clusters")
    expect(panel).to_contain_text(f"of {total['missing'] + total['requests']:,} calls")


def test_a_distribution_says_what_the_api_says(page: Page, filled: Product) -> None:
    """Bins and quantiles, as a table, are the API's."""
    body = asked(page, "/v1/scores/distribution/query", lambda: page.goto(f"/scores/helpfulness?{TWO_WEEKS}"))
    told = answer(filled, "/v1/scores/distribution/query", body)
    bins = numbers(as_table(page, "How it is spread"))
    fields = ("low", "high", "n", "share", "share_low", "share_high")
    assert bins == [[one[field] for field in fields] for one in told["bins"]]
    quantiles = numbers(page.get_by_role("table", name=re.compile("Quantiles")))
    assert quantiles == [[one["q"], one["value"], one["low"], one["high"]] for one in told["quantiles"]]


def test_a_breakdown_says_what_the_api_says(page: Page, filled: Product) -> None:
    """Segments by two dimensions, as a table, are the API's."""
    by = quote(json.dumps([VERSION, "property:language"]))
    with page.expect_request(lambda one: "breakdown" in one.url and VERSION in (one.post_data or "")) as found:
        page.goto(f"/scores/helpfulness?{TWO_WEEKS}&by={by}")
    body = found.value.post_data_json
    told = answer(filled, "/v1/scores/breakdown/query", body)["segments"]
    fields = ("n", "mean", "low", "high", "missing", "clusters", "min", "max")
    assert numbers(as_table(page, "What it is made of")) == [[one[field] for field in fields] for one in told]


def test_slices_say_what_the_api_says(page: Page, filled: Product) -> None:
    """The comparison by slice, as a table, is the API's."""
    body = asked(page, "/v1/scores/compare/query", lambda: page.goto(comparison("&by=property:language")))
    told = answer(filled, "/v1/scores/compare/query", body)["slices"]
    shown = numbers(as_table(page, "By language"))
    assert shown == [
        [
            *(one["sides"][side][field] for side in ("a", "b") for field in ("mean", "low", "high", "n")),
            *(one["difference"][field] for field in ("difference", "low", "high")),
            one["adjusted_p"],
        ]
        for one in told
    ]


def comparison(more: str = "") -> str:
    """The address that sets prompt v12 against v11."""

    def segment(version: str) -> str:
        condition = {"field": "properties", "key": "prompt-version", "operator": "equals", "value": version}
        return quote(json.dumps({"filter": {"match": "all", "conditions": [condition]}}))

    return f"/compare?{TWO_WEEKS}&name=helpfulness&a={segment('v11')}&b={segment('v12')}{more}"


def test_a_judge_is_corrected_and_the_chart_says_what_the_api_says(page: Page, filled: Product) -> None:
    """Raw and corrected stand side by side with their counts; every point of the chart is the API's, gaps as gaps."""
    body = asked(page, "/v1/scores/judge/query", lambda: page.goto(f"/judges?{TWO_WEEKS}&name=correct&zone=UTC"))
    told = answer(filled, "/v1/scores/judge/query", body)
    expect(page.get_by_role("figure", name="Means of correct")).to_contain_text(f"{told['labels']:,} labels")
    shown = numbers(as_table(page, "Over time"))
    ends = ("mean", "low", "high", "n")
    assert shown == [[point[side][end] for side in ("raw", "corrected") for end in ends] for point in told["points"]]
    assert told["corrected"]["high"] < told["raw"]["mean"], "the demo's judge flatters"


def test_what_to_label_next_comes_with_probabilities(page: Page, filled: Product) -> None:
    """Each thing to label has the probability to send along, and the whole plan can be copied."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    body = asked(
        page, "/v1/scores/labels/query", lambda: page.goto(f"/judges?{TWO_WEEKS}&name=correct&tab=labels&budget=20")
    )
    items = answer(filled, "/v1/scores/labels/query", body)["items"]
    shown = numbers(page.get_by_role("table", name="Things to label"))
    assert [row[-1] for row in shown] == [item["inclusion"] for item in items]
    page.get_by_role("button", name="Copy as JSON lines").click()
    expect(page.get_by_text("Copied: one line for each thing to label")).to_be_visible()
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert [json.loads(line)["inclusion"] for line in lines] == [item["inclusion"] for item in items]


def test_drift_needs_anchors_and_tells_who_moved(page: Page, filled: Product) -> None:
    """Without anchors the page says what they are; with the demo's it says that the judge moved, and by how much."""
    page.goto(f"/judges?{TWO_WEEKS}&name=faithfulness&tab=drift")
    expect(page.get_by_text("Say which calls are anchors")).to_be_visible()
    page.get_by_role("group", name="Anchors").get_by_role("button", name="Filter").click()
    body = asked(page, "/v1/scores/drift/query", lambda: add_condition(page, "Property", "anchor", "yes"))
    told = answer(filled, "/v1/scores/drift/query", body)
    assert told["verdict"]["word"] == "judge"
    expect(page.get_by_text(told["verdict"]["sentence"])).to_be_visible()
    expect(page.get_by_text(f"{told['anchors']['n_a']} anchors, paired")).to_be_visible()
    expect(page.get_by_role("row").filter(has=page.get_by_label("this answer"))).to_contain_text("the judge")


def add_condition(page: Page, what: str, name: str, value: str) -> None:
    """Add a condition in the popover that stands open."""
    page.get_by_role("combobox", name="What to filter by").fill(what)
    page.keyboard.press("Enter")
    page.get_by_role("combobox", name="Name", exact=True).fill(name)
    page.keyboard.press("Tab")
    page.get_by_role("combobox", name="Value", exact=True).fill(value)
    page.get_by_role("option", name=value).first.click()
    page.get_by_role("button", name="Add", exact=True).click()


def test_raters_agree_as_the_api_says(page: Page, filled: Product) -> None:
    """The heat map holds kappa of every two raters; a pair that is pressed shows its table of what they said."""
    body = asked(page, "/v1/scores/agreement/query", lambda: page.goto(f"/agreement?{TWO_WEEKS}&name=correct"))
    told = answer(filled, "/v1/scores/agreement/query", body)
    names = ["".join(rater["authors"]) for rater in told["raters"]]
    pair = next(one for one in told["pairs"] if {names[place] for place in one["raters"]} == {"ana", "ben"})
    heat = page.get_by_role("table", name=re.compile("kappa"))
    tile = heat.get_by_role("button", name=re.compile(f"{pair['kappa']['value']:.3g}.*n {pair['n']}", re.DOTALL)).first
    tile.click()
    expect(page.get_by_role("heading", name="ana and ben")).to_be_visible()
    confusion = page.get_by_role("table", name=re.compile("What ben said where ana"))
    assert [[int(text) for text in row] for row in cells(confusion)] == pair["confusion"]


def test_who_is_lenient_is_told_and_flagged(page: Page, filled: Product) -> None:
    """How much higher each rater scores on the same things stands with its interval; the demo's kind one is flagged."""
    body = asked(page, "/v1/scores/agreement/query", lambda: page.goto(f"/agreement?{TWO_WEEKS}&name=tone"))
    told = answer(filled, "/v1/scores/agreement/query", body)
    names = ["".join(rater["authors"]) for rater in told["raters"]]
    rows = page.get_by_role("figure", name="How much higher each rater scores").get_by_role("listitem")
    for one in told["biases"]:
        row = rows.filter(has_text=names[one["rater"]])
        expect(row).to_contain_text(f"n {one['bias']['n']}")
    expect(rows.filter(has_text="carla")).to_contain_text("flagged")


def test_lines_of_segments_say_what_the_api_says(page: Page, filled: Product) -> None:
    """Split by a dimension, every number of every line is the API's."""
    body = asked(
        page,
        "/v1/scores/series/query",
        lambda: page.goto(f"/scores/helpfulness?{TWO_WEEKS}&bucket=day&zone=UTC&lines=property:language"),
    )
    told = answer(filled, "/v1/scores/series/query", body)["segments"]
    assert len(told) == 3
    shown = numbers(as_table(page, "Over time"))
    fields = ("mean", "low", "high", "n")
    points = zip(*(line["points"] for line in told), strict=True)
    assert shown == [[point[field] for point in row for field in fields] for row in points]


def cells(table: Locator) -> list[list[str]]:
    """The texts of a table's body."""
    found: list[list[str]] = table.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.querySelectorAll('td')].map(cell => cell.innerText))"
    )
    return found


def test_segments_are_built_side_by_side(page: Page) -> None:
    """A preset sets two versions against each other; conditions can be taken off and put on either side."""
    page.goto(f"/compare?{TWO_WEEKS}&name=helpfulness")
    expect(page.get_by_text("Both segments are all calls of this time")).to_be_visible()
    page.get_by_role("button", name="Presets").click()
    page.get_by_role("button", name="Compare these two").click()
    for side, version in (("a", "v11"), ("b", "v12")):
        expect(page.get_by_role("region", name=f"Segment {side}")).to_contain_text(f"prompt-version is {version}")
    expect(page.get_by_text(re.compile("^Worse:"))).to_be_visible()
    page.get_by_role("button", name="Swap a and b").click()
    expect(page.get_by_text(re.compile("^Better:"))).to_be_visible()
    page.get_by_role("region", name="Segment a").get_by_role("button", name=re.compile("^Remove")).click()
    expect(page.get_by_text("a: all calls")).to_be_visible()


def test_a_segment_that_is_pressed_becomes_the_filter(page: Page) -> None:
    """Pressing a segment of the breakdown filters the page by it, in its address."""
    page.goto(f"/scores/helpfulness?{TWO_WEEKS}&by={quote(json.dumps(['property:language']))}")
    page.get_by_role("button", name="fr", exact=True).click()
    expect(page.get_by_role("group", name="Filter")).to_contain_text("language is fr")
    expect(page).to_have_url(re.compile("language"))
    page.reload()
    expect(page.get_by_role("group", name="Filter")).to_contain_text("language is fr")


@pytest.fixture
def own(filled: Product) -> str:
    """A score of a name of its own: given by ana, with a comment, to a call of the demo."""
    name = f"clarity-{new_id()}"
    body = {"request_id": "history-200", "name": name, "value": 0.25, "source": "human", "author": "ana"}
    assert filled.ask("POST", "/v1/scores", body | {"comment": "hard to follow"}).status == 200
    return name


def test_a_score_is_changed_and_deleted_with_reasons(page: Page, filled: Product, own: str) -> None:
    """A change is a new version that says why; a deletion too; every version stays to be read."""
    page.goto(f"/scores/{own}?{TWO_WEEKS}")
    expect(page.get_by_text("hard to follow")).to_be_visible()
    page.get_by_role("button", name="Open with its versions").click()
    page.get_by_role("button", name="Change", exact=True).click()
    form = page.get_by_role("form", name="Change this score")
    form.get_by_label("Value").fill("0.75")
    form.get_by_label("Why it is changed").fill("read it again")
    form.get_by_role("button", name="Save a new version").click()
    versions = page.get_by_role("region", name="Versions, the newest first").get_by_role("article")
    expect(versions).to_have_count(2)
    expect(versions.first).to_contain_text("read it again")
    expect(versions.first).to_contain_text("0.75")
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_label("Why it is deleted").fill("given to the wrong call")
    page.get_by_role("button", name="Delete the score").click()
    expect(versions).to_have_count(3)
    expect(versions.first).to_contain_text("given to the wrong call")
    left = answer(filled, "/v1/scores/query", {"names": [own]})["scores"]
    assert left == []


def test_a_definition_is_written_refused_in_the_apis_words_and_deleted(page: Page) -> None:
    """What makes no sense is refused as the API words it; what does counts at once and can be taken back."""
    name = f"politeness-{new_id()}"
    page.goto("/definitions")
    page.get_by_role("button", name="Define a score").click()
    dialog = page.get_by_role("dialog", name="Define a score")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_label("Lowest").fill("5")
    dialog.get_by_label("Highest").fill("1")
    dialog.get_by_role("button", name="lower is better").click()
    dialog.get_by_role("button", name="Save the definition").click()
    expect(dialog.get_by_role("alert")).to_have_text("minimum, maximum: finite, and in this order.")
    dialog.get_by_label("Lowest").fill("1")
    dialog.get_by_label("Highest").fill("5")
    dialog.get_by_role("button", name="Save the definition").click()
    row = page.get_by_role("row").filter(has_text=name)
    expect(row).to_contain_text("1 to 5")
    expect(row).to_contain_text("lower is better")
    row.get_by_role("button", name=re.compile("^Delete the definition")).click()
    page.get_by_role("button", name="Delete the definition", exact=True).click()
    expect(row).to_have_count(0)


def test_a_pinned_number_replays_and_says_what_changed(page: Page, filled: Product, own: str) -> None:
    """A copied link draws the answer as it was; after another score it still does, and sets then against now."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/scores/{own}?{TWO_WEEKS}")
    panel = page.locator("section", has=page.get_by_role("heading", name="Over time"))
    panel.get_by_role("button", name="Copy a link that replays this number").click()
    expect(page.get_by_text("Copied: a link that replays this number")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto(link)
    expect(page.get_by_text("replays identically")).to_be_visible()
    expect(page.get_by_text("nothing has changed since")).to_be_visible()
    body = {"request_id": "history-201", "name": own, "value": 0.75, "source": "human", "author": "ben"}
    assert filled.ask("POST", "/v1/scores", body).status == 200
    page.reload()
    expect(page.get_by_text("replays identically")).to_be_visible()
    changed = page.get_by_role("table", name="Then and now").get_by_role("row").nth(1)
    expect(changed).to_contain_text(re.compile(r"0\.25.*n 1.*0\.5.*n 2", re.DOTALL))


def test_a_score_of_a_call_that_has_not_come_is_listed(page: Page, filled: Product) -> None:
    """The overview lists scores that wait for their call, with how long they have."""
    absent = f"absent-{new_id()}"
    assert filled.ask("POST", "/v1/scores", {"request_id": absent, "name": "helpfulness", "value": 0.5}).status == 200
    page.goto("/scores")
    row = page.get_by_role("table", name="Scores whose call has not come").get_by_role("row").filter(has_text=absent)
    expect(row).to_contain_text(re.compile(r"\d+(\.\d+)? (ms|s)"))


def test_without_scores_the_page_says_how_to_send_one(page: Page, filled: Product) -> None:
    """An organisation without scores sees snippets with this server's own address; a reader's key writes nothing."""
    name = f"empty-{new_id()}"
    assert filled.command("org", "create", name).returncode == 0
    made = filled.command("keys", "create", "reader", "--org", name, "--scopes", "read")
    key = re.search(r"sk-helicone-\S+", made.stdout)
    assert key is not None, made.stderr
    assert page.context.request.post("/v1/auth/sign-in", data={"key": key[0]}).ok
    page.goto("/scores")
    expect(page.get_by_text("No scores yet")).to_be_visible()
    expect(page.get_by_text(f"{filled.base}/v1/request/REQUEST_ID/score")).to_be_visible()
    page.get_by_role("tab", name="Python").click()
    expect(page.get_by_text(f'"{filled.base}/v1/scores"')).to_be_visible()
    page.goto("/definitions")
    expect(page.get_by_text("Nothing is defined, and there are no scores yet")).to_be_visible()
    expect(page.get_by_role("button", name="Define a score")).to_have_count(0)


PAYLOADS = (
    "<img src=x onerror=alert(1)>",
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "'\"><svg/onload=alert(1)>",
    "{{constructor.constructor('alert(1)')()}}",
)


def test_whatever_a_score_says_is_shown_and_never_run(page: Page, filled: Product) -> None:
    """Names, categories, comments, authors and reasons are text: nothing in them runs or asks for anything."""
    run = new_id()
    for number, payload in enumerate(PAYLOADS):
        body = {"request_id": f"history-{210 + number}", "name": f"{payload} {run}", "value": payload}
        said = {"source": "human", "author": payload, "comment": payload, "metadata": {"<b>": payload}}
        stored = filled.ask("POST", "/v1/scores", body | said)
        assert stored.status == 200, stored.body
        changed = filled.ask("PATCH", f"/v1/scores/{stored.json()['data']['id']}", {"reason": payload})
        assert changed.status == 200, changed.body
    page.goto(f"/scores?{TWO_WEEKS}")
    for payload in PAYLOADS:
        expect(page.get_by_role("link", name=f"{payload} {run}", exact=True)).to_be_visible()
    for payload in PAYLOADS:
        page.goto(f"/scores/{quote(f'{payload} {run}', safe='')}?{TWO_WEEKS}")
        expect(page.get_by_role("heading", name=f"{payload} {run}", level=1)).to_be_visible()
        page.get_by_role("button", name="Open with its versions").click()
        expect(page.get_by_role("article").first).to_contain_text(payload)
    page.goto(f"/agreement?{TWO_WEEKS}&name={quote(PAYLOADS[0] + ' ' + run)}")
    expect(page.get_by_role("heading", name="Agreement")).to_be_visible()


ADDRESSES = {
    "overview": f"/scores?{TWO_WEEKS}",
    "score": f"/scores/helpfulness?{TWO_WEEKS}",
    "compare": comparison("&by=property:language"),
    "bisect": f"/bisect?{TWO_WEEKS}&name=helpfulness&dimensions={DIMENSIONS}",
    "judges": f"/judges?{TWO_WEEKS}&name=correct",
    "labels": f"/judges?{TWO_WEEKS}&name=correct&tab=labels",
    "agreement": f"/agreement?{TWO_WEEKS}&name=correct",
    "definitions": "/definitions?edit=helpfulness",
}


NOTHING = (
    "no scores in this time",
    "no change to take apart",
    "no judge has judged",
    "nothing to label",
    "fewer than two raters",
    "not yet known",
)


@pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES.keys())
def test_a_window_without_scores_says_so(page: Page, address: str) -> None:
    """In a time without scores each page says that there is nothing, and shows no number in its place."""
    if "range" not in address:
        pytest.skip("definitions know no time")
    long_ago = {"from": "2020-01-01T00:00:00Z", "to": "2020-01-08T00:00:00Z"}
    page.goto(address.replace(TWO_WEEKS, "&".join(f"{name}={at}" for name, at in long_ago.items())))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Loading")).to_have_count(0)
    nothing = re.compile("|".join(NOTHING), re.IGNORECASE)
    expect(page.get_by_text(nothing).first).to_be_visible()


def test_a_refusal_is_shown_in_the_apis_words(page: Page) -> None:
    """What the API refuses is told in its own sentence, with a way to try again."""
    page.goto(f"/scores/helpfulness?{TWO_WEEKS}&by={quote(json.dumps(['colour']))}")
    expect(page.get_by_role("alert")).to_contain_text("'colour' is no dimension")


def test_an_unknown_name_is_no_score(page: Page) -> None:
    """An address with a name that nobody gave says so and leads back."""
    page.goto(f"/scores/{new_id()}")
    expect(page.get_by_text(re.compile("No score is called"))).to_be_visible()
    page.get_by_role("link", name="All scores").click()
    expect(page).to_have_url(re.compile(r"/scores(\?|$)"))


def test_brushing_over_the_chart_zooms_in(page: Page) -> None:
    """Drawing over a stretch of the chart makes it the window of the page."""
    page.goto(f"/scores/helpfulness?{TWO_WEEKS}")
    brush(page, "helpfulness over time", 0.5, 0.8)
    page.wait_for_url(re.compile("from="))
    words = parse_qs(urlsplit(page.url).query)
    start, end = (dt.datetime.fromisoformat(words[end][0].strip('"')) for end in ("from", "to"))
    assert dt.timedelta(days=2) < end - start < dt.timedelta(days=8)
