"""A worker: a process that does one piece of work after another for the process that started it.

It is run as a file and imports nothing of the project before it is told where that is. Work comes
over an inherited socket. Its standard input ends when the starting process does, and then it ends.
"""

import contextlib
import faulthandler
import os
import resource
import signal
import sys
import threading
from multiprocessing.connection import Connection

MEGABYTE = 2**20


def main(descriptor: int) -> None:
    """Serve the socket with this number until it is closed at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the driver's affair
    faulthandler.enable()  # a crash in native code leaves its stack in the log
    threading.Thread(target=_end_with_the_driver, daemon=True).start()
    with Connection(descriptor) as connection, contextlib.suppress(EOFError, OSError):
        sys.path[:] = connection.recv()
        while True:
            _answer(connection)


def _answer(connection: Connection) -> None:
    """Do one piece: (function, arguments, memory limit in MB or None) -> (whether done, value)."""
    try:
        function, arguments, memory = connection.recv()
    except (EOFError, OSError):
        raise
    except Exception as error:  # what is named there cannot be imported here
        connection.send((False, error))
        return
    try:
        _limit(memory)
        reply = True, function(*arguments)
    except Exception as error:
        reply = False, error
    try:
        connection.send(reply)
    except OSError:
        raise
    except Exception as error:  # what was computed cannot be sent
        connection.send((False, RuntimeError(f"{type(error).__name__}: {error}")))


def _limit(memory: int | None) -> None:
    """Limit what this process may allocate; beyond it Python and torch raise MemoryError."""
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    soft = hard if memory is None else memory * MEGABYTE
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _end_with_the_driver() -> None:
    while os.read(0, 1024):
        pass
    os._exit(1)


if __name__ == "__main__":
    main(int(sys.argv[1]))
