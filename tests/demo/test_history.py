"""What the demo logs: sessions as trees, bodies that are read as any provider's, scores of every kind, three faults."""

import datetime as dt
from collections import Counter, defaultdict

import msgspec
import pytest

from helicorder.api.log_reading import read_log
from helicorder.api.logs import priced
from helicorder.demo import history, traffic
from helicorder.demo.history import Logged
from helicorder.demo.judging import LABELLED
from helicorder.model.call import Call
from helicorder.providers.conversation.reader import read

NOW = dt.datetime(2026, 11, 25, 15, 30, tzinfo=dt.UTC)
PROVIDERS = {"/oai/v1/log": "OPENAI", "/anthropic/v1/log": "ANTHROPIC", "/googleapis/v1/log": "GOOGLE"}


@pytest.fixture(scope="module")
def past() -> list[Logged]:
    """Two weeks."""
    return list(history.logged(NOW))


@pytest.fixture(scope="module")
def calls(past: list[Logged]) -> list[Call]:
    """The calls as the server reads them."""
    found = []
    for one in past:
        body = msgspec.json.encode(one.log)
        found.append(priced(read_log(body, PROVIDERS.get(one.path, "CUSTOM"), "org", {}, NOW)))
    return found


def test_the_same_moment_has_the_same_history(past: list[Logged]) -> None:
    """The calls and scores are the same ones for the same seed and time, and all lie before now."""
    assert list(history.logged(NOW)) == past
    assert max(score["judged_at"] for one in past for score in one.scores) <= NOW.isoformat()
    assert list(traffic.exchanges()) == list(traffic.exchanges())


def test_every_session_is_a_tree_of_three_to_eight_calls(calls: list[Call]) -> None:
    """Calls of a session follow one another, at paths of turns, and belong to one user, prompt version and language."""
    sessions = defaultdict(list)
    for call in calls:
        if call.session_id:
            sessions[call.session_id].append(call)
    assert {len(of) for of in sessions.values()} <= set(range(3, 9))
    assert len({len(of) for of in sessions.values()}) > 3
    for of in sessions.values():
        assert [call.created_at for call in of] == sorted(call.created_at for call in of)
        assert all(call.session_path.startswith("/turn-") for call in of)
        for about in ("prompt-version", "language", "plan"):
            assert len({call.properties[about] for call in of}) == 1
        assert len({call.user_id for call in of}) == 1


def test_calls_are_of_many_kinds(calls: list[Call]) -> None:
    """Several providers and models, streams with their first token, failures of several statuses, tokens and prices."""
    assert {call.provider for call in calls} == {"OPENAI", "ANTHROPIC", "GOOGLE", "CUSTOM"}
    assert len({call.model for call in calls if call.provider != "CUSTOM"}) >= 4
    assert {400, 429, 500, 503, -2} <= {call.status for call in calls}
    for call in calls:
        if call.streamed:
            assert call.time_to_first_token_ms is not None
            assert call.latency_ms is not None
            assert call.time_to_first_token_ms < call.latency_ms
        if call.status == 200 and call.provider != "CUSTOM":
            assert call.usage.prompt
            assert call.usage.completion
            assert call.cost_usd
    assert any(call.usage.reasoning for call in calls)
    assert any(call.usage.cache_read for call in calls)


def test_conversations_hold_tools_pictures_and_thoughts(calls: list[Call]) -> None:
    """Bodies are read into conversations, with a tool that is called and answers, a picture and a thought."""
    kinds: Counter[str] = Counter()
    for call in calls:
        said = read(call.request_body, call.response_body, call.target_url)
        parts = [part for message in said.messages for part in message.parts]
        parts += [part for message in said.answer.messages for part in message.parts]
        kinds.update(type(part).__name__ for part in parts)
        kinds["errors"] += said.error is not None
        kinds["earlier turns"] += len(said.messages) > 3
    assert {"errors", "earlier turns"} <= {kind for kind, n in kinds.items() if n > 5}
    assert len([kind for kind, n in kinds.items() if n > 5 and kind.endswith("Part")]) >= 4, kinds


def test_scores_are_of_every_kind_by_every_source(past: list[Logged]) -> None:
    """Numbers, booleans, categories, text and corrections; by code, a model, people and customers; of a session too."""
    scores = [score for one in past for score in one.scores]
    kinds = {score.get("kind", type(score["value"]).__name__) for score in scores}
    assert {"float", "bool", "str", "int", "text", "correction"} <= kinds
    assert {score["source"] for score in scores} == {"code", "model", "human", "end_user"}
    assert any("session_id" in score for score in scores)


def test_labels_are_drawn_as_they_say(past: list[Logged]) -> None:
    """Of what the judge passes and of what it fails people read the shares that their labels name, but for chance."""
    judged: Counter[bool] = Counter()
    read_: Counter[bool] = Counter()
    for one in past:
        said = {score["author"]: score for score in one.scores if score["name"] == "correct"}
        if said:
            passes = said["judge-small"]["value"]
            judged[passes] += 1
            read_[passes] += "ana" in said
            assert ("ana" in said) == ("ben" in said)
            assert {score["inclusion"] for author, score in said.items() if author != "judge-small"} <= {
                LABELLED[passes]
            }
    for passes, chance in LABELLED.items():
        assert abs(read_[passes] - chance * judged[passes]) < 4 * (judged[passes] * chance * (1 - chance)) ** 0.5


def test_anchors_stand_still(calls: list[Call]) -> None:
    """Every run of the anchors asks and answers the same, so that they can be paired."""
    runs = defaultdict(set)
    for call in calls:
        if call.properties.get("anchor") == "yes":
            runs[call.request_id.split("-")[1]].add((call.request_body, call.response_body))
    assert len(runs) == 60
    assert {len(bodies) for bodies in runs.values()} == {1}
