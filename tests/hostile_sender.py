"""Sends log bodies that are as costly to read as can be, one after another; a process of its own, apart from the tests.

Usage: hostile_sender.py PORT KEY KIND SECONDS. Prints one status a line.
"""

import http.client
import json
import sys
import time
from collections.abc import Callable

SIZE = 30_000_000


def _filled(first: str, item: str, last: str) -> bytes:
    return (first + item * ((SIZE - len(first) - len(last)) // len(item)) + last).encode()


def _keys() -> bytes:
    return b"{" + ",".join(f'"{number:07d}":0' for number in range(SIZE // 12)).encode() + b"}"


TEXTS: dict[str, Callable[[], bytes]] = {
    "objects": lambda: _filled("[", "{},", "{}]"),
    "nested": lambda: b"[" * (SIZE // 2) + b"]" * (SIZE // 2),
    "keys": _keys,
    "numbers": lambda: _filled("[", "1,", "1]"),
    "floats": lambda: _filled("[", "-0.0123456789,", "1.5]"),
    "escapes": lambda: _filled('["', "\\u0000", '"]'),
    "halves": lambda: _filled('["', "\\ud800", '"]'),
    "unclosed": lambda: _filled("[", "{},", ""),
}
"""Hostile JSON texts of 30 MB each, by name."""


def log_body(kind: str) -> bytes:
    """A log body around a hostile text: in the request's JSON, or, ``text-KIND``, as the text of the answer."""
    inside = TEXTS[kind.removeprefix("text-")]()
    if kind.startswith("text-"):
        text = json.dumps(inside[: SIZE * 3 // 4].decode()).encode()
        return b'{"providerRequest":{"json":{"model":"m"}},"providerResponse":{"status":200,"textBody":%b}}' % text
    return b'{"providerRequest":{"json":{"model":"m","messages":%b}},"providerResponse":{"status":200}}' % inside


def main() -> None:
    """Send until the time is over."""
    port, key, kind, seconds = sys.argv[1:]
    body = log_body(kind)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    until = time.monotonic() + float(seconds)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    while time.monotonic() < until:
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=120)
        try:
            connection.request("POST", "/custom/v1/log", body, headers)
            answer = connection.getresponse()
            answer.read()
            sys.stdout.write(f"{answer.status}\n")
        except OSError as error:
            sys.stdout.write(f"{type(error).__name__}\n")
        finally:
            connection.close()
        sys.stdout.flush()


if __name__ == "__main__":
    main()
