"""What is done in a process that is timed; `worker.py` says how. Imports are inside: each process has only its own."""
