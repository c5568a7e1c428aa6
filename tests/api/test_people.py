"""Organisation, members and API keys, through the real server."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from helicorder.model.ids import new_id
from product_server import Answer, Product

PASSWORD = "correct horse battery staple"
SECRET = re.compile(rb"sk-helicone-[a-z2-7]{7}(-[a-z2-7]{7}){3}")


@pytest.fixture(scope="module")
def admin(product: Product) -> str:
    """The admin key of an organisation of this module's own."""
    assert product.command("org", "create", "people").returncode == 0
    return product.command("keys", "create", "root", "--org", "people", "--scopes", "admin").stdout.strip()


@pytest.fixture
def ask(product: Product, admin: str) -> Callable[..., Answer]:
    """Asks with the organisation's admin key."""

    def asking(method: str, path: str, body: Any = None) -> Answer:
        return product.ask(method, path, body, key=admin)

    return asking


def test_the_organisation_says_its_name_and_counts(product: Product, ask: Callable[..., Answer]) -> None:
    """Any reader learns id, name, age and how many members and living keys there are; a revoked key is not counted."""
    before = ask("GET", "/v1/organization").json()["data"]
    assert (before["name"], set(before), set(before["counts"])) == (
        "people",
        {"id", "name", "created_at", "counts"},
        {"members", "keys"},
    )
    key = ask("POST", "/v1/api-keys", {"api_key_name": "counted", "key_permissions": "r"}).json()
    assert ask("POST", "/v1/organization/members", {"name": new_id()}).status == 200
    during = product.ask("GET", "/v1/organization", key=key["apiKey"]).json()["data"]
    assert during["counts"] == {name: number + 1 for name, number in before["counts"].items()}
    assert ask("DELETE", f"/v1/api-keys/{key['id']}").status == 200
    assert ask("GET", "/v1/organization").json()["data"]["counts"]["keys"] == before["counts"]["keys"]


def test_an_organisation_is_renamed_by_its_admins(product: Product) -> None:
    """The new name counts at once, for the command line too; another's name is 409, no name 422."""
    name = f"org-{new_id()}"
    product.command("org", "create", name)
    key = product.command("keys", "create", "root", "--org", name, "--scopes", "admin").stdout.strip()
    renamed = product.ask("PATCH", "/v1/organization", {"name": f"{name} Ltd."}, key=key)
    assert (renamed.status, renamed.json()["data"]["name"]) == (200, f"{name} Ltd.")
    assert product.command("keys", "list", "--org", f"{name} Ltd.").returncode == 0
    assert product.command("keys", "list", "--org", name).returncode == 1
    for body, status in (({"name": "default"}, 409), ({"name": " "}, 422), ({}, 422), ({"name": "x", "id": "y"}, 422)):
        assert product.ask("PATCH", "/v1/organization", body, key=key).status == status


def test_keys_have_helicones_shapes(ask: Callable[..., Answer]) -> None:
    """Made and changed keys are answered bare, lists in a Result, with every field that Helicone's clients know."""
    made = ask("POST", "/v1/api-keys", {"api_key_name": "ci"})
    assert (made.status, set(made.json())) == (200, {"id", "apiKey", "hashedKey", "hint", "scopes"})
    assert SECRET.fullmatch(made.json()["apiKey"].encode())
    key_id = made.json()["id"]
    assert made.json()["hashedKey"] == key_id
    [row] = [row for row in ask("GET", "/v1/api-keys").json()["data"] if row["id"] == key_id]
    helicones = {
        "api_key_name": "ci",
        "api_key_hash": key_id,
        "governance": False,
        "key_permissions": "rw",
        "soft_delete": False,
        "temp_key": False,
    }
    assert row | helicones == row
    assert (row["scopes"], row["revoked_at"], row["user_id"]) == (["read", "write"], None, row["created_by"])
    assert (row["hint"], row["last_four"]) == (made.json()["hint"], made.json()["apiKey"][-4:])
    renamed = ask("PATCH", f"/v1/api-keys/{key_id}", {"api_key_name": "cd"})
    assert (renamed.status, renamed.json()) == (200, {"id": key_id, "hashedKey": key_id, "hint": row["hint"]})
    [after] = [row for row in ask("GET", "/v1/api-keys").json()["data"] if row["id"] == key_id]
    assert (after["api_key_name"], after["updated_at"] > after["created_at"]) == ("cd", True)


def test_no_list_shows_what_is_made_of_a_secret(product: Product, ask: Callable[..., Answer]) -> None:
    """A secret is in the answer that made it and in no other, and nothing in any list opens anything."""
    made = ask("POST", "/v1/api-keys", {"api_key_name": "once", "scopes": ["admin"]})
    secret = made.json()["apiKey"]
    listed = ask("GET", "/v1/api-keys")
    assert secret.encode() not in listed.body
    assert not SECRET.search(listed.body)
    shown = {str(value) for row in listed.json()["data"] for value in row.values() if str(value).isascii()}
    for value in shown:
        for credential in (value, f"sk-helicone-{value}"):
            headers = {"Authorization": f"Bearer {credential}"}
            assert product.ask("GET", "/v1/auth/me", headers=headers, key=None).status == 401


