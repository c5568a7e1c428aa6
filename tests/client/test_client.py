"""Every operation of the clients, against the real server."""

import datetime as dt
import inspect
from typing import Any, assert_type

import pytest

from client.harness import opened
from helicorder import AsyncClient, Client, RequestFailed
from helicorder.client import (
    AgreementQuery,
    BisectQuery,
    BreakdownQuery,
    Bucket,
    CallInput,
    CallsExport,
    CompareQuery,
    DefinitionInput,
    DistributionQuery,
    DriftQuery,
    JudgeQuery,
    LabelsQuery,
    PinnedResult,
    RaterQuery,
    RequestQuery,
    ScoreEdit,
    ScoreInput,
    ScoreKind,
    ScoreRecord,
    ScoresExport,
    ScoresQuery,
    SegmentQuery,
    SeriesQuery,
    Source,
    StoredScore,
    Versions,
)
from helicorder.client.methods import Listed, Sent, Stepped, Streamed
from helicorder.model.ids import new_id
from helicorder.wire.answers import Compared
from product_server import Product

AT = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def test_a_score_is_made_read_changed_and_taken_back(client: Client) -> None:
    """A score is created, read, edited, read as it was, deleted and gone, its versions telling all of it."""
    made = client.create_score(
        ScoreInput(name="tone", value=0.25, request_id=new_id(), metadata={"run": "7"}, judged_at=AT, inclusion=0.5)
    )
    first = client.get_score(made.id)
    assert (first.value, first.metadata, first.judged_at, first.inclusion) == (0.25, {"run": "7"}, AT, 0.5)
    client.edit_score(made.id, ScoreEdit(value=0.75, reason="misread", version=first.version))
    assert client.get_score(made.id).value == 0.75
    assert client.get_score(made.id, as_of=int(first.version)).value == 0.25
    client.delete_score(made.id, "withdrawn")
    assert [(one.value, one.reason) for one in client.get_versions(made.id)] == [
        (0.25, ""), (0.75, "misread"), (0.75, "withdrawn"),
    ]  # fmt: skip
    with pytest.raises(RequestFailed) as refused:
        client.get_score(made.id)
    assert (refused.value.status, refused.value.code) == (404, "not_found")
    assert str(refused.value) == "This score was deleted."


def test_a_list_is_walked_over_its_pages(client: Client) -> None:
    """All scores that a query takes come, each once, however small the pages are."""
    name = f"paged {new_id()}"
    rows = [ScoreInput(name=name, value=n, request_id=f"{name} {n}") for n in range(7)]
    assert client.add_scores(rows).stored == 7
    found = list(client.list_scores(ScoresQuery(names=[name], limit=3)))
    assert [one.value for one in found] == [6, 5, 4, 3, 2, 1, 0]
    orphans = {one.score.target_id for one in client.list_orphans()}
    assert {f"{name} {n}" for n in range(7)} <= orphans
    page = client.query_scores(ScoresQuery(names=[name], limit=3, count=True))
    assert (len(page.scores), page.count) == (3, 7)
    changes = client.get_changes(after=str(int(found[-1].version) - 1), limit=2)
    assert [one.version for one in changes.changes] == [found[-1].version, found[-2].version]


def test_a_request_is_recorded_scored_rated_and_read(client: Client) -> None:
    """Helicone's own verbs: scores by name, thumbs, properties, on an id with a slash, a dot and other scripts."""
    for request_id in (f"a/b c?d#e%2F {new_id()}", "..", f"\N{SNOWMAN} {new_id()}"):
        recorded = client.add_calls(
            [CallInput(request_id=request_id, created_at=AT, model="gpt-4o", request_body='"q"')]
        )
        assert [result.status for result in recorded.results] == ["stored"]
        client.score_request(request_id, {"helpful": 0.5, "grounded": True})
        client.rate_request(request_id, rating=True)
        client.put_property(request_id, "env", "prod")
        read = client.get_request(request_id, include_body=True)
        assert (read.request_id, read.model, read.request_body) == (request_id, "gpt-4o", "q")
        assert read.scores == {"helpful": 0.5, "grounded-hcone-bool": 1, "helicone-score-feedback": 1}
        assert read.properties == {"env": "prod"}
        assert {one.name for one in client.get_request_scores(request_id)} >= {"helpful", "grounded"}
    assert "grounded-hcone-bool" in client.get_score_names()


