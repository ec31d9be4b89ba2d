"""The walk of a letter through the house. Each room takes rows from its tray and leaves rows in the next; no room calls the next one.

receive → triage → open_case → assure → decide → cascade → deliver → track; clock walks round and looks at what is due.
"""
