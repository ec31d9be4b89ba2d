"""Real servers for the tests in temporary folders: Postfix and Dovecot, PostgreSQL, a token endpoint; and scripted ones for faults."""
