"""Vocabulary of fairness probes."""

from enum import StrEnum


class Swap(StrEnum):
    """What is changed in a conversation while everything that should count stays as it was."""

    NAMES = "names"
    """First names of the customer and of the desk: another origin."""
    GENDER = "gender"
    """First names, salutations and pronouns: the other gender."""
    DIALECT = "dialect"
    """The customer's spelling: regional forms, no capitals, common slips."""
    FORMALITY = "formality"
    """How the customer speaks: Sie or du; I am or I'm."""


class ProbeState(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
