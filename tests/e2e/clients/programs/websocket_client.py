"""Sends a message to each address after the first argument (a file of authorities)."""
import asyncio
import ssl
import sys

import websockets


async def echo(address):
    context = ssl.create_default_context(cafile=sys.argv[1]) if address.startswith("wss") else None
    async with websockets.connect(address, ssl=context) as socket:
        for message in ("hello", "x" * 300_000, b"\x00\xff"):
            await socket.send(message)
            assert await socket.recv() == message
        await socket.ping()
    print("echoed", end=" ")


async def main():
    for address in sys.argv[2:]:
        await echo(address)


asyncio.run(main())
