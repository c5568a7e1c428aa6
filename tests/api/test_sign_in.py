"""Signing in and out with a browser, through the real server."""

import datetime as dt
import http.cookies
import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for_all
from typing import Any

import pytest

from helicorder.control.guesses import FAILURES_OF_STRANGERS, FAILURES_PER_NETWORK
from helicorder.model.ids import new_id
from product_server import Answer, Product

PASSWORD = "correct horse battery staple"
NEW = "another horse, another battery"
SAME = {"Sec-Fetch-Site": "same-origin"}
_addresses = (f"198.51.100.{number}" for number in itertools.cycle(range(1, 255)))


def sign_in(product: Product, credentials: dict[str, Any], headers: dict[str, str] | None = None) -> Answer:
    """A sign-in from an address that nobody failed from."""
    return product.ask(
        "POST", "/v1/auth/sign-in", credentials, {"X-Forwarded-For": next(_addresses), **(headers or {})}, key=None
    )


def cookies_of(answer: Answer) -> dict[str, http.cookies.Morsel[str]]:
    """The cookies that an answer sets."""
    return {name: morsel for line in answer.cookies for name, morsel in http.cookies.SimpleCookie(line).items()}


def cookie_of(answer: Answer) -> http.cookies.Morsel[str]:
    """The session's cookie that an answer sets."""
    return cookies_of(answer)["helicorder_session"]


def device(answer: Answer) -> dict[str, str]:
    """What the browser of that sign-in sends at the next one, when its session is over."""
    return {"Cookie": f"helicorder_device={cookies_of(answer)['helicorder_device'].value}"}


def page(answer: Answer) -> dict[str, str]:
    """What a page of ours sends after that sign-in."""
    assert answer.status == 200, answer.body
    return {"Cookie": f"helicorder_session={cookie_of(answer).value}", **SAME}


def person(product: Product, role: str = "member") -> tuple[str, str]:
    """A new member with PASSWORD: (id, name)."""
    name = f"{role}-{new_id()}"
    made = product.ask("POST", "/v1/organization/members", {"name": name, "role": role, "password": PASSWORD})
    assert made.status == 200, made.body
    return made.json()["data"]["member"]["id"], name


def me(product: Product, headers: dict[str, str]) -> Answer:
    """Who the headers stand for."""
    return product.ask("GET", "/v1/auth/me", headers=headers, key=None)


def within_a_second(holds: Callable[[], bool]) -> None:
    """Assert that something holds whenever it is asked for a second later or more, however long the asking takes."""
    began = asked = time.monotonic()
    while not holds():
        assert asked - began < 1
        time.sleep(0.02)
        asked = time.monotonic()


def test_a_key_signs_in(product: Product) -> None:
    """The answer says who signed in, as /v1/auth/me does for the cookie and for the key itself."""
    answer = sign_in(product, {"key": product.key})
    data = answer.json()["data"]
    assert (data["organization"]["name"], data["member"]) == ("default", None)
    assert data["key"]["name"] == data["author"] == "bootstrap"
    assert data["scopes"] == ["admin", "read", "write"]
    left = dt.datetime.fromisoformat(data["expires_at"]) - dt.datetime.now(dt.UTC)
    assert dt.timedelta(hours=167.9) < left <= dt.timedelta(hours=168)
    assert me(product, page(answer)).json()["data"] == data
    assert product.ask("GET", "/v1/auth/me").json()["data"] == data | {"expires_at": None}


def test_a_member_signs_in(product: Product) -> None:
    """A name in any case and the password are enough; the author is the name, scopes are the role's."""
    member_id, name = person(product, "viewer")
    data = sign_in(product, {"name": name.upper(), "password": PASSWORD}).json()["data"]
    assert data["member"] == {"id": member_id, "name": name, "display_name": name, "role": "viewer"}
    assert (data["key"], data["author"], data["scopes"]) == (None, name, ["read"])


def test_what_a_person_writes_names_them(product: Product) -> None:
    """A score that was given in a session names the member as its writer, where that of a key names the key."""
    member_id, name = person(product)
    headers = page(sign_in(product, {"name": name, "password": PASSWORD}))
    item = {"request_id": new_id(), "name": "seen", "value": True, "source": "human", "author": name}
    made = product.ask("POST", "/v1/scores", item, headers, key=None).json()["data"]
    kept = product.ask("GET", f"/v1/scores/{made['id']}").json()["data"]
    assert (kept["author"], kept["key_id"]) == (name, f"member:{member_id}")


