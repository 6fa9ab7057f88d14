"""A Dask cluster of processes on loopback: `with cluster(2) as here: here.address`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Here:
    """A running cluster; `kill_scheduler` takes it down as a crash would."""

    address: str
    process: "subprocess.Popen[str]"

    def kill_scheduler(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def cluster(workers: int) -> Iterator[Here]:
    """Start a scheduler and so many workers of one thread, all outside of this process."""
    process = subprocess.Popen(
        [sys.executable, __file__, str(workers)], text=True, start_new_session=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )  # fmt: skip
    assert process.stdin is not None and process.stdout is not None
    try:
        yield Here(process.stdout.readline().strip(), process)
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        process.stdout.close()


if __name__ == "__main__":
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=int(sys.argv[1]), threads_per_worker=1, processes=True, dashboard_address=None,
        memory_limit=0, silence_logs=50,
    ) as running:  # fmt: skip
        sys.stdout.write(f"{running.scheduler_address}\n")
        sys.stdout.flush()
        sys.stdin.read()
