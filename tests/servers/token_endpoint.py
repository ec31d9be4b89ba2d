"""A local identity provider: it issues client-credentials tokens and tells Dovecot which tokens are good."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest


class TokenEndpoint:
    """Answers POST /token and POST /introspect on the loopback, and remembers what it was asked."""

    def __init__(self) -> None:
        self.user = "alerts@hub.test"
        self.lifetime = 3600
        self.refusal: str | None = None
        self.good: set[str] = set()
        self.requests: list[dict[str, str]] = []
        endpoint = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = {k: v[0] for k, v in parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode()).items()}
                status, body = endpoint.answer(self.path, form)
                data = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        self.token_url = f"http://127.0.0.1:{self.port}/token"
        self.introspection_url = f"http://127.0.0.1:{self.port}/introspect"

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Answer one request."""
        if path == "/introspect":
            good = form.get("token") in self.good
            return 200, {"active": good, "username": self.user} if good else {"active": False}
        self.requests.append(form)
        if self.refusal:
            return 401, {"error": self.refusal, "error_description": "AADSTS7000215: Invalid client secret provided."}
        token = f"good-token-{len(self.requests)}"
        self.good.add(token)
        return 200, {"token_type": "Bearer", "access_token": token, "expires_in": self.lifetime}


@pytest.fixture(scope="session")
def _running_token_endpoint() -> Iterator[TokenEndpoint]:
    endpoint = TokenEndpoint()
    thread = threading.Thread(target=endpoint.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield endpoint
    endpoint.server.shutdown()
    endpoint.server.server_close()
    thread.join(2)


@pytest.fixture
def token_endpoint(_running_token_endpoint: TokenEndpoint) -> TokenEndpoint:
    """Give the local identity provider, with its memory wiped."""
    endpoint = _running_token_endpoint
    endpoint.lifetime, endpoint.refusal = 3600, None
    endpoint.user = "alerts@hub.test"
    endpoint.good.clear()
    endpoint.requests.clear()
    return endpoint
