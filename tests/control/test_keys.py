"""The shape of a key's secret."""

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helicorder.control import keys
from helicorder.errors import Invalid

printable = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


def test_new_secrets_have_helicones_shape_and_differ() -> None:
    """A new secret is sk-helicone- and four groups of seven base32 characters, different every time."""
    made = {keys.new_secret() for _ in range(1000)}
    assert len(made) == 1000
    assert all(re.fullmatch(r"sk-helicone-[a-z2-7]{7}(-[a-z2-7]{7}){3}", secret) for secret in made)
    assert all(keys.checked_secret(secret) == secret for secret in made)


@given(st.text(printable, min_size=8, max_size=244))
def test_a_well_shaped_chosen_secret_is_kept_as_it_is(rest: str) -> None:
    """Any sk-helicone- secret of printable ASCII and sensible length is accepted unchanged, and can be looked up."""
    secret = keys.PREFIX + rest
    assert keys.checked_secret(secret) == secret
    digest = keys.digest_of(secret)
    assert digest == hashlib.sha256(secret.encode()).digest()
    assert digest.hex() == keys.hash_of(secret)


@given(
    st.one_of(
        st.text(max_size=40).filter(lambda text: not text.startswith(keys.PREFIX)),
        st.text(printable, max_size=7).map(keys.PREFIX.__add__),
        st.text(printable, min_size=245, max_size=300).map(keys.PREFIX.__add__),
        st.text(printable, min_size=8, max_size=40).map(lambda text: f"{keys.PREFIX}{text} "),
        st.text(printable, min_size=8, max_size=40).map(lambda text: f"{keys.PREFIX}{text}\x7f"),
        st.text(printable, min_size=8, max_size=40).map(lambda text: f"{keys.PREFIX}{text}\ud800"),
    )
)
def test_a_badly_shaped_chosen_secret_is_refused_and_not_repeated(secret: str) -> None:
    """A secret without the prefix, too short, too long or not printable ASCII is refused by a sentence without it."""
    with pytest.raises(Invalid) as refusal:
        keys.checked_secret(secret)
    assert not secret.strip() or secret == keys.PREFIX or len(secret) < 4 or secret not in refusal.value.message


@given(st.text())
def test_any_presented_text_has_a_digest_or_none(text: str) -> None:
    """Whatever text a caller presents, taking its digest never fails."""
    digest = keys.digest_of(keys.PREFIX + text)
    assert digest is None or len(digest) == 32
    assert text.startswith(keys.PREFIX) or keys.digest_of(text) is None


@given(st.text(printable, min_size=8, max_size=244))
def test_a_hint_shows_four_characters_of_long_secrets_only(rest: str) -> None:
    """A hint shows the last four characters of a secret with at least 16 more, and otherwise nothing of it."""
    hint = keys.hint_of(keys.PREFIX + rest)
    assert hint == f"{keys.PREFIX}…{rest[-4:] if len(rest) >= 20 else ''}"
