"""Starting, stopping, and what an operator is told."""

import json
import re
import socket
import subprocess
import sys
import time

import pytest
from alembic.script import ScriptDirectory

from helicorder.control import migration
from helicorder.ingest import journal_file
from helicorder.model.ids import new_id
from helicorder.settings import PREFIX, SETTINGS
from product_server import Product


def test_health_and_metrics_need_no_key(product: Product) -> None:
    """Liveness, readiness and metrics answer without a key and count no dropped call."""
    assert product.ask("GET", "/health/live", key=None).status == 200
    assert product.ask("GET", "/health/ready", key=None).json() == {"ready": True, "journal": "ok", "telemetry": "ok"}
    metrics = product.ask("GET", "/metrics", key=None).body.decode()
    assert "helicorder_calls_dropped_total 0.0" in metrics
    assert "helicorder_flush_lag_seconds" in metrics


def test_the_operations_page_has_it_all(product: Product) -> None:
    """An admin reads versions, processes, stores, disk, counts, settings and the last minutes in one answer."""
    request_id = new_id()
    assert product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"a": 1}}).status == 200
    assert product.ask("GET", f"/v1/request/{request_id}/scores").status == 200
    status = product.ask("GET", "/v1/operations").json()["data"]
    assert [process["name"] for process in status["processes"]][:2] == ["server", "engine"]
    assert {process["name"] for process in status["processes"][2:]} <= {"worker"}
    assert {process["pid"] for process in status["processes"]} == {process.pid for process in product.tree()}
    assert sum(process["memory_bytes"] for process in status["processes"]) == status["memory_bytes"] > 100_000_000
    assert (status["health"]["ready"], status["stopping"], status["uptime_seconds"] > 0) == (True, False, True)
    assert status["ingest"]["committed"] > 0
    assert status["ingest"]["failed"] is False
    assert (status["telemetry"]["embedded"], status["telemetry"]["ready"], status["telemetry"]["prepared"]) == (
        True,
    ) * 3
    assert status["telemetry"]["version"].count(".") == 3
    assert status["telemetry"]["schema_version"] > 0
    newest = str(ScriptDirectory(str(migration.MIGRATIONS)).get_current_head())
    assert (status["control"]["kind"], status["control"]["schema_version"]) == ("sqlite", newest)
    assert status["journal"]["schema_version"] == journal_file.SCHEMA_VERSION
    for part in ("journal", "telemetry", "control"):
        assert status[part]["bytes"] > 0
    assert status["disk"]["total_bytes"] > status["disk"]["free_bytes"] > 0
    samples = status["samples"]
    assert len({len(samples[gauge]) for gauge in samples if gauge != "every_seconds"}) == 1
    assert samples["memory_bytes"][0] > 0
    assert {row["name"] for row in status["settings"]} == {PREFIX + row.name for row in SETTINGS}


def test_the_operations_page_shows_no_secret(fresh_product: Product) -> None:
    """Neither the bootstrap key nor what a URL holds beside its address is in the answer."""
    for name in ("public_url", "provider_openai_url", "provider_anthropic_url", "provider_google_url"):
        fresh_product.settings[name] = "https://canary-user:canary-password@example.org:8443/path?key=canary-key#canary"
    fresh_product.start()
    answer = fresh_product.ask("GET", "/v1/operations")
    assert b"canary" not in answer.body
    assert fresh_product.key.encode() not in answer.body
    shown = {row["name"]: row for row in answer.json()["data"]["settings"]}
    assert shown["HELICORDER_PROVIDER_OPENAI_URL"]["value"] == "https://example.org:8443/path"
    bootstrap = shown["HELICORDER_BOOTSTRAP_API_KEY"]
    assert (bootstrap["secret"], bootstrap["value"]) == (True, None)


