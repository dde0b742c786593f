"""The sending end of one-way is a process of its own, as a service would be: two ends in one would wait for each other
at the interpreter's lock."""

import multiprocessing

from figures import Measured, peak_megabytes
from program import end_in_time


class Sender:
    """A process that runs `send(count, section)`: connects, and sends inside `with section`."""

    def __init__(self, send, count):
        # spawn: a fork would take the connections and loops of this process along.
        processes = multiprocessing.get_context("spawn")
        self._pipe, theirs = processes.Pipe()
        processes.Process(target=run, args=(theirs, send, count), daemon=True).start()
        theirs.close()
        self._pipe.recv()

    def start(self):
        self._pipe.send("start")

    def result(self):
        """Its processor time and its memory, when everything was sent and confirmed."""
        return self._pipe.recv()


class Section(Measured):
    """What counts of that process: from the moment it may send."""

    def __init__(self, pipe):
        super().__init__()
        self._pipe = pipe

    def __enter__(self):
        self._pipe.send("connected")
        self._pipe.recv()
        return super().__enter__()

    def __exit__(self, failed, *_):
        super().__exit__()
        if not failed:
            self._pipe.send((self.cpu_seconds, peak_megabytes()))


def run(pipe, send, count):
    end_in_time()
    send(count, Section(pipe))
