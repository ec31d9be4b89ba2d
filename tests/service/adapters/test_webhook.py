"""An alarm reaches a webhook as JSON; whatever else the other end does, it was not taken and nothing breaks."""

import asyncio
import json

import pytest

from service.adapters.webhook import PostsJson
from tests.servers.scripted import Conversation, scripted


def answering(reply: str) -> tuple[list[dict[str, str]], object]:
    got: list[dict[str, str]] = []

    async def play(line: Conversation) -> None:
        length = 0
        while head := await line.hear():
            if head.lower().startswith("content-length:"):
                length = int(head.partition(":")[2])
        got.append(json.loads(await line.reader.readexactly(length)))
        await line.say(reply, "Content-Length: 0", "")

    return got, play


@pytest.mark.parametrize(("reply", "taken"), [("HTTP/1.1 204 No Content", True), ("HTTP/1.1 500 Oh", False), ("nonsense", False)])
async def test_a_message_is_taken_when_the_answer_says_so(reply: str, taken: bool) -> None:
    got, play = answering(reply)
    async with scripted(play) as server:  # type: ignore[arg-type]
        assert await PostsJson(url=f"http://127.0.0.1:{server.port}/hook").post({"text": "The clocks differ"}) is taken
    assert got == [{"text": "The clocks differ"}]


async def test_a_webhook_that_redirects_is_not_followed() -> None:
    got, play = answering("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/")
    async with scripted(play) as server:  # type: ignore[arg-type]
        assert not await PostsJson(url=f"http://127.0.0.1:{server.port}/").post({"text": "x"})
    assert len(got) == 1


async def test_one_that_is_not_there_or_says_nothing_takes_nothing() -> None:
    async def silent(line: Conversation) -> None:
        await asyncio.sleep(5)

    assert not await PostsJson(url="http://127.0.0.1:1/").post({"text": "x"})
    async with scripted(silent) as server:
        assert not await PostsJson(url=f"http://127.0.0.1:{server.port}/", timeout=0.2).post({"text": "x"})


def test_the_address_goes_by_tls_and_is_never_shown() -> None:
    with pytest.raises(ValueError, match="https"):
        PostsJson(url="http://chat.test/secret")
    assert "secret" not in repr(PostsJson(url="https://chat.test/secret"))
