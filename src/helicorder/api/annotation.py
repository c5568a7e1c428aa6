"""What a handler of queues is given: the data, the queues, and under which name the one who asks annotates."""

from litestar.di import NamedDependency

from helicorder.api.context import Context
from helicorder.control.doorkeeper import Doorkeeper
from helicorder.control.queues import Queues


class Annotation:
    """One request's view of queues, as `Context` is of data.

    Attributes:
        context: who asks, and the two ways to the data. queues: what is kept of queues.
    """

    __slots__ = ("_doorkeeper", "context", "queues")

    def __init__(self, context: Context, queues: Queues, doorkeeper: Doorkeeper) -> None:
        self.context = context
        self.queues = queues
        self._doorkeeper = doorkeeper

    @property
    def org_id(self) -> str:
        """Whose queues."""
        return self.context.principal.org_id

    async def author(self) -> str:
        """The name under which the annotations of the one who asks are kept, the same as in ``/v1/auth/me``.

        Raises:
            Unavailable: the control database does not answer.
        """
        return (await self._doorkeeper.identity(self.context.principal)).author


FromAnnotation = NamedDependency[Annotation]
