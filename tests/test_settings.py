"""Settings: what is read, and what of them may be shown."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.settings import SETTINGS, BadSetting, read, shown, without_credentials

word = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=12).map(str.lower)


def test_every_setting_is_shown_once() -> None:
    """The list has a row for each setting, with the value that was read."""
    rows = shown(read({"HELICORDER_PORT": "9000", "HELICORDER_ALLOW_PRIVATE_UPSTREAMS": "yes"}))
    assert [row for row, _ in rows] == list(SETTINGS)
    values = {row.name: value for row, value in rows}
    assert (values["PORT"], values["ALLOW_PRIVATE_UPSTREAMS"], values["LOG_LEVEL"]) == (9000, True, "info")


def test_what_opens_something_is_marked_secret() -> None:
    """A setting whose name speaks of a key, a secret or a password is never shown."""
    names = {row.name for row in SETTINGS if any(word in row.name for word in ("KEY", "SECRET", "PASSWORD", "TOKEN"))}
    assert names == {row.name for row in SETTINGS if row.secret}
    given_values = {f"HELICORDER_{name}": "canary" for name in names}
    assert [value for row, value in shown(read(given_values)) if row.secret] == [None] * len(names)


@given(word, st.text(min_size=1).map(lambda text: quote(text, safe="")), word, st.integers(1, 65535), word)
def test_a_url_is_shown_without_its_credentials(user: str, password: str, host: str, port: int, path: str) -> None:
    """Of a URL the scheme, host, port and path are shown, whatever user, password, query and fragment stand in it."""
    url = f"postgresql://{user}:{password}@{host}:{port}/{path}?password={password}#{password}"
    assert without_credentials(url) == f"postgresql://{host}:{port}/{path}"


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://root:canary/2@127.0.0.1:5432/x",
        "postgresql://root:canary@[broken/x",
        "postgresql://root:canary@host:port/x",
        "root:canary@host",
        "//root:canary@host",
        "https://host/path@canary",
    ],
)
def test_what_is_no_plain_url_is_not_shown(url: str) -> None:
    """Where it cannot be told what is a password and what is not, nothing is shown."""
    assert without_credentials(url) is None


@given(st.text())
def test_any_text_is_shown_or_not(text: str) -> None:
    """Whatever text a URL setting holds, showing it never fails."""
    assert without_credentials(text) is None or "@" not in (without_credentials(text) or "")


@pytest.mark.parametrize("hours", ["-1", "1e9", "nan", "inf", "a week"])
def test_a_session_that_is_no_length_of_time_is_refused(hours: str) -> None:
    """HELICORDER_SESSION_HOURS is a number of hours that a browser can keep a cookie for."""
    with pytest.raises(BadSetting, match="SESSION_HOURS"):
        read({"HELICORDER_SESSION_HOURS": hours})