def test_requests_are_walked_over_their_pages(client: Client) -> None:
    """All requests that a filter takes come, each once."""
    model = f"walked {new_id()}"
    client.add_calls([CallInput(request_id=f"{model} {n}", created_at=AT, model=model) for n in range(5)])
    query = RequestQuery({"response": {"model": {"equals": model}}}, limit=2)
    assert sorted(one.request_id for one in client.list_requests(query)) == [f"{model} {n}" for n in range(5)]
    assert len(client.query_requests(query)) == 2
    assert client.count_requests(query) == 5


def test_what_a_score_means_is_defined(client: Client) -> None:
    """A definition is put, read, listed, obeyed and let go of."""
    name = f"defined/{new_id()}"
    client.put_definition(name, DefinitionInput(kind=ScoreKind.NUMERIC, minimum=0, maximum=1, strict=True))
    assert client.get_definition(name).maximum == 1
    assert name in {one.name for one in client.list_definitions()}
    results = client.add_scores(
        [{"name": name, "value": 2, "user_id": "u"}, {"name": name, "value": 1, "user_id": "u"}]
    )
    assert [one.status for one in results.results] == ["refused", "stored"]
    client.delete_definition(name)
    with pytest.raises(RequestFailed):
        client.get_definition(name)


def _judged(client: Client) -> str:
    """The name of a score that a judge and a person gave to fifty calls before and fifty after the middle of March."""
    name = f"asked {new_id()}"
    calls, scores = [], []
    for n in range(100):
        request_id, at = f"{name} {n}", AT + dt.timedelta(hours=7 * n)
        body = f'{{"messages":[{{"role":"user","content":"{n % 50}"}}]}}'
        calls.append(
            CallInput(
                request_id=request_id,
                created_at=at,
                model=f"m{n // 50}",
                request_body=body,
                latency_ms=n,
                cost_usd=None,
            )
        )
        value = 0.5 + 0.001 * n - 0.2 * (n >= 50)
        scores += [
            ScoreInput(name=name, value=value, request_id=request_id, source=source, judged_at=at)
            for source in (Source.MODEL, Source.HUMAN)
        ]
    assert client.add_calls(calls).stored == 100
    assert client.add_scores(scores).stored == 200
    return name


def test_questions_are_answered_in_their_types(client: Client) -> None:
    """Each question about scores has a typed answer with its numbers, and most have a pin."""
    name = _judged(client)
    asked: dict[str, Any] = {"name": name, "start": "2026-03-01", "end": "2026-04-01"}
    series = client.get_series(SeriesQuery(**asked, bucket=Bucket.WEEK, total=True))
    assert series.data.total is not None
    assert series.data.total.n == 200
    assert sum(point.n for point in series.data.points) == 200
    segments = client.break_down(BreakdownQuery(**asked, by=["model"])).data.segments
    assert {segment.values[0] for segment in segments} == {"m0", "m1"}
    assert client.get_distribution(DistributionQuery(**asked)).data.n == 200
    a, b = (SegmentQuery({"response": {"model": {"equals": model}}}) for model in ("m0", "m1"))
    compared = client.compare(CompareQuery(**asked, a=a, b=b))
    assert compared.data.verdict.word == "worse"
    bisected = client.bisect(BisectQuery(**asked, at="2026-03-15T13:00:00Z"))
    assert bisected.data.bisection is not None
    judged = client.correct_judge(JudgeQuery(**asked))
    assert (judged.data.judged, judged.data.labels) == (100, 100)
    people = (RaterQuery(sources=(Source.MODEL,)), RaterQuery(sources=(Source.HUMAN,)))
    agreed = client.get_agreement(AgreementQuery(**asked, raters=people))
    assert agreed.data.pairs[0].pearson.value == pytest.approx(1)
    assert client.plan_labels(LabelsQuery(**asked)).waiting == 0
    drift = client.tell_drift(DriftQuery(**asked, at="2026-03-15T13:00:00Z", anchors="all"))
    assert drift.data.anchors.n_a == 50