def test_the_cookie_is_for_this_host_and_no_script(product: Product) -> None:
    """HttpOnly, SameSite=Strict, for all paths and no other host, for as long as the session; Secure behind TLS."""
    plain = cookie_of(sign_in(product, {"key": product.key}))
    behind_tls = cookie_of(sign_in(product, {"key": product.key}, {"X-Forwarded-Proto": "https"}))
    for cookie, secure in ((plain, ""), (behind_tls, True)):
        assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "strict", "/")
        assert (cookie["domain"], cookie["secure"]) == ("", secure)
        assert int(cookie["max-age"]) == pytest.approx(168 * 3600, abs=30)
        assert len(cookie.value) > 43


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"key": "k", "name": "n", "password": "p"},
        {"name": "n"},
        {"password": "p"},
        {"key": "k", "password": "p"},
        {"key": 1},
        {"name": ["n"], "password": {}},
        {"token": "t"},
        [],
        "key",
    ],
)
def test_what_is_no_sign_in_is_refused(product: Product, body: Any) -> None:
    """Anything but a key alone, or name and password, is 422, and sets no cookie."""
    answer = sign_in(product, body)
    assert (answer.status, "set-cookie" in answer.headers) == (422, False)


def test_one_sentence_refuses_whatever_was_wrong(product: Product) -> None:
    """Wrong key, wrong password, wrong name, a key that is a session, a removed member: 401, and the same answer."""
    member_id, name = person(product)
    gone_id, gone = person(product)
    assert product.ask("DELETE", f"/v1/organization/members/{gone_id}").status == 200
    session = cookie_of(sign_in(product, {"key": product.key})).value
    bodies = [
        {"key": "sk-helicone-no-such-key-at-all"},
        {"key": ""},
        {"key": session},
        {"key": member_id},
        {"name": name, "password": NEW},
        {"name": new_id(), "password": PASSWORD},
        {"name": gone, "password": PASSWORD},
        {"name": "", "password": ""},
        {"name": "x" * 10_000, "password": "x" * 10_000},
    ]
    answers = [sign_in(product, body) for body in bodies]
    assert {(answer.status, answer.body, answer.headers["helicorder-error"]) for answer in answers} == {
        (401, answers[0].body, "unauthenticated")
    }
    assert not any("set-cookie" in answer.headers for answer in answers)


@pytest.mark.parametrize("known", [True, False])
def test_who_keeps_failing_is_told_when_to_come_again(product: Product, known: bool) -> None:  # noqa: FBT001 -- a parameter
    """After ten wrong passwords a network is 429 with Retry-After for that name, whether it exists or not."""
    name = person(product)[1] if known else new_id()
    here = {"X-Forwarded-For": next(_addresses)}
    for _ in range(FAILURES_PER_NETWORK[0]):
        assert sign_in(product, {"name": name, "password": NEW}, here).status == 401
    answer = sign_in(product, {"name": name.upper(), "password": PASSWORD}, here)
    assert (answer.status, answer.headers["helicorder-error"]) == (429, "too_many_attempts")
    wait = int(answer.headers["retry-after"])
    assert 0 < wait <= FAILURES_PER_NETWORK[1]
    assert answer.json() == {"data": None, "error": f"Too many attempts have failed; try again in {wait} seconds."}
    assert '"event": "sign_ins_limited"' in product.log_path.read_text()
    assert name not in product.log_path.read_text()


def test_failures_from_many_addresses_lock_nobody_out(product: Product) -> None:
    """When strangers have failed for a name from so many addresses that these are refused, its owner still gets in.

    With a new device from elsewhere, and with a device of theirs also from the address of one who failed.
    """
    _, name = person(product)
    mine = device(sign_in(product, {"name": name, "password": PASSWORD}))
    here = {"X-Forwarded-For": next(_addresses)}
    statuses = [sign_in(product, {"name": name, "password": NEW}).status for _ in range(FAILURES_OF_STRANGERS[0])]
    statuses += [sign_in(product, {"name": name, "password": NEW}, here).status for _ in range(3)]
    assert statuses == [401] * (FAILURES_OF_STRANGERS[0] + 2) + [429]
    for _ in range(3):
        assert sign_in(product, {"name": name, "password": PASSWORD}, here | mine).status == 200
        assert sign_in(product, {"name": name, "password": PASSWORD}).status == 200


