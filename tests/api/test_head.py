"""HEAD on the real server: what GET says, without the body."""

import http.client

import pytest

from product_server import Product

PATHS = ["/health/live", "/health/ready", "/metrics", "/openapi.json", "/v1/evals/scores", "/no-such-path"]


@pytest.mark.parametrize("path", PATHS)
def test_head_is_answered_wherever_get_is(product: Product, path: str) -> None:
    """HEAD has the status and the type that GET has, and no body."""
    asked, head = product.ask("GET", path), product.ask("HEAD", path)
    assert (head.status, head.body) == (asked.status, b"")
    assert head.headers["content-type"] == asked.headers["content-type"]


def test_head_needs_the_key_that_get_needs(product: Product) -> None:
    """HEAD without a key is 401 where GET is."""
    assert product.ask("HEAD", "/v1/evals/scores", key=None).status == 401


def test_head_on_a_stream_ends(product: Product) -> None:
    """HEAD on the live tail, whose GET never ends, answers at once and leaves the connection to the next request."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=10)
    for _ in range(2):
        connection.request("HEAD", "/v1/calls/live", headers={"Authorization": f"Bearer {product.key}"})
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"")
        assert answer.headers["content-type"].startswith("text/event-stream")
    connection.close()