@pytest.mark.timed
def test_the_operations_page_does_not_wait_for_a_store_that_hangs(fresh_product: Product) -> None:
    """With the engine stopped dead the page is there within two seconds, and says null where it cannot know."""
    fresh_product.start()
    fresh_product.engine().suspend()
    try:
        began = time.monotonic()
        telemetry = fresh_product.ask("GET", "/v1/operations").json()["data"]["telemetry"]
        assert time.monotonic() - began < 2
        assert (telemetry["version"], telemetry["schema_version"]) == (None, None)
    finally:
        fresh_product.engine().resume()


def signs_in(product: Product, name: str, password: str) -> bool:
    """Whether a member can sign in, from an address that nobody else fails from."""
    credentials = {"name": name, "password": password}
    answer = product.ask("POST", "/v1/auth/sign-in", credentials, {"X-Forwarded-For": "203.0.113.5"}, key=None)
    return answer.status == 200


def test_members_come_and_go_from_the_command_line(product: Product) -> None:
    """Beside a running server members are made, with a password printed once, listed without it, and removed."""
    name = f"Ada-{new_id()}@example.org"
    made = product.command("members", "create", name, "--role", "viewer", "--display-name", "Ada L.")
    assert made.returncode == 0, made.stderr
    password = made.stdout.strip()
    assert signs_in(product, name.lower(), password)
    listed = product.command("members", "list").stdout
    [line] = [line for line in listed.splitlines() if name in line]
    assert ["Ada L." in line, "viewer" in line, password in listed] == [True, True, False]
    again = product.command("members", "create", name.upper())
    assert (again.returncode, "already a member" in again.stderr, again.stdout) == (1, True, "")
    assert product.command("members", "remove", name.upper()).stdout == f"removed {name.upper()}\n"
    assert not signs_in(product, name, password)


def test_a_password_is_read_from_standard_input_or_made(product: Product) -> None:
    """With --ask the first line that is piped in becomes the password, if it can be one; without, one is made."""
    name = f"bob-{new_id()}"
    refused = product.command("members", "create", name, "--ask", stdin="short\n")
    assert (refused.returncode, "12 to 256" in refused.stderr, "Traceback" in refused.stderr) == (1, True, False)
    made = product.command("members", "create", name, "--ask", stdin="typed by somebody\nand more\n")
    assert (made.returncode, made.stdout) == (0, f"made {name}\n")
    assert signs_in(product, name, "typed by somebody")
    another = product.command("members", "password", name).stdout.strip()
    assert (signs_in(product, name, "typed by somebody"), signs_in(product, name, another)) == (False, True)


def test_sigterm_ends_with_0_and_keeps_everything(fresh_product: Product) -> None:
    """SIGTERM exits 0, and what was acknowledged a moment before is there after the next start."""
    request_id = new_id()
    fresh_product.start()
    fresh_product.ask("POST", f"/v1/request/{request_id}/score", {"scores": {"a": 1}})
    assert fresh_product.stop() == 0, fresh_product.log()
    fresh_product.start()
    history = fresh_product.ask("GET", f"/v1/request/{request_id}/scores").json()["data"]
    assert [row["value"] for row in history] == [1]


@pytest.mark.timed
def test_a_second_server_is_refused_with_a_sentence(product: Product) -> None:
    """A second server on the same data directory ends within 2 s and says who holds it."""
    began = time.monotonic()
    second = product.command("serve", "--port", "1")
    assert second.returncode == 1
    assert time.monotonic() - began < 4  # 2 s, and the start of Python beside other tests
    assert product.process is not None
    assert str(product.process.pid) in second.stderr


def test_a_taken_port_is_said(fresh_product: Product, product: Product) -> None:
    """A port that is in use ends the start with a sentence, not a traceback."""
    fresh_product.port = product.port
    ended = fresh_product.command("serve", "--port", str(product.port))
    assert ended.returncode == 1
    assert str(product.port) in ended.stderr
    assert "Traceback" not in ended.stderr


