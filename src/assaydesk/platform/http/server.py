"""The HTTP server: it ends what never ends by itself before it waits for the connections."""

import socket

import uvicorn

from assaydesk.platform.http.context import AppContext


class Server(uvicorn.Server):
    """Stops promptly also while streams are open."""

    def __init__(self, config: uvicorn.Config, context: AppContext) -> None:
        super().__init__(config)
        self._context = context

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for stop in self._context.stopping:
            await stop()
        await super().shutdown(sockets)
