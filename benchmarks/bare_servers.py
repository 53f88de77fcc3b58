"""What the servers of a lab are held against in served_protocols.py: the same transports, with nothing to
answer."""

from __future__ import annotations

import asyncio
import selectors
import sys

from lab.http.messages import HttpRequest, HttpResponse
from lab.http.server import HttpServer
from lab.serving.mailbox import Mailbox


def serve_http(size: int) -> None:
    """The lab's own HTTP server and mailbox; the handler gives each request the same `size` bytes."""
    mailbox, body = Mailbox(), b"x" * size

    def answer(request: HttpRequest) -> HttpResponse:
        return HttpResponse(200, {"content-type": "text/plain"}, body)

    server = HttpServer({"/": answer}, mailbox.submit)
    print(server.url.rpartition(":")[2], flush=True)
    with selectors.DefaultSelector() as selector:
        selector.register(mailbox, selectors.EVENT_READ)
        while True:
            selector.select()
            mailbox.run_all()


class _Echo(asyncio.DatagramProtocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        self._transport.sendto(data, address)  # type: ignore[attr-defined]


async def _echo_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line)
        await writer.drain()


async def _serve_echoes() -> None:
    """Lines over TCP, datagrams over UDP: what comes is sent back."""
    tcp = await asyncio.start_server(_echo_lines, "127.0.0.1", 0)
    port = tcp.sockets[0].getsockname()[1]
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(_Echo, local_addr=("127.0.0.1", port))
    print(port, flush=True)
    await tcp.serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "echoes":
        asyncio.run(_serve_echoes())
    else:
        serve_http(int(sys.argv[2]))