@pytest.mark.parametrize(
    ("body", "scopes", "permissions"),
    [
        ({}, ["read", "write"], "rw"),
        ({"key_permissions": "rw"}, ["read", "write"], "rw"),
        ({"key_permissions": "r"}, ["read"], "r"),
        ({"key_permissions": "w"}, ["write"], "w"),
        ({"scopes": ["read"]}, ["read"], "r"),
        ({"scopes": ["admin"]}, ["admin"], "rw"),
        ({"scopes": ["write", "read", "read"]}, ["read", "write"], "rw"),
    ],
)
def test_a_key_may_what_is_said(
    ask: Callable[..., Answer], body: dict[str, Any], scopes: list[str], permissions: str
) -> None:
    """Helicone's words and our scopes both say it; without either a key reads and writes."""
    made = ask("POST", "/v1/api-keys", {"api_key_name": "said", **body}).json()
    [row] = [row for row in ask("GET", "/v1/api-keys").json()["data"] if row["id"] == made["id"]]
    assert (made["scopes"], row["scopes"], row["key_permissions"]) == (scopes, scopes, permissions)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"api_key_name": ""},
        {"api_key_name": "x" * 256},
        {"api_key_name": "a", "key_permissions": "rwx"},
        {"api_key_name": "a", "scopes": []},
        {"api_key_name": "a", "scopes": ["root"]},
        {"api_key_name": "a", "scopes": ["read"], "key_permissions": "r"},
        {"api_key_name": "a", "apiKey": "sk-helicone-chosen-by-me"},
        {"api_key_name": "a", "organization_id": "another"},
    ],
)
def test_what_is_no_key_is_refused(ask: Callable[..., Answer], body: dict[str, Any]) -> None:
    """A key without a name, with no or unknown scopes, or with more said than can be, is 422 and not made."""
    before = len(ask("GET", "/v1/api-keys").json()["data"])
    assert ask("POST", "/v1/api-keys", body).status == 422
    assert len(ask("GET", "/v1/api-keys").json()["data"]) == before


@pytest.mark.timed
def test_a_deleted_key_is_revoked_and_stays_listed(product: Product, ask: Callable[..., Answer]) -> None:
    """Within a second it opens nothing; it is listed as revoked; deleting it again is the same, an unknown one 404."""
    made = ask("POST", "/v1/api-keys", {"api_key_name": "brief"}).json()
    assert product.ask("GET", "/v1/auth/me", key=made["apiKey"]).status == 200
    deleted = ask("DELETE", f"/v1/api-keys/{made['id']}")
    assert (deleted.status, deleted.json()["hashedKey"]) == (200, made["id"])
    began = asked = time.monotonic()
    while product.ask("GET", "/v1/auth/me", key=made["apiKey"]).status != 401:
        assert asked - began < 1
        asked = time.monotonic()
    [row] = [row for row in ask("GET", "/v1/api-keys").json()["data"] if row["id"] == made["id"]]
    assert (row["soft_delete"], row["revoked_at"]) == (True, row["updated_at"])
    assert ask("DELETE", f"/v1/api-keys/{made['id']}").status == 200
    assert ask("DELETE", f"/v1/api-keys/{new_id()}").status == 404
    assert ask("PATCH", f"/v1/api-keys/{new_id()}", {"api_key_name": "x"}).status == 404


