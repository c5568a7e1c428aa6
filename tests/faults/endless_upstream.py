"""A provider whose answers never end: ``endless_upstream.py silent`` after one event, ``endless`` without a pause.

A process of its own, so that it has its own bound on open files. It prints the port that it listens on.
"""

import asyncio
import contextlib
import sys

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
EVENT = b"9\r\ndata: 1\n\n\r\n"
BLOCK = b"10000\r\n" + b"x" * 65_536 + b"\r\n"


async def _serve(kind: str) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(HEAD + EVENT)
            while kind == "endless":
                writer.write(BLOCK)
                await writer.drain()
            while await reader.read(65_536):
                pass
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