def test_the_key_made_at_first_start_is_shown_once(fresh_product: Product) -> None:
    """Without a bootstrap key the first start makes one, prints it, and it works; the second start prints none."""
    fresh_product.key = ""
    fresh_product.start()
    deadline = time.monotonic() + 10
    while "shown this once" not in fresh_product.log():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    [line] = [line for line in fresh_product.log().splitlines() if "shown this once" in line]
    fresh_product.key = line.rsplit(" ", 1)[1]
    assert fresh_product.ask("GET", "/v1/evals/scores").status == 200
    assert fresh_product.stop() == 0
    kept, fresh_product.key = fresh_product.key, ""
    fresh_product.start()
    fresh_product.key = kept
    assert fresh_product.log().count("shown this once") == 1
    assert fresh_product.ask("GET", "/v1/evals/scores").status == 200
    for path in fresh_product.data_dir.rglob("*"):
        assert not path.is_file() or kept.encode() not in path.read_bytes()


def test_doctor_finds_a_running_server_and_a_stopped_one_fit(fresh_product: Product) -> None:
    """Doctor leaves a running server alone, opens a stopped one's stores, and exits 0 when all is well."""
    fresh_product.start()
    running = fresh_product.command("doctor")
    assert running.returncode == 0, running.stdout
    assert "in use" in running.stdout
    assert "argon2id takes" in running.stdout
    assert "1 organisations, 1 keys that work, 0 members" in running.stdout
    assert fresh_product.stop() == 0
    stopped = fresh_product.command("doctor")
    assert stopped.returncode == 0, stopped.stdout + stopped.stderr
    assert "embedded ClickHouse" in stopped.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "many"), ("port", "99999"), ("log_level", "loud"), ("max_body_mb", "-1"), ("drain_seconds", "nan")],
)
def test_a_bad_setting_is_a_sentence(fresh_product: Product, name: str, value: str) -> None:
    """A setting that cannot be used ends the start with its name."""
    fresh_product.settings[name] = value
    ended = fresh_product.command("serve")
    assert ended.returncode == 1
    assert f"HELICORDER_{name.upper()}" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_request_that_never_comes_does_not_hold_up_the_end(fresh_product: Product) -> None:
    """SIGTERM exits 0 within the drain and a moment, also while a client leaves its body unfinished."""
    fresh_product.settings["drain_seconds"] = "1"
    fresh_product.start()
    with socket.create_connection(("127.0.0.1", fresh_product.port)) as client:
        head = f"POST /v1/request/a/score HTTP/1.1\r\nHost: x\r\nAuthorization: {fresh_product.key}\r\n"
        client.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
        assert fresh_product.ask("GET", "/health/live").status == 200
        began = time.monotonic()
        assert fresh_product.stop() == 0, fresh_product.log()
        assert time.monotonic() - began < 10


def test_the_demo_says_when_its_port_is_taken(product: Product) -> None:
    """Helicorder demo on a port in use ends with a sentence and does not talk to whoever is there."""
    demo = [sys.executable, "-m", "helicorder", "demo", "--port", str(product.port), "--once"]
    ended = subprocess.run(demo, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


def test_the_demo_runs_and_says_how_to_read_it(unused_port: int) -> None:
    """Helicorder demo sends its traffic, prints the commands that read it back, and ends cleanly."""
    demo = [sys.executable, "-m", "helicorder", "demo", "--port", str(unused_port), "--once"]
    ended = subprocess.run(demo, capture_output=True, text=True, timeout=90, check=False)
    assert ended.returncode == 0, ended.stderr
    assert re.search(r"Logged two weeks of \d{4} calls and \d{4} scores", ended.stdout)
    assert "Sent 300 calls" in ended.stdout
    assert f"curl -s http://127.0.0.1:{unused_port}/v1/request/" in ended.stdout


def test_openapi_prints_the_document() -> None:
    """Helicorder openapi prints JSON with the seed's path."""
    printed = subprocess.run([sys.executable, "-m", "helicorder", "openapi"], capture_output=True, check=True).stdout
    assert "/v1/request/{request_id}/score" in json.loads(printed)["paths"]
