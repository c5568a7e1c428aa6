"""How a question about scores is meant: by which clock, what belongs together, what was known beforehand."""

import enum


class Clock(enum.StrEnum):
    """Which time places a score on the axis: when it was judged, or when the request that it judges was made."""

    JUDGED = "judged"
    REQUESTED = "requested"


class Clustering(enum.StrEnum):
    """Which rows are taken as not independent: those of a session, else of a user (AUTO); of one of both; none."""

    AUTO = "auto"
    SESSION = "session"
    USER = "user"
    NONE = "none"


class Covariate(enum.StrEnum):
    """What is known of a call before its answer, and may say something about its score."""

    PROMPT_TOKENS = "prompt_tokens"
    HOUR = "hour"
