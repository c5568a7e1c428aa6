"""Texts that try to become more than texts: two hundred of them, in every field that a page shows."""

import datetime as dt
import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browser.conftest import Watched
from helicorder.model.ids import new_id
from product_server import Product

MARK = "hostile"
"""Stands in every element and script that a payload would make, so that none can be mistaken for the page's own."""

_RUN = f"alert('{MARK}')"
_ELSEWHERE = f"https://elsewhere.example/{MARK}"
_WRAPPERS = ("{}", '"{}', "'{}", '">{}', "'>{}", "</title>{}", "</textarea>{}", "-->{}", "<!--{}", "<![CDATA[{}]]>")
_ELEMENTS = (
    f"<script>{_RUN}</script>",
    f"<script src={_ELSEWHERE}></script>",
    f"<img src=x class={MARK} onerror={_RUN}>",
    f"<img src={_ELSEWHERE}.png class={MARK}>",
    f"<svg class={MARK} onload={_RUN}></svg>",
    f"<svg><script>{_RUN}</script></svg>",
    f"<svg><use href='{_ELSEWHERE}#x'></use></svg>",
    f"<iframe class={MARK} srcdoc='<script>{_RUN}</script>'></iframe>",
    f"<iframe class={MARK} src='javascript:{_RUN}'></iframe>",
    f"<object class={MARK} data='{_ELSEWHERE}'></object>",
    f"<embed class={MARK} src='{_ELSEWHERE}'>",
    f"<link rel=stylesheet class={MARK} href='{_ELSEWHERE}.css'>",
    f"<style class={MARK}>body{{display:none}}</style>",
    f"<base href='{_ELSEWHERE}/' class={MARK}>",
    f"<meta http-equiv=refresh content='0;url={_ELSEWHERE}' class={MARK}>",
    f"<body class={MARK} onload={_RUN}>",
    f"<input class={MARK} autofocus onfocus={_RUN}>",
    f"<details class={MARK} open ontoggle={_RUN}>x</details>",
    f"<video class={MARK} src='{_ELSEWHERE}' autoplay onerror={_RUN}></video>",
    f"<audio class={MARK} src='{_ELSEWHERE}' autoplay></audio>",
    f"<form class={MARK} action='javascript:{_RUN}'><button>go</button></form>",
    f"<math><mtext><img src=x class={MARK} onerror={_RUN}></mtext></math>",
    f"<a class={MARK} href='javascript:{_RUN}'>click</a>",
    f"<div class={MARK} style='background:url({_ELSEWHERE})'>x</div>",
    f"<template><img src=x class={MARK} onerror={_RUN}></template>",
    f"<noscript><p title='</noscript><img src=x class={MARK} onerror={_RUN}>'></noscript>",
    f"<ScRiPt>{_RUN}</ScRiPt>",
    f"<scr<script>ipt>{_RUN}</scr</script>ipt>",
    f"<img/src=x/class={MARK}/onerror={_RUN}>",
    f"<marquee class={MARK} onstart={_RUN}>x</marquee>",
)
_WORDS = (
    f"javascript:{_RUN}",
    f"JaVaScRiPt:{_RUN}",
    f"java\tscript:{_RUN}",
    f"data:text/html,<script>{_RUN}</script>",
    f"data:image/svg+xml,<svg onload={_RUN}>",
    f"vbscript:{_RUN}",
    f"//elsewhere.example/{MARK}",
    _ELSEWHERE,
    f"[click](javascript:{_RUN})",
    f"![x]({_ELSEWHERE}.png)",
    f"<{_ELSEWHERE}>",
    f"[x]: javascript:{_RUN}",
    f"```html\n<script>{_RUN}</script>\n```",
    f"`<img src=x class={MARK} onerror={_RUN}>`",
    "{{constructor.constructor('" + _RUN + "')()}}",
    "${" + _RUN + "}",
    "#{" + _RUN + "}",
    "<%= " + _RUN + " %>",
    "{%" + _RUN + "%}",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    '{"__proto__": {"polluted": true}}',
    '{"constructor": {"prototype": {"polluted": true}}}',
    f"&lt;script&gt;{_RUN}&lt;/script&gt;",
    f"&#60;script&#62;{_RUN}",
    f"\\u003cscript\\u003e{_RUN}",
    f"%3Cscript%3E{_RUN}%3C/script%3E",
    f"<script>{_RUN}//",
    "\u202e\u202dreversed\u202c",
    "\u2066isolated",
    "\u200b\u200c\u200d\ufeffinvisible",
    "e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301zalgo",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",
    "\ufffe\uffff",
    "\ud7ff\ue000",
    "ﷺ" * 20,
    "\u2028\u2029line ends",
    "%s%n%x",
    "' OR 1=1 --",
    "'; DROP TABLE calls; --",
    "../../etc/passwd",
    "..%2f..%2fv1%2fapi-keys",
    "?open=1&tab=raw#x",
    "a" * 200,
    "NaN",
    "null",
    "undefined",
    "[object Object]",
)
CONTROLS = "\x01\x07\x08\x1b[31m\x7f\x85"


