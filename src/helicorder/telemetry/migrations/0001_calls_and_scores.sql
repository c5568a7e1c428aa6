-- Calls, their bodies, scores and property edits.
--
-- Every table is a ReplacingMergeTree of `version`, the position of the row in the journal: loading the same batch again
-- adds rows that merge away, and readers look through duplicates (FINAL), so a replay changes no answer.
-- fsync_*: the journal is trimmed once an insert returns, so the insert has to be on the disk by then, and so has a merge
-- that replaces inserted parts. max_suspicious_broken_parts*: after a power loss the store opens with what is whole.
-- org_id leads every key: a tenant's rows lie together, and another tenant's are never read.

-- (org_id, created_at, request_id) is the identity of a call. Time before id: the page of newest calls reads from the end of
-- the key and stops. One call by id, one user's and one session's, go through a bloom filter: ids are the clients' own, so no order helps.
-- Parts by month: retention drops parts, and a window of time opens only its own.
-- words: what both bodies say, in lower case, without the JSON around it. by_words, an inverted index of its words, finds the
-- calls that hold a word without reading them, and those that hold a part of one by a look through its dictionary.
-- by_property is the same for properties, each with its value one word: a filter on one value reads no properties at all.
-- Small granules and blocks: a page sorted by cost takes its calls from anywhere, and unpacks what lies around each.
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
    input_key UInt64 CODEC(ZSTD(1)),
    request_preview String CODEC(ZSTD(1)),
    response_preview String CODEC(ZSTD(1)),
    words String CODEC(ZSTD(3)),
    INDEX by_request_id request_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_user_id user_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_session_id session_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX by_version version TYPE minmax GRANULARITY 1,
    INDEX by_words words TYPE text(tokenizer = splitByNonAlpha),
    INDEX by_property arrayMap((k, v) -> concat(toString(length(k)), ':', k, v), mapKeys(properties), mapValues(properties))
        TYPE text(tokenizer = array)
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(created_at)
ORDER BY (org_id, created_at, request_id)
SETTINGS index_granularity = 512, min_compress_block_size = 16384, fsync_after_insert = 1, fsync_part_directory = 1,
    min_rows_to_fsync_after_merge = 1, max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- The texts of a call, apart, so that lists and charts never read past them. In the order of calls, so that one batch overlaps
