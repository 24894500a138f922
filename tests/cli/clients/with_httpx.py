"""A client with httpx, asynchronous."""

import asyncio
import os

import httpx

SITE = "https://api.tensorone.ai/v2/ai"


async def main() -> None:
    """Create, poll, download."""
    headers = {"Authorization": f"Bearer {os.environ['MOCK_API_KEY']}"}
    async with httpx.AsyncClient(headers=headers, timeout=120) as client:
        made = (await client.post(f"{SITE}/text-to-video", json={"prompt": "A lighthouse at night"})).json()
        while (done := (await client.get(f"{SITE}/videos/{made['videoId']}/status")).json())["status"] != "completed":
            await asyncio.sleep(0.2)
        file = await client.get(done["videoUrl"])
    print(done["videoUrl"], file.headers["content-type"], len(file.content))


asyncio.run(main())
