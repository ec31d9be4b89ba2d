"""National Alerts: the email service that tells every UK authority when a child on a protection plan goes missing.

A form comes in by email, is read, checked, approved by a named person, sent to every authority one letter each, and every
authority ends in a named state. Start reading at `service.flow`.
"""