def payloads() -> list[str]:
    """Two hundred of them, all different: elements in every wrapper that might break out of something, and words."""
    wrapped = (wrapper.format(element) for wrapper, element in itertools.product(_WRAPPERS, _ELEMENTS))
    return [*_WORDS, *itertools.islice(wrapped, 200 - len(_WORDS))]


PAYLOADS = payloads()
PER_CALL = 20


def test_there_are_two_hundred_of_them() -> None:
    """The number that is promised, none twice."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) == 200


@pytest.fixture(scope="module")
def hostile(filled: Product) -> list[str]:
    """The ids of calls in whose every field a payload stands; each payload stands in several."""
    ids = []
    for number, some in enumerate(_cut(PAYLOADS)):
        request_id = f"{some[0][:40].replace(chr(9), ' ')} {number} {new_id()}"
        call = _call(request_id, list(some), number)
        answer = filled.ask("POST", "/v1/calls/batch", {"calls": [call]})
        assert answer.json()["data"]["stored"] == 1, answer.body
        stored = filled.ask("POST", "/v1/scores/batch", {"scores": list(_scores(request_id, some))}).json()["data"]
        assert stored["stored"] == len(stored["results"]), [one for one in stored["results"] if one["error"]]
        _edit(filled, request_id, some)
        ids.append(request_id)
    return ids


def _cut(some: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(some), PER_CALL):
        yield some[start : start + PER_CALL]


def _call(request_id: str, some: list[str], number: int) -> dict[str, Any]:
    """A call that says every one of some payloads in its bodies, and one in each of its other fields."""
    said = itertools.cycle(some)

    def plain() -> str:
        return next(said)[:250]

    at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=number)
    return {
        "request_id": request_id,
        "created_at": at.isoformat(),
        "provider": plain(),
        "model": plain(),
        "request_model": plain(),
        "response_model": plain(),
        "model_override": plain(),
        "path": plain(),
        "target_url": plain(),
        "user_id": plain(),
        "session_id": plain(),
        "session_name": plain(),
        "session_path": plain(),
        "prompt_id": plain(),
        "prompt_version": plain(),
        "referrer": plain(),
        "country_code": plain(),
        "properties": {_name(payload): payload for payload in some},
        "request_body": json.dumps(_asked(some)),
        "response_body": json.dumps(_answered(some)),
    }


def _asked(some: list[str]) -> dict[str, Any]:
    parts = [{"type": "text", "text": payload + CONTROLS} for payload in some]
    pictures = [{"type": "image_url", "image_url": {"url": payload, "detail": payload}} for payload in some]
    svg = "data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+"
    call = {
        "id": some[0],
        "type": "function",
        "function": {"name": some[1], "arguments": json.dumps({some[2]: some[3]})},
    }
    return {
        "model": some[0],
        "tools": [
            {
                "type": "function",
                "function": {"name": payload, "description": payload, "parameters": {payload: payload}},
            }
            for payload in some[:5]
        ],
        some[4]: some[5],
        "messages": [
            {"role": "system", "content": some[6]},
            {
                "role": "user",
                "name": some[7],
                "content": [*parts, *pictures, {"type": "image_url", "image_url": {"url": svg}}],
            },
            {"role": "assistant", "content": None, "tool_calls": [call]},
            {"role": "tool", "tool_call_id": some[0], "content": some[8]},
            {"role": some[9], "content": some[10]},
            {"role": "user", "content": [{"type": some[11], some[12]: some[13]}]},
        ],
    }


def _answered(some: list[str]) -> dict[str, Any]:
    choices = [
        {
            "index": place,
            "message": {"role": "assistant", "content": payload, "refusal": payload, "reasoning_content": payload},
            "finish_reason": payload,
        }
        for place, payload in enumerate(some)
    ]
    return {"model": some[1], "choices": choices, "error": {"type": some[2], "message": some[3]}}


def _name(text: str) -> str:
    """A payload as a name may be: of names control characters are refused."""
    return "".join(character for character in text if character.isprintable())[:200] or "blank"


def _scores(request_id: str, some: Sequence[str]) -> Iterator[dict[str, Any]]:
    for place, payload in enumerate(some):
        score = {
            "request_id": request_id,
            "name": f"{_name(payload)} {place}",
            "comment": payload,
            "author": _name(payload),
            "source": "human",
            "metadata": {_name(payload): payload},
        }
        if place % 4 == 0:
            yield score | {"value": place / 10}
        elif place % 4 == 1:
            yield score | {"value": _name(payload), "kind": "categorical"}
        else:
            yield score | {"value": payload, "kind": ("text", "correction")[place % 2]}


def _edit(product: Product, request_id: str, some: Sequence[str]) -> None:
    """Change one of its scores, so that there are versions with a reason."""
    found = product.ask("POST", "/v1/scores/query", {"target_ids": [request_id], "limit": 1}).json()["data"]["scores"]
    path = f"/v1/scores/{quote(found[0]['id'], safe='')}"
    answer = product.ask("PATCH", path, {"comment": some[1], "reason": some[0]})
    assert answer.status == 200, answer.body


@pytest.fixture
def page(context: BrowserContext, filled: Product) -> Iterator[Page]:
    """A page that tells of every violation of its policy, and of everything that the payloads wanted."""
    opened = context.new_page()
    opened.add_init_script(
        "window.violations = [];"
        "addEventListener('securitypolicyviolation', event => {"
        "  violations.push(`${event.violatedDirective} ${event.blockedURI}`);"
        "});"
    )
    watched = Watched(opened, filled.base)
    yield opened
    assert watched.faults == []


def harmless(page: Page) -> None:
    """Nothing that a payload would make is there, and nothing was tried."""
    assert page.evaluate("violations") == []
    assert page.locator(f".{MARK}").count() == 0
    assert page.locator(f'[src*="{MARK}"], [href^="javascript:" i], [srcdoc], [onload], [onerror]').count() == 0
    assert page.evaluate("({}).polluted") is None
    assert page.locator("script").count() == 1


def test_the_table_shows_them_as_texts(page: Page, filled: Product, hostile: list[str]) -> None:
    """Every column, those of hostile scores and properties, too; the menus of cells, and the choice of columns."""
    columns = [
        *("created_at", "status", "model", "provider", "messages", "request_preview", "response_preview", "user_id"),
        *("session_id", "session_name", "session_path", "prompt_id", "prompt_version", "request_id", "path", "scores"),
        *("target_url", "country_code", "referrer"),
    ]
    strange = [f"property:{_name(payload)}" for payload in PAYLOADS[::11]]
    judged = [f"score:{_name(payload)} {place % PER_CALL}" for place, payload in enumerate(PAYLOADS)][::11]
    for some in (columns, strange, judged):
        page.goto(f"/requests?range=1h&columns={quote(json.dumps(some))}")
        expect(page.locator("[data-index]:not([data-waiting])").first).to_be_visible()
        harmless(page)
    page.goto(f"/requests?range=1h&columns={quote(json.dumps(columns))}")
    for column in ("model", "user_id", "messages"):
        page.locator(f'[data-index="0"]:not([data-waiting]) [data-column="{column}"]').click(button="right")
        expect(page.get_by_role("menu")).to_be_visible()
        harmless(page)
        page.keyboard.press("Escape")
    page.get_by_role("button", name="Columns").click()
    expect(page.get_by_role("region", name="Properties")).to_be_visible()
    harmless(page)


@pytest.mark.parametrize("number", range(len(PAYLOADS) // PER_CALL))
def test_a_request_shows_them_as_texts(page: Page, hostile: list[str], number: int) -> None:
    """The conversation, the bodies as trees and as texts, the scores with their versions: whatever a caller sent."""
    request_id = hostile[number]
    page.goto(f"/requests/{quote(request_id, safe='')}")
    expect(page.get_by_role("article").first).to_be_visible()
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true;")
    harmless(page)
    page.get_by_role("tab", name="Raw").click()
    expect(page.get_by_role("region", name="Response")).to_be_visible()
    page.evaluate(
        "for (const fold of document.querySelectorAll('main li > button[aria-expanded=false]')) fold.click();"
    )
    harmless(page)
    page.get_by_role("button", name="Text", exact=True).click()
    harmless(page)
    page.get_by_role("tab", name="Scores").click()
    expect(page.get_by_role("button", name="Show the versions of").first).to_be_visible()
    page.evaluate("for (const fold of document.querySelectorAll('[aria-label^=\"Show the versions\"]')) fold.click();")
    expect(page.get_by_role("list", name="Versions").first).to_be_visible()
    harmless(page)
    page.keyboard.press("s")
    expect(page.get_by_role("form", name="Score this request")).to_be_visible()
    harmless(page)


def test_what_calls_are_grouped_by_is_text_too(page: Page, hostile: list[str]) -> None:
    """Users, sessions, models and properties may be called anything, in lists, in charts and on pages of their own."""
    assert hostile
    for path in ("/dashboard", "/users", "/models", "/properties", "/sessions"):
        page.goto(f"{path}?range=1h&by=user_id")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("table").first).to_be_visible()
        harmless(page)
    for payload in PAYLOADS[::16]:
        name = quote(_name(payload), safe="")
        for path in (f"/users/{name}", f"/properties/{name}", f"/sessions/{name}"):
            page.goto(f"{path}?range=1h")
            expect(page.get_by_role("heading", level=1).or_(page.get_by_text("No session has this id"))).to_be_visible()
            harmless(page)


def test_what_is_typed_or_linked_is_text_too(page: Page, hostile: list[str]) -> None:
    """Filters, searches and ids in an address, and the sheet beside the table."""
    for payload in PAYLOADS[::8]:
        conditions = [
            {"field": "model", "operator": "equals", "value": payload},
            {"field": payload, "operator": "equals", "value": payload},
            {"field": "properties", "key": payload, "operator": "contains", "value": payload},
        ]
        condition = quote(json.dumps({"match": "all", "conditions": conditions}))
        page.goto(f"/requests?filter={condition}&search={quote(json.dumps(payload))}")
        expect(page.get_by_role("group", name="Filter")).to_be_visible()
        harmless(page)
    page.goto(f"/requests?open={quote(json.dumps(hostile[0]))}")
    expect(page.get_by_role("dialog", name="Request").get_by_role("article").first).to_be_visible()
    harmless(page)


def test_the_guide_shows_an_arriving_call_as_text(page: Page, filled: Product, hostile: list[str]) -> None:
    """A hostile call that comes in live, on the page that waits for it, and above the table."""
    for address, shows in (("/welcome", "Your call has arrived"), ("/requests?live=true", "live <b>hostile")):
        page.goto(address)
        page.wait_for_timeout(1000)
        body = _asked(PAYLOADS[60:80]) | {"messages": [{"role": "user", "content": f"live <b>hostile {PAYLOADS[60]}"}]}
        call = _call(new_id(), PAYLOADS[60:80], 0) | {
            "created_at": dt.datetime.now(dt.UTC).isoformat(),
            "request_body": json.dumps(body),
        }
        assert filled.ask("POST", "/v1/calls/batch", {"calls": [call]}).json()["data"]["stored"] == 1
        expect(page.get_by_text(shows).first).to_be_visible()
        harmless(page)


def test_an_author_may_be_called_anything(browser: Any, filled: Product) -> None:
    """A key whose name is a payload signs in, and scores in that name."""
    made = filled.ask("POST", "/v1/api-keys", {"api_key_name": f"<img src=x class={MARK} onerror={_RUN}>"}).json()
    context = browser.new_context(base_url=filled.base)
    assert context.request.post("/v1/auth/sign-in", data={"key": made["apiKey"]}).ok
    page = context.new_page()
    watched = Watched(page, filled.base)
    page.goto("/requests")
    expect(page.get_by_text("onerror=").first).to_be_visible()
    assert page.locator(f".{MARK}").count() == 0
    assert watched.faults == []
    context.close()
