-- Calls, their bodies, scores and property edits.
--
-- Every table is a ReplacingMergeTree of `version`, the position of the row in the journal: loading the same batch again
-- adds rows that merge away, and readers look through duplicates (FINAL), so a replay changes no answer.
-- fsync_*: the journal is trimmed once an insert returns, so the insert has to be on the disk by then, and so has a merge
-- that replaces inserted parts. max_suspicious_broken_parts*: after a power loss the store opens with what is whole.
-- org_id leads every key: a tenant's rows lie together, and another tenant's are never read.

-- (org_id, created_at, request_id) is the identity of a call. Time before id: the page of newest calls reads from the end of
-- the key and stops. One call by id goes through the bloom filter: ids are the clients' own, so no order helps there.
-- Parts by month: retention drops parts, and a window of time opens only its own.
CREATE TABLE IF NOT EXISTS calls
(
    org_id String CODEC(ZSTD(1)),
    created_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    response_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    provider LowCardinality(String),
    model LowCardinality(String),
    status Int32,
    request_model LowCardinality(Nullable(String)),
    response_model LowCardinality(Nullable(String)),
    model_override LowCardinality(Nullable(String)),
    path String CODEC(ZSTD(1)),
    target_url String CODEC(ZSTD(1)),
    ending LowCardinality(String),
    streamed Bool,
    latency_ms Nullable(UInt64),
    time_to_first_token_ms Nullable(UInt64),
    prompt_tokens Nullable(UInt64),
    completion_tokens Nullable(UInt64),
    prompt_cache_read_tokens Nullable(UInt64),
    prompt_cache_write_tokens Nullable(UInt64),
    reasoning_tokens Nullable(UInt64),
    prompt_audio_tokens Nullable(UInt64),
    completion_audio_tokens Nullable(UInt64),
    prompt_cache_write_1h_tokens Nullable(UInt64),
    cost_usd Nullable(Decimal(18, 12)),
    user_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    session_name String CODEC(ZSTD(1)),
    session_path String CODEC(ZSTD(1)),
    properties Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    prompt_id LowCardinality(String),
    prompt_version LowCardinality(String),
    referrer LowCardinality(String),
    country_code LowCardinality(String),
    size_bytes UInt64,
    INDEX by_request_id request_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(created_at)
ORDER BY (org_id, created_at, request_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- The texts of a call, apart, so that lists and charts never read past them. Fetched by id, so the id comes before the time.
-- A smaller granule: reading one body must not unpack thousands of others.
CREATE TABLE IF NOT EXISTS bodies
(
    org_id String CODEC(ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    created_at DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    version UInt64 CODEC(ZSTD(1)),
    request_body Nullable(String) CODEC(ZSTD(3)),
    response_body Nullable(String) CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(created_at)
ORDER BY (org_id, request_id, created_at)
SETTINGS index_granularity = 256, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- The current value of each score. Name before id: one score over time, and the calls whose score is such-and-such, read
-- one stretch of the key. Never rolled up: a materialized view would count a score that is sent again twice.
CREATE TABLE IF NOT EXISTS scores
(
    org_id String CODEC(ZSTD(1)),
    name String CODEC(ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    kind LowCardinality(String),
    value Float64 CODEC(ZSTD(1)),
    judged_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    source LowCardinality(String),
    author LowCardinality(String)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (org_id, name, request_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- Every version of every score; what one replaced is the one before it. Id before name: the scores of a page of calls, and
-- the history of one call, are a few stretches of the key.
CREATE TABLE IF NOT EXISTS score_versions
(
    org_id String CODEC(ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    name String CODEC(ZSTD(1)),
    version UInt64 CODEC(ZSTD(1)),
    kind LowCardinality(String),
    value Float64 CODEC(ZSTD(1)),
    judged_at DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    source LowCardinality(String),
    author LowCardinality(String)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (org_id, request_id, name, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- Properties put on a request after or before it was recorded; readers lay them over the call's own. Key before id: a filter
-- on a property reads the edits of that property only. The bloom filter finds the edits of a page of calls.
CREATE TABLE IF NOT EXISTS property_edits
(
    org_id String CODEC(ZSTD(1)),
    key String CODEC(ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    value String CODEC(ZSTD(1)),
    edited_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    author LowCardinality(String),
    INDEX by_request_id request_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (org_id, key, request_id)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;
