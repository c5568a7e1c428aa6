"""How many connections the limit on open files allows."""

import subprocess
import sys

import pytest

CODE = """
import resource
from helicorder.listener.server import affordable_connections
resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))
print(affordable_connections({wanted}), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "wanted", "affordable", "raised"),
    [
        (1024, 4096, 1000, 1000, 2512),
        (1024, 1512, 1000, 500, 1512),
        (4096, 4096, 1000, 1000, 4096),
        (256, 256, 1000, 1, 256),
    ],
    ids=["raised as far as needed", "raised as far as allowed", "enough already", "too few for anything"],
)
def test_connections_leave_files_for_everything_else(
    soft: int, hard: int, wanted: int, affordable: int, raised: int
) -> None:
    """The limit is raised as far as it may be; two files for each connection, and 512 others, fit under it."""
    code = CODE.format(soft=soft, hard=hard, wanted=wanted)
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert finished.stdout.splitlines()[-1] == f"{affordable} {raised}"
