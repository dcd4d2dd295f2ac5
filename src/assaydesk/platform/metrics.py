"""Prometheus metrics of one process."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

registry = CollectorRegistry()
ProcessCollector(registry=registry)

requests = Histogram(
    "assaydesk_http_request_seconds",
    "Time of HTTP requests by operation and status.",
    ["method", "route", "status"],
    registry=registry,
)
jobs = Counter("assaydesk_jobs_total", "Jobs that ended, by name and outcome.", ["name", "outcome"], registry=registry)
assessments = Counter(
    "assaydesk_assessments_total", "Assessments that were judged, by outcome.", ["outcome"], registry=registry
)
judge_seconds = Histogram("assaydesk_judge_seconds", "Time of one judgement.", ["provider"], registry=registry)
live_checks = Counter(
    "assaydesk_live_checks_total", "Checks of drafts against one scorecard, by outcome.", ["outcome"], registry=registry
)
live_check_tokens = Counter(
    "assaydesk_live_check_tokens_total", "Tokens that checks of drafts took.", ["direction"], registry=registry
)
live_check_cost = Counter(
    "assaydesk_live_check_cost_total", "What checks of drafts cost, by currency.", ["currency"], registry=registry
)
queue_length = Gauge("assaydesk_queue_waiting", "Jobs that wait in the queue.", registry=registry)


def render() -> bytes:
    """The metrics in Prometheus' text format."""
    return generate_latest(registry)
