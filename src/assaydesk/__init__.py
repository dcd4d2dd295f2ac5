"""Assaydesk: a service desk in which every piece of work can be assessed."""

__version__ = "0.1.0"
