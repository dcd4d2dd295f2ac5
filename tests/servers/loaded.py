"""Loads the program, once for all processes that are forked from there; starts and connects nothing."""

from assaydesk import app, registry, worker

registry.import_models()
registry.register_handlers()
registry.register_jobs()
registry.routers()

__all__ = ["app", "registry", "worker"]
