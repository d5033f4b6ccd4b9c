"""What one would write with asyncio alone: connect to every port of a range once, WINDOW at a time, and count.

python -m tests.bench.plain_asyncio ADDRESS FIRST LAST WINDOW      prints: seconds open refused other
"""

import asyncio
import sys
import time
from collections import Counter


async def connect(address: str, port: int) -> str:
    try:
        _, writer = await asyncio.open_connection(address, port)
    except ConnectionRefusedError:
        return "refused"
    except OSError:
        return "other"
    writer.close()
    return "open"


async def main(address: str, first: int, last: int, window: int) -> None:
    window_of = asyncio.Semaphore(window)

    async def one(port: int) -> str:
        async with window_of:
            return await connect(address, port)

    began = time.perf_counter()
    seen = Counter(await asyncio.gather(*(one(port) for port in range(first, last + 1))))
    seconds = time.perf_counter() - began
    print(f"{seconds:.6f} {seen['open']} {seen['refused']} {seen['other']}")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:5])))