def test_a_browser_is_recognised_at_the_next_sign_in(product: Product) -> None:
    """A member's sign-in sets a second cookie, for a year, that opens nothing; a key's and a failure set none."""
    member_id, name = person(product)
    answer = sign_in(product, {"name": name, "password": PASSWORD}, {"X-Forwarded-Proto": "https"})
    cookie = cookies_of(answer)["helicorder_device"]
    assert (cookie["httponly"], cookie["samesite"].lower(), cookie["path"]) == (True, "strict", "/")
    assert (cookie["domain"], cookie["secure"]) == ("", True)
    assert int(cookie["max-age"]) == pytest.approx(365 * 86_400, abs=30)
    assert me(product, device(answer) | SAME).status == 401
    again = sign_in(product, {"name": name, "password": PASSWORD}, device(answer))
    assert cookies_of(again)["helicorder_device"].value == cookie.value
    assert set(cookies_of(sign_in(product, {"key": product.key}, device(answer)))) == {"helicorder_session"}
    assert not sign_in(product, {"name": name, "password": NEW}, device(answer)).cookies
    assert product.ask("POST", f"/v1/organization/members/{member_id}/password", {"password": NEW}).status == 200
    renewed = sign_in(product, {"name": name, "password": NEW}, device(answer))
    assert cookies_of(renewed)["helicorder_device"].value != cookie.value


@pytest.mark.timed
def test_thirty_at_once_are_all_signed_in(product: Product) -> None:
    """Thirty who sign in rightly at the same moment from one address succeed: they wait for their turn."""
    names = [person(product)[1] for _ in range(10)]
    here = {"X-Forwarded-For": next(_addresses)}
    with ThreadPoolExecutor(30) as clients:
        answers = clients.map(lambda name: sign_in(product, {"name": name, "password": PASSWORD}, here), names * 3)
        assert [answer.status for answer in answers] == [200] * 30


@pytest.mark.timed
def test_a_flood_from_one_address_keeps_nobody_else_waiting(product: Product) -> None:
    """While 40 sign-ins wait that came at once from one address, one from another is among the next few."""
    flooding, mine = [person(product)[1] for _ in range(2)]
    here = {"X-Forwarded-For": next(_addresses)}
    with ThreadPoolExecutor(40) as clients:
        flood = [clients.submit(sign_in, product, {"name": flooding, "password": PASSWORD}, here) for _ in range(40)]
        while not any(attempt.done() for attempt in flood):
            time.sleep(0.01)
        before = sum(attempt.done() for attempt in flood)
        assert sign_in(product, {"name": mine, "password": PASSWORD}).status == 200
        assert sum(attempt.done() for attempt in flood) - before < 10
        wait_for_all(flood)


def test_a_body_that_is_no_sign_in_is_not_held(product: Product) -> None:
    """More than 64 KiB is 413: what waits for its turn is held in memory."""
    assert sign_in(product, {"name": "x", "password": "x" * 65_536}).status == 413


def test_signing_in_never_takes_on_a_session_that_was_there(product: Product) -> None:
    """A cookie that is there before, a stranger's or one's own, is replaced by a new one; the old session is over."""
    before = sign_in(product, {"key": product.key})
    planted = page(before)
    after = sign_in(product, {"key": product.key}, planted)
    assert cookie_of(after).value != cookie_of(before).value
    within_a_second(lambda: me(product, planted).status == 401)
    assert me(product, page(after)).status == 200
    made_up = {"Cookie": "helicorder_session=helicorder-session-" + "a" * 43, **SAME}
    assert cookie_of(sign_in(product, {"key": product.key}, made_up)).value not in made_up["Cookie"]
    assert me(product, made_up).status == 401


def test_two_sessions_in_one_request_are_none(product: Product) -> None:
    """Where somebody else has set a second cookie of the name, neither counts: nobody acts as whom they are not."""
    mine, other = [sign_in(product, {"key": product.key}) for _ in range(2)]
    both = "; ".join(f"helicorder_session={cookie_of(answer).value}" for answer in (mine, other))
    assert me(product, {"Cookie": both}).status == 401
    assert me(product, {"Cookie": f"a=b; helicorder_session={cookie_of(mine).value}; c=d"}).status == 200


