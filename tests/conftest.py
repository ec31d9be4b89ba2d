"""Fixtures that every test may ask for: real servers started on the way, migrated databases, and a small house."""

pytest_plugins = [
    "tests.servers.token_endpoint",
    "tests.servers.postfix_dovecot",
    "tests.servers.postgres",
    "tests.servers.work_accounts",
    "tests.databases",
    "tests.service.flow.home",
]
