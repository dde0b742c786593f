"""Processor time and memory of a role, and the line that says them."""

import json
import time


class Figures:
    """From now on."""

    def __init__(self, role, count):
        self._role, self._count = role, count
        self._cpu = time.process_time()
        self.begin_ns = time.monotonic_ns()
        self.latencies = []

    def line(self):
        return json.dumps(
            {
                "role": self._role,
                "who": "FastStream",
                "msgs": self._count,
                "begin_ns": self.begin_ns,
                "end_ns": time.monotonic_ns(),
                "cpu_us_per_msg": round((time.process_time() - self._cpu) * 1e6 / self._count, 3),
                "rss_mb": _megabytes("VmHWM"),
                "rss_anon_mb": _megabytes("RssAnon"),
            }
        )

    def write_latencies(self, path):
        with open(path, "w") as file:
            file.writelines(f"{each}\n" for each in self.latencies)


def _megabytes(name):
    """VmHWM is the peak of the resident set. Not ru_maxrss, which a process inherits from the one that started it."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(name + ":"):
                return round(int(line.split()[1]) / 1024, 1)
    raise RuntimeError(f"/proc/self/status has no {name}")
