"""The command line: `PROGRAM CASE COUNT`, the broker in AMQP_URL; Benchmarks/README.md says what is printed."""

import os
import sys
import threading
import traceback

LIMIT_SECONDS = 300


def main(who, cases):
    """Runs the function that `cases` has for the name, with the count; it returns what was measured."""
    name, count = sys.argv[1:] if len(sys.argv) == 3 else ("", "")
    if name not in cases or not count.isdecimal() or int(count) == 0:
        sys.exit(f"usage: {'|'.join(cases)} COUNT")
    if "AMQP_URL" not in os.environ:
        sys.exit("set AMQP_URL")
    end_in_time()
    try:
        measured = cases[name](int(count))
    except Exception as error:
        traceback.print_exc()
        sys.exit(repr(first(error)))
    print(measured.line(name, who, int(count)))
    measured.write_latencies()


def first(error):
    """Of a group of tasks, any may have failed, and often all for the same reason."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def end_in_time():
    """Nothing here waits for good: the whole process ends, whatever its threads are at."""
    timer = threading.Timer(LIMIT_SECONDS, give_up)
    timer.daemon = True
    timer.start()


def give_up():
    print(f"no result after {LIMIT_SECONDS} s", file=sys.stderr, flush=True)
    os._exit(1)
