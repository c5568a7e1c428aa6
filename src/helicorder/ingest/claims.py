"""Idempotency claims in the journal's file: looked up, made, and given up when they are old or take too much room.

An organisation may take a share of the journal for its claims. Beyond it, the answers go first, the oldest before
others: a repeated request then still has no second effect, and hears `AnswerDropped`. Only where claims without answers
are too many, the oldest go altogether.
"""

import sqlite3

import msgspec

from helicorder.errors import AnswerDropped, IdempotencyConflict

LIFE_MICROSECONDS = 48 * 3600 * 1_000_000
SCHEMA = """
CREATE TABLE claims (
    org_id BLOB NOT NULL, key BLOB NOT NULL, fingerprint BLOB NOT NULL, answer BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, key)
);
"""
# A claim's bytes: its answer, its key twice, in the table and in the index, and the rest of a row.
ACCOUNTING = """
ALTER TABLE claims ADD COLUMN answer_dropped INTEGER NOT NULL DEFAULT 0;
CREATE TABLE claim_usage (org_id BLOB PRIMARY KEY, bytes INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO claim_usage SELECT org_id, sum(length(answer) + 2 * length(key) + 200) FROM claims GROUP BY org_id;
CREATE TRIGGER claim_made AFTER INSERT ON claims BEGIN
    INSERT INTO claim_usage VALUES (new.org_id, length(new.answer) + 2 * length(new.key) + 200)
        ON CONFLICT (org_id) DO UPDATE SET bytes = bytes + excluded.bytes;
END;
CREATE TRIGGER claim_answer_changed AFTER UPDATE ON claims BEGIN
    UPDATE claim_usage SET bytes = bytes + length(new.answer) - length(old.answer) WHERE org_id = new.org_id;
END;
CREATE TRIGGER claim_deleted AFTER DELETE ON claims BEGIN
    UPDATE claim_usage SET bytes = bytes - length(old.answer) - 2 * length(old.key) - 200 WHERE org_id = old.org_id;
    DELETE FROM claim_usage WHERE org_id = old.org_id AND bytes <= 0;
END;
"""
# What one piece of housekeeping may change, so that writes waiting behind it wait a few milliseconds at most.
_PIECE_CLAIMS = 5_000
_PIECE_ANSWERS = 500
_SMALL_ANSWER_BYTES = 64


class Claim(msgspec.Struct, frozen=True):
    """What an Idempotency-Key stands for: the first unit to bring (org_id, key) sets its fingerprint and answer.

    Attributes:
        fingerprint: digest of what was asked; the same key with another fingerprint is a conflict.
        answer: what every later unit with the same key and fingerprint is given instead of an effect.
    """

    org_id: str
    key: str
    fingerprint: bytes
    answer: bytes = b""


Outcome = bytes | IdempotencyConflict | AnswerDropped | None


def find(db: sqlite3.Connection, claim: Claim) -> Outcome:
    """The answer stored under a claim's key, None where the key is free, or why there is no answer."""
    known = db.execute(
        "SELECT fingerprint, answer, answer_dropped FROM claims WHERE org_id = ? AND key = ?", _identity(claim)
    ).fetchone()
    if known is None:
        return None
    fingerprint, answer, is_dropped = known
    if fingerprint != claim.fingerprint:
        return IdempotencyConflict()
    return AnswerDropped() if is_dropped else bytes(answer)


def make(db: sqlite3.Connection, claim: Claim, now: int) -> None:
    """Store a claim whose key is free."""
    db.execute(
        "INSERT INTO claims (org_id, key, fingerprint, answer, created_at) VALUES (?, ?, ?, ?, ?)",
        (*_identity(claim), claim.fingerprint, claim.answer, now),
    )


def expire(db: sqlite3.Connection, oldest: int) -> bool:
    """Delete a piece of the claims that were made before some time; whether there may be more."""
    # Claims are created in order of time, so the oldest have the lowest rowids: no index on created_at.
    deleted = db.execute(
        "DELETE FROM claims WHERE created_at < ? AND rowid IN (SELECT rowid FROM claims ORDER BY rowid LIMIT ?)",
        (oldest, _PIECE_CLAIMS),
    ).rowcount
    return deleted == _PIECE_CLAIMS


def shrink(db: sqlite3.Connection, most_bytes: int) -> bool:
    """Give up a piece of what one organisation holds beyond its share of some bytes; whether there may be more."""
    organisations = db.execute("SELECT count(*) FROM claim_usage").fetchone()[0]
    share = most_bytes // max(4, organisations)
    over = db.execute(
        "SELECT org_id, bytes FROM claim_usage WHERE bytes > ? ORDER BY bytes DESC LIMIT 1", (share,)
    ).fetchone()
    if over is None:
        return False
    org_id, used = over
    dropped = _oldest_answers(db, org_id, used - share)
    if dropped:
        db.executemany("UPDATE claims SET answer = x'', answer_dropped = 1 WHERE rowid = ?", dropped)
    else:
        db.execute(
            "DELETE FROM claims WHERE rowid IN (SELECT rowid FROM claims WHERE org_id = ? ORDER BY rowid LIMIT ?)",
            (org_id, _PIECE_CLAIMS),
        )
    return True


def _oldest_answers(db: sqlite3.Connection, org_id: bytes, excess: int) -> list[tuple[int]]:
    """The claims whose answers are to be dropped, the oldest first, until they make up for an excess."""
    found: list[tuple[int]] = []
    for rowid, size in db.execute(
        "SELECT rowid, length(answer) FROM claims WHERE org_id = ? AND length(answer) > ? ORDER BY rowid LIMIT ?",
        (org_id, _SMALL_ANSWER_BYTES, _PIECE_ANSWERS),
    ):
        found.append((rowid,))
        excess -= size
        if excess <= 0:
            break
    return found


def _identity(claim: Claim) -> list[bytes]:
    # One caller's odd text must not fail the group.
    return [text.encode(errors="surrogatepass") for text in (claim.org_id, claim.key)]