def test_members_come_change_and_go(ask: Callable[..., Answer]) -> None:
    """A member is made with a password shown once, listed without one, changed in part, and removed; then 404."""
    name = new_id()
    made = ask("POST", "/v1/organization/members", {"name": name, "role": "viewer", "display_name": "Ada L."})
    data = made.json()["data"]
    assert (made.status, re.fullmatch(r"[a-z2-7]{5}(-[a-z2-7]{5}){3}", data["password"]) is not None) == (200, True)
    member = data["member"]
    assert set(member) == {"id", "org_id", "name", "display_name", "role", "created_at", "created_by"}
    listed = ask("GET", "/v1/organization/members")
    assert member in listed.json()["data"]
    assert data["password"].encode() not in listed.body
    path = f"/v1/organization/members/{member['id']}"
    changed = ask("PATCH", path, {"role": "member"}).json()["data"]
    assert changed == member | {"role": "member"}
    assert ask("PATCH", path, {"display_name": "Ada"}).json()["data"] == changed | {"display_name": "Ada"}
    for body in ({}, {"role": "owner"}, {"display_name": ""}, {"name": "eve"}, {"org_id": "another"}):
        assert ask("PATCH", path, body).status == 422
    assert ask("DELETE", path).status == 200
    gone = [ask("DELETE", path), ask("PATCH", path, {"role": "admin"}), ask("POST", f"{path}/password", {})]
    assert [answer.status for answer in gone] == [404, 404, 404]
    assert member["id"].encode() not in ask("GET", "/v1/organization/members").body


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "with space"}, 422),
        ({"name": ""}, 422),
        ({"name": "x", "role": "owner"}, 422),
        ({"name": "x", "password": "short"}, 422),
        ({"name": "x", "password_hash": "x"}, 422),
        ({"role": "admin"}, 422),
        ({"name": "TAKEN"}, 409),
    ],
)
def test_what_is_no_member_is_refused(ask: Callable[..., Answer], body: dict[str, Any], status: int) -> None:
    """A bad name, role or password is 422, a name that somebody has in any case 409; nobody is made."""
    taken = f"taken-{new_id()}"
    ask("POST", "/v1/organization/members", {"name": taken, "role": "admin"})
    before = ask("GET", "/v1/organization/members").json()["data"]
    body = body | ({"name": taken.upper()} if body.get("name") == "TAKEN" else {})
    answer = ask("POST", "/v1/organization/members", body)
    assert (answer.status, answer.json()["data"]) == (status, None)
    assert ask("GET", "/v1/organization/members").json()["data"] == before


def test_the_last_admin_stays(product: Product) -> None:
    """The last admin among the members can be neither removed nor demoted, also by themselves: 409."""
    name = f"org-{new_id()}"
    product.command("org", "create", name)
    key = product.command("keys", "create", "root", "--org", name, "--scopes", "admin").stdout.strip()
    first, second = [
        product.ask("POST", "/v1/organization/members", {"name": new_id(), "role": "admin"}, key=key).json()["data"]
        for _ in range(2)
    ]
    path = "/v1/organization/members/{}".format
    assert product.ask("DELETE", path(first["member"]["id"]), key=key).status == 200
    last = path(second["member"]["id"])
    for refused in (product.ask("DELETE", last, key=key), product.ask("PATCH", last, {"role": "member"}, key=key)):
        assert (refused.status, refused.headers["helicorder-error"]) == (409, "conflict")
    [left] = product.ask("GET", "/v1/organization/members", key=key).json()["data"]
    assert (left["id"], left["role"]) == (second["member"]["id"], "admin")


def test_an_admin_sets_another_password(product: Product, ask: Callable[..., Answer]) -> None:
    """A password that was made is shown once; one that was given is not; either ends the sessions and signs in."""
    name = new_id()
    made = ask("POST", "/v1/organization/members", {"name": name, "password": PASSWORD}).json()["data"]
    assert made["password"] is None
    path = f"/v1/organization/members/{made['member']['id']}/password"
    reset = ask("POST", path, {}).json()["data"]["password"]
    assert ask("POST", path, {"password": "short"}).status == 422

    def signs_in(password: str) -> bool:
        credentials = {"name": name, "password": password}
        return (
            product.ask("POST", "/v1/auth/sign-in", credentials, {"X-Forwarded-For": "203.0.113.4"}, key=None).status
            == 200
        )

    assert (signs_in(PASSWORD), signs_in(reset)) == (False, True)
    assert ask("POST", path, {"password": PASSWORD}).json()["data"] == {"password": None}
    assert (signs_in(reset), signs_in(PASSWORD)) == (False, True)


def test_who_did_what_is_logged(product: Product, admin: str, ask: Callable[..., Answer]) -> None:
    """Each change of keys and people is a line in the log, with who did it and to whom, and no names."""
    by = product.ask("GET", "/v1/auth/me", key=admin).json()["data"]["key"]["id"]
    name = f"canary-{new_id()}"
    member = ask("POST", "/v1/organization/members", {"name": name}).json()["data"]["member"]["id"]
    ask("PATCH", f"/v1/organization/members/{member}", {"role": "viewer"})
    ask("POST", f"/v1/organization/members/{member}/password", {})
    ask("DELETE", f"/v1/organization/members/{member}")
    key = ask("POST", "/v1/api-keys", {"api_key_name": name}).json()["id"]
    ask("PATCH", f"/v1/api-keys/{key}", {"api_key_name": name})
    ask("DELETE", f"/v1/api-keys/{key}")
    log = product.log_path.read_text()
    lines = [line for line in log.splitlines() if member in line or key in line]
    assert all(f'"by": "{by}"' in line for line in lines)
    events = ["member_created", "member_changed", "password_reset", "member_removed", "key_created", "key_renamed"]
    for event in (*events, "key_revoked"):
        assert any(f'"event": "{event}"' in line for line in lines), event
    assert name not in log
