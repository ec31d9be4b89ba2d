"""Builds the web application: every page, its guards and its errors."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.staticfiles import StaticFiles

from service.flow.house import House
from service.ports import WorkAccounts
from service.web import (
    answer_page,
    api_pages,
    board_pages,
    call_pages,
    case_pages,
    confirm_page,
    decision_pages,
    directory_authorities,
    directory_contacts,
    directory_files,
    directory_lists,
    directory_pages,
    drift_pages,
    errors,
    exercise_pages,
    health,
    home,
    metrics,
    people_pages,
    policy_pages,
    proof,
    quarantine_pages,
    repair_pages,
    reports,
    second_factor_pages,
    sign_in_pages,
    task_pages,
    tray_pages,
    work_account_pages,
    your_sign_in_pages,
)
from service.web.rates import Rates
from service.web.security import Guard, origin_of
from service.web.session import ShowsLetters, Site
from service.web.trail import Trail

_ROOMS = (
    sign_in_pages, second_factor_pages, proof, work_account_pages, your_sign_in_pages, home, case_pages, board_pages, call_pages,
    repair_pages, decision_pages, tray_pages,
    quarantine_pages, directory_authorities, directory_lists, directory_files, directory_contacts, directory_pages, api_pages,
    drift_pages, policy_pages, people_pages, task_pages, answer_page, confirm_page, exercise_pages,
    health, metrics, reports,
)  # fmt: skip


def make_site(
    house: House,
    *,
    viewer: ShowsLetters,
    clock: Callable[[], datetime],
    secure: bool,
    accounts: WorkAccounts | None = None,
    links: bool = True,
    looks_at_board: int = 900,
    metrics_token: str = "",
) -> FastAPI:
    """Build the pages over *house*; *viewer* opens strangers' letters, *secure* says that people reach them over TLS.

    People sign in with their work *accounts*, by emailed *links*, or both. *metrics_token* opens the numbers.
    """
    app = FastAPI(title="National Alerts", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.site = Site(
        house=house,
        viewer=viewer,
        clock=clock,
        secure=secure,
        accounts=accounts,
        links=links,
        looks_at_board=looks_at_board,
        metrics_token=metrics_token,
    )
    app.state.streams = {}
    app.state.rates = rates = Rates()
    for room in _ROOMS:
        app.include_router(room.router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"), name="static")
    errors.install(app, secure=secure)
    proof.install(app)
    api_pages.install(app)
    app.add_middleware(Trail, house=house, clock=clock)
    # The loopback names let a health probe on the same machine in; links in letters never come from the Host header.
    hosts = [urlsplit(house.base_url).hostname or "localhost", "localhost", "127.0.0.1"]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts, www_redirect=False)
    app.add_middleware(Guard, origin=origin_of(house.base_url), secure=secure, rates=rates, test_letters=house.only_to is not None)
    return app
