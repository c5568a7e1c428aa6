"""The fault matrix: every row, what it promises, and where its round is written."""

from faults import callers, clocks, damage, full_disk, io_errors, kills, machine, power, slowness, soak, streams
from faults.trial import Row

ROWS = (
    Row("R-01", "kill-server", "the server dies at any moment", kills.kill_server, (machine.root,)),
    Row("R-01", "kill-engine", "the engine dies at any moment", kills.kill_engine, (machine.root,)),
    Row("R-01", "kill-both", "server and engine die at any moment", kills.kill_both, (machine.root,)),
    Row("R-01", "kill-at-calls", "either dies at its nth write, fsync, rename or unlink", kills.kill_at_calls,
        (machine.tracing,)),
    Row("R-02", "power", "the power goes", power.cut, (machine.loop_devices,)),
    Row("R-03", "eio-sync", "an fsync of the journal fails", io_errors.eio_on_sync, (machine.tracing,)),
    Row("R-03", "eio-write", "a write to the journal fails", io_errors.eio_on_write, (machine.tracing,)),
    Row("R-04", "enospc-memory", "a disk in memory is full for a while", full_disk.full_in_memory, (machine.mounts,)),
    Row("R-04", "enospc-ext4", "an ext4 disk is full for a while", full_disk.full_ext4, (machine.loop_devices,)),
    Row("R-04", "enospc-large", "a disk of 1 GB is full for twelve seconds", full_disk.full_large, (machine.mounts,)),
    Row("R-04", "enospc-growth", "the server's own growth fills the disk", full_disk.grown_full, (machine.mounts,)),
    Row("R-04", "enospc-engine", "the engine's directory is full", full_disk.full_engine, (machine.mounts,)),
    Row("R-04", "enospc-temporary", "the engine's temporary directory is full", full_disk.full_temporary,
        (machine.mounts,)),
    Row("R-04", "enospc-journal-disk", "the journal's disk is full, the engine's is not", full_disk.full_journal,
        (machine.mounts,)),
    Row("R-04", "enospc-journal", "the journal and its log cannot grow", io_errors.no_space_for_journal,
        (machine.tracing,)),
    Row("R-04", "enospc-shm", "the index of the journal's log cannot grow", io_errors.no_space_for_shared_memory,
        (machine.tracing,)),
    Row("R-04", "enospc-control", "the control store cannot grow", io_errors.no_space_for_control, (machine.tracing,)),
    Row("R-04", "enospc-log", "the log's disk is full", full_disk.full_log, (machine.mounts,)),
    Row("R-04", "quota", "no file may grow beyond 6 MiB for a while", full_disk.quota, (machine.root, machine.quotas)),
    Row("R-04", "read-only", "the file system turns read-only", io_errors.read_only, (machine.loop_devices,)),
    Row("R-05", "sigterm", "the server is asked to stop under load", kills.sigterm, (machine.root,)),
    Row("R-06", "frozen-engine", "the engine stands still for 15 s", slowness.frozen_engine, (machine.root,)),
    Row("R-06", "slow-store", "each fsync of the engine is slow", slowness.slow_store, (machine.tracing,)),
    Row("R-08", "one-key", "one key a hundred times from fifty threads", callers.one_key),
    Row("R-09", "one-request", "fifty writers on one request", callers.one_request),
    Row("R-10", "read-at-once", "a read right after each write", callers.read_at_once),
    Row("R-13", "slow-readers", "callers that read 8 KB a second", streams.slow_readers),
    Row("R-14", "idle-streams", "5,000 streams that are silent", streams.idle_streams, (machine.descriptors,)),
    Row("R-20", "bit-flips", "one bit of one file flips", damage.flipped_bits, (machine.root,), 400),
    Row("R-21", "clock", "the wall clock jumps", clocks.jumps, (machine.root, machine.faketime)),
)  # fmt: skip

SOAK = Row("R-15", "soak", "steady load for a long time", soak.soak, (machine.root,), 24 * 3600)

# Goals whose rows are tests that exist: called by name, not written twice.
PROVED_BY_TESTS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "R-06",
        "store-down",
        "the store does not answer while calls pass",
        (
            "tests/product/test_durability.py::test_calls_pass_and_are_recorded_while_the_engine_dies",
            "tests/ingest/test_barrier.py::test_a_store_that_hangs_is_given_up_and_tried_again",
        ),
    ),
    (
        "R-07",
        "full-journal",
        "the journal reaches its bound",
        (
            "tests/ingest/test_commit.py::test_a_full_journal_refuses_until_it_is_loaded",
            "tests/ingest/test_offer.py::test_dropped_is_attempted_minus_stored",
        ),
    ),
    ("R-11", "bad-upstreams", "upstreams that misbehave", ("tests/gateway/test_upstreams.py",)),
    ("R-12", "stream-ends", "each way in which a stream ends", ("tests/gateway/test_endings.py",)),
    (
        "R-20",
        "damaged-journal",
        "the journal's file is damaged",
        ("tests/ingest/test_commit.py::test_a_damaged_journal_is_refused_and_left_alone",),
    ),
    (
        "R-21",
        "injected-clock",
        "the clock goes back and forth",
        (
            "tests/ingest/test_commit.py::test_versions_only_grow",
            "tests/ingest/test_commit.py::test_versions_follow_the_clock",
        ),
    ),
    (
        "R-22",
        "retention",
        "what is too old goes, and all else stays",
        ("tests/jobs/test_retention.py", "tests/telemetry/test_retention.py"),
    ),
    (
        "R-23",
        "two-servers",
        "a second server on the same directory",
        (
            "tests/product/test_operations.py::test_a_second_server_is_refused_with_a_sentence",
            "tests/engine/test_data_directory.py::test_a_killed_holder_never_blocks_the_next",
        ),
    ),
    (
        "R-24",
        "simulated-crashes",
        "the journal under drawn crashes and restarts",
        ("tests/ingest/test_claims.py::test_claims_and_rows_hold_over_restarts_and_crashes",),
    ),
)
