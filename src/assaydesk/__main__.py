"""Run the command line as ``python -m assaydesk``; child processes are started this way."""

from assaydesk.cli.main import main

main()