def test_a_key_in_a_header_goes_before_the_cookie(product: Product) -> None:
    """A request with both is the key's, right or wrong, and needs no word on the page; another scheme is no key."""
    cookie = {"Cookie": page(sign_in(product, {"key": product.key}))["Cookie"]}
    reader = product.command("keys", "create", "reader", "--scopes", "read").stdout.strip()
    assert product.ask("GET", "/v1/auth/me", headers=cookie, key=reader).json()["data"]["scopes"] == ["read"]
    assert product.ask("POST", "/v1/request/count/query", {"filter": "all"}, cookie, key=reader).status == 200
    assert product.ask("GET", "/v1/auth/me", headers=cookie, key="sk-helicone-wrong-one").status == 401
    basic = cookie | {"Authorization": "Basic dXNlcjpwYXNzd29yZA=="}
    assert product.ask("GET", "/v1/auth/me", headers=basic, key=None).status == 200


def test_signing_out_ends_the_session(product: Product) -> None:
    """The cookie is taken back at once, and within a second the session is over for whoever kept a copy."""
    headers = page(sign_in(product, {"key": product.key}))
    answer = product.ask("POST", "/v1/auth/sign-out", {}, headers, key=None)
    assert (answer.status, answer.json()) == (200, {"data": None, "error": None})
    cookie = cookie_of(answer)
    assert (cookie.value, cookie["max-age"], cookie["path"]) == ("", "0", "/")
    within_a_second(lambda: me(product, headers).status == 401)
    assert product.ask("POST", "/v1/auth/sign-out", {}, headers, key=None).status == 200
    assert product.ask("POST", "/v1/auth/sign-out", {}, key=None).status == 200


def test_a_session_dies_with_its_key(product: Product) -> None:
    """A key revoked from the command line ends the sessions it began within a second, for reading and for writing."""
    secret = product.command("keys", "create", "brief").stdout.strip()
    answer = sign_in(product, {"key": secret})
    headers, key_id = page(answer), answer.json()["data"]["key"]["id"]
    assert me(product, headers).status == 200
    assert product.command("keys", "revoke", key_id).returncode == 0
    within_a_second(lambda: me(product, headers).status == 401)
    refused = product.ask("POST", f"/v1/request/{new_id()}/score", {"scores": {"a": 1}}, headers, key=None)
    assert refused.status == 401
    assert sign_in(product, {"key": secret}).status == 401


def test_a_session_follows_its_member(product: Product) -> None:
    """A role that is taken away counts within a second in open sessions; a removal ends them."""
    member_id, name = person(product, "admin")
    headers = page(sign_in(product, {"name": name, "password": PASSWORD}))
    assert product.ask("GET", "/v1/api-keys", headers=headers, key=None).status == 200
    person(product, "admin")
    assert product.ask("PATCH", f"/v1/organization/members/{member_id}", {"role": "viewer"}).status == 200
    within_a_second(lambda: product.ask("GET", "/v1/api-keys", headers=headers, key=None).status == 403)
    assert me(product, headers).json()["data"]["scopes"] == ["read"]
    assert product.ask("DELETE", f"/v1/organization/members/{member_id}").status == 200
    within_a_second(lambda: me(product, headers).status == 401)


def test_changing_the_password_ends_the_other_sessions(product: Product) -> None:
    """One's own session stays, all others are over within a second, and the old password signs nobody in."""
    _, name = person(product)
    mine, other = [page(sign_in(product, {"name": name, "password": PASSWORD})) for _ in range(2)]
    change = {"current": PASSWORD, "new": NEW}
    wrong = product.ask("POST", "/v1/auth/password", {"current": NEW, "new": NEW}, mine, key=None)
    weak = product.ask("POST", "/v1/auth/password", {"current": PASSWORD, "new": "short"}, mine, key=None)
    assert (wrong.status, weak.status) == (403, 422)
    assert product.ask("POST", "/v1/auth/password", change, mine, key=None).status == 200
    within_a_second(lambda: me(product, other).status == 401)
    assert me(product, mine).status == 200
    assert sign_in(product, {"name": name, "password": PASSWORD}).status == 401
    assert sign_in(product, {"name": name, "password": NEW}).status == 200


def test_a_key_has_no_password_to_change(product: Product) -> None:
    """Neither a key nor a session that a key began changes anybody's password."""
    change = {"current": PASSWORD, "new": NEW}
    for headers, key in (({}, ""), (page(sign_in(product, {"key": product.key})), None)):
        assert product.ask("POST", "/v1/auth/password", change, headers, key=key).status == 403


