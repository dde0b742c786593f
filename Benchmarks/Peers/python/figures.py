"""Time, processor time and memory, and the line that says them."""

import json
import os
import time


class Measured:
    """Time and processor time (all threads) of what runs inside `with`."""

    def __init__(self):
        self.latencies = []
        self.seconds = self.cpu_seconds = 0
        self.megabytes = 0  # of another process that took part

    def __enter__(self):
        self._wall, self._cpu = time.monotonic(), time.process_time()
        return self

    def __exit__(self, *_):
        self.seconds += time.monotonic() - self._wall
        self.cpu_seconds += time.process_time() - self._cpu

    def add(self, cpu_seconds, megabytes):
        """Another process's share."""
        self.cpu_seconds += cpu_seconds
        self.megabytes += megabytes

    def line(self, name, who, count):
        return json.dumps(
            {
                "case": name,
                "who": who,
                "msgs": count,
                "msgs_per_s": round(count / self.seconds),
                "cpu_us_per_msg": round(self.cpu_seconds * 1e6 / count, 3),
                "rss_mb": round(self.megabytes + peak_megabytes(), 1),
            }
        )

    def write_latencies(self):
        path = os.environ.get("LATENCIES")
        if path and self.latencies:
            with open(path, "w") as file:
                file.writelines(f"{each}\n" for each in self.latencies)


def peak_megabytes():
    """The peak of the resident set. Not ru_maxrss, which a process inherits from the one that started it."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    raise RuntimeError("/proc/self/status has no VmHWM")
