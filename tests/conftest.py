"""Fixtures that every test may ask for: real servers started on the way, migrated databases, and a small house."""

from hypothesis import settings

# A timing is a benchmark, never a test: on a busy machine an example may take as long as it likes.
settings.register_profile("house", deadline=None)
settings.load_profile("house")

pytest_plugins = [
    "tests.servers.token_endpoint",
    "tests.servers.postfix_dovecot",
    "tests.servers.postgres",
    "tests.servers.work_accounts",
    "tests.databases",
    "tests.service.flow.home",
]
