"""Do one task in this process, time it, and print what it took as one line of JSON.

    python worker.py ours.temporal '{"arguments": ["series.nii.gz"], "warm": ["small.nii.gz"]}'

A task is a function in `tasks/` that makes everything ready and returns the function to be timed. ``warm`` is a smaller
job of the same kind that is done first, so that what is imported at first use is not counted; the peak memory of the
process is then that of both, which is that of the larger.
"""

import importlib
import json
import sys
import time


def main() -> None:
    """Do the task."""
    module, name = sys.argv[1].split(".")
    given = json.loads(sys.argv[2])
    make_ready = getattr(importlib.import_module(f"tasks.{module}"), name)
    if given.get("warm"):
        make_ready(*given["warm"])()
    work = make_ready(*given["arguments"])
    begin = time.perf_counter()
    said = work()
    seconds = time.perf_counter() - begin
    print(json.dumps({"seconds": seconds, **(said() if callable(said) else {})}))


if __name__ == "__main__":
    main()
