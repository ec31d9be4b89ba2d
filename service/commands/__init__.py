"""The commands of `national-alerts`, one module for each noun; `service.__main__` only puts them together."""