def test_an_answer_is_had_again(client: Client) -> None:
    """A pinned answer comes back in its own type and identical, by its link as plain JSON, and beside today's."""
    name = _judged(client)
    asked = client.get_series(SeriesQuery(name=name, start="2026-03-01", end="2026-04-01"))
    again = client.replay(asked)
    assert (again.data, again.identical) == (asked.data, True)
    assert client.replay_link(asked.pin.link).data["name"] == name
    client.create_score(ScoreInput(name=name, value=0, request_id=f"{name} 0", author="late"))
    assert client.replay(asked).identical
    assert client.compare_pin(asked.pin.link).changed


def test_files_come_as_they_are_made(client: Client) -> None:
    """A file comes in pieces that make it up, narrowed as asked."""
    name = f"filed {new_id()}"
    client.add_scores({"name": name, "value": n, "user_id": f"u{n}"} for n in range(3))
    lines = b"".join(client.export_scores("jsonl", ScoresExport(name=[name]))).splitlines()
    assert len(lines) == 3
    assert b"".join(client.export_scores("parquet", ScoresExport(name=[name]))).startswith(b"PAR1")
    wanted = CallsExport(start="2026-03-01", end="2026-03-02", filter={"response": {"model": {"equals": name}}})
    assert b"".join(client.export_calls("csv", wanted)).startswith(b'"request_id"')
    client.delete_score(next(iter(client.list_scores(ScoresQuery(names=[name])))).id)
    versions = ScoresExport(name=[name], versions=Versions.ALL, source=[Source.API])
    assert len(b"".join(client.export_scores("jsonl", versions)).splitlines()) == 4
    with pytest.raises(RequestFailed) as refused:
        list(client.export_scores("csv", ScoresExport(start="soon")))
    assert refused.value.status == 422


def test_a_wrong_key_is_a_refusal_in_words(product: Product, kind: str) -> None:
    """A key that is not known, and one without the scope, are refused with the server's code and sentence."""
    reading = product.command("keys", "create", "reads", "--scopes", "read").stdout.strip()
    for key, status, code in (("sk-helicone-none-at-all", 401, "unauthenticated"), (reading, 403, "forbidden")):
        with opened(kind, product.base, key) as stranger, pytest.raises(RequestFailed) as refused:
            stranger.create_score(ScoreInput(name="n", value=1, user_id="u"))
        assert (refused.value.status, refused.value.code) == (status, code)


async def test_types_follow_from_the_operation(product: Product) -> None:
    """A type checker sees what each operation gives: plainly from one client, to be awaited from the other."""
    score = ScoreInput(name="typed", value=1, request_id=new_id())
    question = CompareQuery(name="typed", a=SegmentQuery(), b=SegmentQuery())
    with Client(product.base, product.key) as plain:
        assert_type(plain.create_score(score), StoredScore)
        assert_type(plain.compare(question), PinnedResult[Compared])
        for record in plain.list_scores(ScoresQuery(limit=1)):
            assert_type(record, ScoreRecord)
            break
    async with AsyncClient(product.base, product.key) as client:
        assert_type(await client.create_score(score), StoredScore)
        assert_type(await client.compare(question), PinnedResult[Compared])
        async for record in client.list_scores(ScoresQuery(limit=1)):
            assert_type(record, ScoreRecord)
            break


def test_a_method_tells_what_it_takes(product: Product) -> None:
    """Every method carries the signature and the words of its operation."""
    made = {
        name: one
        for name, one in inspect.getmembers_static(Client)
        if isinstance(one, Sent | Stepped | Listed | Streamed)
    }
    assert len(made) > 30
    with Client(product.base, product.key) as client:
        for name in made:
            method = getattr(client, name)
            assert inspect.getdoc(method), name
            assert method.__name__ == name
        assert list(inspect.signature(client.create_score).parameters) == ["score"]
