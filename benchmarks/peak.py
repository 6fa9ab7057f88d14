"""The memory that this process has needed at most."""

import resource
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_mb() -> float:
    """Resident megabytes at the highest, of this program alone.

    `ru_maxrss` outlives exec: a child begins with the peak of whoever started it. Linux counts
    VmHWM anew; elsewhere start from a small parent.
    """
    if STATUS.exists():
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
