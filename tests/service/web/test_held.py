"""While nothing leaves, every page says so."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.service.web.conftest import a_town


@pytest.mark.parametrize("path", ["/", "/policies"])
async def test_every_page_says_that_nothing_leaves_and_what_to_do(path: str, tmp_path: Path) -> None:
    async with a_town(tmp_path) as town:
        priya = await town.as_("quality")
        assert "No letter leaves" not in (await priya.get(path)).text
        async with town.database.begin() as work:
            await work.fence.make(at=datetime.now(UTC))
            await work.fence.hold("It was restored.", at=datetime.now(UTC))
        shown = (await priya.get(path)).text
        assert "No letter leaves this service" in shown
        assert "It was restored. Tell the person who runs the service." in shown
