"""What the journal carries: any of the rows that a write can make."""

import msgspec

from helicorder.model.call import Call
from helicorder.model.score import PropertyEdit, Score

Row = Call | Score | PropertyEdit


class Stamped(msgspec.Struct, frozen=True):
    """A row with its server-given version: strictly increasing, about microseconds since 1970. Newest wins."""

    version: int
    row: Row

    @property
    def texts_version(self) -> int:
        """The version of a call's texts: 0, so that it replaces none, where the call says nothing of them."""
        return 0 if isinstance(self.row, Call) and self.row.without_texts else self.version