def test_no_answer_is_for_other_sites_or_for_caches(product: Product) -> None:
    """No answer, good, refused or to a preflight, lets another site read it, a page frame it or a cache keep it."""
    foreign = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    headers = page(sign_in(product, {"key": product.key}))
    answers = [
        sign_in(product, {"key": product.key}),
        sign_in(product, {"key": "wrong"}),
        me(product, headers),
        me(product, headers | foreign),
        me(product, {}),
        product.ask("OPTIONS", "/v1/auth/sign-in", headers=foreign, key=None),
        product.ask("OPTIONS", "/v1/api-keys", headers=headers | foreign, key=None),
        product.ask("POST", "/v1/auth/sign-in", {"key": product.key}, foreign, key=None),
        product.ask("GET", "/no/such/path", headers=headers, key=None),
        product.ask("POST", "/v1/auth/sign-in", b"not json", key=None),
    ]
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["cache-control"] == "private, no-store"
        assert answer.headers["x-frame-options"] == "DENY"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_form_signs_nobody_in_or_out(product: Product, kind: str) -> None:
    """What a form or a plain fetch of another site can send is 415, before it is looked at."""
    headers = page(sign_in(product, {"key": product.key})) | {"Content-Type": kind}
    for path in ("/v1/auth/sign-in", "/v1/auth/sign-out"):
        assert product.ask("POST", path, b'{"key":"x"}', headers, key=None).status == 415
    assert me(product, headers).status == 200


def test_a_session_has_an_end(fresh_product: Product) -> None:
    """After HELICORDER_SESSION_HOURS a session is over, however it was used, and says to sign in again."""
    fresh_product.settings["session_hours"] = str(3 / 3600)
    fresh_product.start()
    answer = sign_in(fresh_product, {"key": fresh_product.key})
    headers, ends = page(answer), dt.datetime.fromisoformat(answer.json()["data"]["expires_at"])
    assert int(cookie_of(answer)["max-age"]) <= 3
    while (ended := me(fresh_product, headers)).status == 200:
        time.sleep(0.02)
    assert dt.datetime.now(dt.UTC) >= ends
    assert (ended.status, "sign in again" in ended.json()["error"]) == (401, True)


def test_behind_a_proxy_with_tls(fresh_product: Product) -> None:
    """With an https PUBLIC_URL the cookie is Secure, and a page of that origin may write though Host is another."""
    fresh_product.settings["public_url"] = "https://traces.example.org/helicorder"
    fresh_product.start()
    answer = sign_in(fresh_product, {"key": fresh_product.key}, {"Origin": "https://traces.example.org"})
    assert cookie_of(answer)["secure"] is True
    cookie = {"Cookie": page(answer)["Cookie"]}
    for origin, status in (
        ("https://traces.example.org", 200),
        ("http://traces.example.org", 403),
        ("https://traces.example.org:8443", 403),
        ("https://traces.example.org.evil.example", 403),
        (fresh_product.base, 200),
    ):
        asked = fresh_product.ask(
            "POST", "/v1/request/count/query", {"filter": "all"}, cookie | {"Origin": origin}, key=None
        )
        assert asked.status == status, origin


def test_no_secret_is_left_anywhere(fresh_product: Product) -> None:
    """After keys and people signed in, failed, were made and changed, no file and no log line holds a secret."""
    fresh_product.start()
    secrets = [fresh_product.key, PASSWORD, NEW, "a wrong canary password", "sk-helicone-wrong-canary"]
    _, name = person(fresh_product, "admin")
    made = fresh_product.ask("POST", "/v1/organization/members", {"name": "bob", "role": "viewer"}).json()["data"]
    key = fresh_product.ask("POST", "/v1/api-keys", {"api_key_name": "made"}).json()
    secrets += [made["password"], key["apiKey"]]
    answers = [
        sign_in(fresh_product, {"key": key["apiKey"]}),
        sign_in(fresh_product, {"name": name, "password": PASSWORD}),
    ]
    secrets += [cookie_of(answer).value.removeprefix("helicorder-session-") for answer in answers]
    secrets.append(cookies_of(answers[1])["helicorder_device"].value.removeprefix("helicorder-device-"))
    fresh_product.ask("POST", "/v1/auth/password", {"current": PASSWORD, "new": NEW}, page(answers[1]), key=None)
    sign_in(fresh_product, {"name": name, "password": "a wrong canary password"})
    sign_in(fresh_product, {"key": "sk-helicone-wrong-canary"})
    fresh_product.ask("POST", "/v1/auth/sign-in", b'{"password": "a wrong canary password", "name": }', key=None)
    fresh_product.ask("POST", "/v1/auth/sign-out", {}, page(answers[0]), key=None)
    assert fresh_product.stop() == 0
    files = [path for path in fresh_product.data_dir.rglob("*") if path.is_file()]
    for path in (*files, fresh_product.log_path):
        content = path.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in content], path
