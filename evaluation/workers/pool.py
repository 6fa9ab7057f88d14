"""Worker processes as a `concurrent.futures.Executor` that replaces dead ones.

The standard process pool breaks as a whole if one process dies, and it cannot stop a single call.
Here each process does one call at a time. If it dies, or takes longer than its limit, only its own
call is lost, and the process is replaced.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

from evaluation.planning.cell import Outcome
from evaluation.workers import worker

ENVIRONMENT = {
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
    ),
    "TOKENIZERS_PARALLELISM": "false",
    # glibc: keep freed tensors; a megabyte fetched from the system anew costs as much as its use
    "MALLOC_MMAP_THRESHOLD_": str(2**30),
    "MALLOC_TRIM_THRESHOLD_": str(2**31 - 1),
}
"""A worker computes on one thread, so that sums are taken in the same order on every machine and
two workers are twice as fast as one."""

LOG_BYTES = 4_000
"""How many of the last bytes that a worker wrote while a cell failed are shown."""

P = ParamSpec("P")
T = TypeVar("T")


class WorkerDied(BrokenExecutor):
    """The process that did the call is gone; the call may be tried again."""


class TookTooLong(Exception):
    """The call took longer than its limit and was stopped; trying again would take as long."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one cell may take: wall seconds, and megabytes that its worker allocates."""

    seconds: float | None = None
    memory_mb: int | None = None


@dataclass(frozen=True, slots=True)
class _Call:
    future: Future[Any]
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    limits: Limits


class Pool(Executor):
    """A number of worker processes, each started when it is first needed."""

    def __init__(self, workers: int, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._workers = [_Worker() for _ in range(workers)]
        self._threads = [
            threading.Thread(target=self._serve, args=(each,), daemon=True)
            for each in self._workers
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do the call in a worker, within the pool's limits."""
        if kwargs:
            raise TypeError("a worker takes arguments by position only")
        return self.put(self.limits, fn, *args)

    def put(self, limits: Limits, function: Callable[..., T], *arguments: Any) -> Future[T]:
        """Do the call in a worker, within limits of its own."""
        future: Future[T] = Future()
        self._calls.put(_Call(future, function, arguments, limits))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers when their calls are done; waiting calls are done or cancelled."""
        if cancel_futures:
            with suppress(Empty):
                while True:
                    call = self._calls.get_nowait()
                    if call is not None:
                        call.future.cancel()
        for _ in self._threads:
            self._calls.put(None)
        if wait:
            for thread in self._threads:
                thread.join()

    def kill(self) -> None:
        """End the workers at once: calls under way are lost."""
        self.shutdown(wait=False, cancel_futures=True)
        for each in self._workers:
            each.kill()
        for thread in self._threads:
            thread.join()

    def _serve(self, own: "_Worker") -> None:
        while (call := self._calls.get()) is not None:
            if not call.future.set_running_or_notify_cancel():
                continue
            try:
                call.future.set_result(own.do(call))
            except BaseException as error:
                call.future.set_exception(error)
        own.close()


class _Worker:
    """One process with its socket and its log; it is started again if it is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (closed with the worker)

    def do(self, call: _Call) -> Any:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._start()
        assert self._process is not None
        os.ftruncate(self._log.fileno(), 0)
        os.lseek(self._log.fileno(), 0, os.SEEK_SET)  # the worker writes at this very place
        try:
            self._connection.send((call.function, call.arguments, call.limits.memory_mb))
            if not self._connection.poll(call.limits.seconds):
                self._end()
                raise TookTooLong(
                    f"{self._told()}stopped: it took longer than {call.limits.seconds:g} seconds"
                )
            done, value = self._connection.recv()
        except (EOFError, ConnectionError):
            code = self._process.wait()
            raise WorkerDied(f"{self._told()}its worker process {_how(code)}") from None
        if not done:
            raise value
        if isinstance(value, Outcome) and value.traceback:
            return replace(value, traceback=f"{self._told()}{value.traceback}")
        return value

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()

    def close(self) -> None:
        """End the process and forget its log."""
        self._end()
        self._log.close()

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._connection.close()
            self._process = None

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", worker.__file__, str(theirs.fileno())],
                stdin=subprocess.PIPE, stdout=self._log, stderr=self._log,
                pass_fds=[theirs.fileno()], env=os.environ | ENVIRONMENT,
            )  # fmt: skip
        self._connection = Connection(ours.detach())
        with suppress(ConnectionError):  # gone already: the call will tell
            self._connection.send([str(Path(part).absolute()) for part in sys.path])

    def _told(self) -> str:
        """The end of what the worker wrote during this call, to be shown before what went wrong."""
        size = os.fstat(self._log.fileno()).st_size
        text = os.pread(self._log.fileno(), LOG_BYTES, max(0, size - LOG_BYTES))
        said = text.decode("utf-8", "replace").strip()
        return f"The worker's log:\n{said}\n\n" if said else ""


def _how(code: int) -> str:
    if code < 0:
        name = signal.Signals(-code).name
        return f"died of {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
    return f"ended with exit code {code}"
