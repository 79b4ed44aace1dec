"""Start commands one after the other, wait for each, and write down how long they took and the memory they had.

    python -I -S launcher.py REPORT COMMANDS LIMIT

The bench starts every command through this small process. The peak that an operating system reports for a process
begins with the size of the one that started it, so that a bench which holds arrays would be measured too.
"""

import json
import os
import resource
import sys
import time

NOT_FOUND = 127  # what a shell says


def launch(commands: list[list[str]]) -> dict[str, float]:
    """Return the seconds of all commands, the largest peak in the system's unit, and the first exit code but 0."""
    peak, code = 0, 0
    begin = time.perf_counter()
    for command in commands:
        try:
            process = os.posix_spawnp(command[0], command, os.environ)
        except OSError as error:
            print(f"{command[0]} cannot be started: {error.strerror}.", file=sys.stderr)
            code = NOT_FOUND
            break
        _, status, usage = os.wait4(process, 0)
        peak = max(peak, usage.ru_maxrss)
        code = os.waitstatus_to_exitcode(status)
        if code:
            break
    return {"seconds": time.perf_counter() - begin, "peak": peak, "code": code}


if __name__ == "__main__":
    if int(sys.argv[3]):
        resource.setrlimit(resource.RLIMIT_DATA, (int(sys.argv[3]),) * 2)
    report = launch(json.loads(sys.argv[2]))
    with open(sys.argv[1], "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would make this process larger
        json.dump(report, file)