-- no other; one body is found by the time that its call has.
-- A smaller granule: reading one body must not unpack thousands of others.
CREATE TABLE IF NOT EXISTS bodies
(
    org_id String CODEC(ZSTD(1)),
    created_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    request_body Nullable(String) CODEC(ZSTD(3)),
    response_body Nullable(String) CODEC(ZSTD(3))
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(created_at)
ORDER BY (org_id, created_at, request_id)
SETTINGS index_granularity = 256, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- Every version of every score, and its deletion: what happened, never rewritten. What is current, and what was current at
-- any version, is derived from it. What is judged before the name: the scores of a page of calls are a few stretches of the
-- key, and small granules, since ids lie anywhere. by_version prunes to the parts of a batch, or to what came since a mark; by_score_id finds one score.
CREATE TABLE IF NOT EXISTS score_versions
(
    org_id String CODEC(ZSTD(1)),
    target_id String CODEC(ZSTD(1)),
    target LowCardinality(String),
    name String CODEC(ZSTD(1)),
    score_id String CODEC(ZSTD(1)),
    version UInt64 CODEC(ZSTD(1)),
    kind LowCardinality(String),
    value Float64 CODEC(ZSTD(1)),
    label String CODEC(ZSTD(1)),
    text String CODEC(ZSTD(1)),
    comment String CODEC(ZSTD(1)),
    metadata Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    source LowCardinality(String),
    author LowCardinality(String),
    judged_at DateTime64(6, 'UTC') CODEC(ZSTD(1)),
    inclusion Float64 CODEC(ZSTD(1)),
    deleted Bool,
    reason String CODEC(ZSTD(1)),
    key_id LowCardinality(String),
    INDEX by_version version TYPE minmax GRANULARITY 1,
    INDEX by_score_id score_id TYPE bloom_filter(0.001) GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (org_id, target_id, target, name, score_id, version)
SETTINGS index_granularity = 512, fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- The same versions in the order in which they were acknowledged: the change feed reads one stretch.
CREATE TABLE IF NOT EXISTS score_changes
(
    org_id String CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    target_id String CODEC(ZSTD(1)),
    target LowCardinality(String),
    name LowCardinality(String),
    score_id String CODEC(ZSTD(1)),
    deleted Bool
)
ENGINE = ReplacingMergeTree
ORDER BY (org_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- Current scores beside the call that each one judges, so that a chart joins nothing. Derived (`sql/derivation.py`) from
-- score_versions, calls and property_edits whenever one of them changes, in the load that changes it. Nothing is rolled up.
-- Name, then the time of the call: one score over a window is one stretch of the key, parts hardly overlap in it, and so
-- FINAL has little to merge; row_key, a hash of what is judged and the score's id, spares it comparing texts. A score whose
-- call has not come stands at 1970. When the call comes the score moves: the old place gets a row with gone = 1, which FINAL
-- leaves out. version is that of the newest of all that a row is derived from.
CREATE TABLE IF NOT EXISTS scores
(
    org_id String CODEC(ZSTD(1)),
    name String CODEC(ZSTD(1)),
    created_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    row_key UInt128,
    target_id String CODEC(ZSTD(1)),
    target LowCardinality(String),
    score_id String CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    gone UInt8,
    revision UInt64 CODEC(Delta, ZSTD(1)),
    kind LowCardinality(String),
    value Float64 CODEC(ZSTD(1)),
    label LowCardinality(String),
    text String CODEC(ZSTD(1)),
    comment String CODEC(ZSTD(1)),
    metadata Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    source LowCardinality(String),
    author LowCardinality(String),
    judged_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    inclusion Float64 CODEC(ZSTD(1)),
    shared Bool,
    attached Bool,
    cluster UInt64 CODEC(ZSTD(1)),
    response_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    provider LowCardinality(String),
    model LowCardinality(String),
    status Int32,
    target_url LowCardinality(String),
    latency_ms Nullable(UInt64),
    time_to_first_token_ms Nullable(UInt64),
    prompt_tokens Nullable(UInt64),
    completion_tokens Nullable(UInt64),
    prompt_cache_read_tokens Nullable(UInt64),
    prompt_cache_write_tokens Nullable(UInt64),
    reasoning_tokens Nullable(UInt64),
    cost_usd Nullable(Decimal(18, 12)),
    user_id String CODEC(ZSTD(1)),
    session_id String CODEC(ZSTD(1)),
    session_name LowCardinality(String),
    properties Map(LowCardinality(String), String) CODEC(ZSTD(1)),
    prompt_id LowCardinality(String),
    prompt_version LowCardinality(String),
    referrer LowCardinality(String),
    country_code LowCardinality(String),
    input_key UInt64 CODEC(ZSTD(1)),
    INDEX by_judged_at judged_at TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version, gone)
PARTITION BY toYYYYMM(created_at)
PRIMARY KEY (org_id, name, created_at)
ORDER BY (org_id, name, created_at, row_key)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- Which scores an organisation has ever had, and the largest value of each by size. Both only grow, so that loading twice,
-- deleting and editing leave them right: a bound, not a sum.
CREATE TABLE IF NOT EXISTS score_names
(
    org_id String,
    name String,
    kind LowCardinality(String),
    largest SimpleAggregateFunction(max, Float64)
)
ENGINE = AggregatingMergeTree
ORDER BY (org_id, name, kind)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;

-- Properties put on a request after or before it was recorded, every version; readers lay the newest over the call's own. Key
-- before id: a filter on a property reads the edits of that property only. The bloom filter finds the edits of a page of calls.
CREATE TABLE IF NOT EXISTS property_edits
(
    org_id String CODEC(ZSTD(1)),
    key String CODEC(ZSTD(1)),
    request_id String CODEC(ZSTD(1)),
    version UInt64 CODEC(Delta, ZSTD(1)),
    value String CODEC(ZSTD(1)),
    edited_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)),
    author LowCardinality(String),
    INDEX by_request_id request_id TYPE bloom_filter(0.001) GRANULARITY 1,
    INDEX by_version version TYPE minmax GRANULARITY 1
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (org_id, key, request_id, version)
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1, min_rows_to_fsync_after_merge = 1,
    max_suspicious_broken_parts = 1000000, max_suspicious_broken_parts_bytes = 1000000000000000;
