"""What a command costs: processor seconds, wall seconds and memory, its children's with it.

Two ways on purpose. Seconds come from the kernel's own account (wait4), with nobody looking on. Memory comes from
looking at /proc, because ru_maxrss of a started process begins with what its starter, Python, had.
"""

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

LONGEST_SECONDS = 600


@dataclass
class Cost:
    code: int
    cpu: float
    wall: float


def root():
    return Path(__file__).resolve().parents[2]


def ottisk():
    """The binary to measure: OTTISK, or what `cargo build --release` made; None when it is not there."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", root() / "target"))
    binary = Path(os.environ.get("OTTISK", target / "release" / "ottisk"))
    return binary.resolve() if binary.is_file() else None


def start(command, out):
    words = [str(word) for word in command]
    process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL)
    watchdog = threading.Timer(LONGEST_SECONDS, process.kill)
    watchdog.daemon = True
    watchdog.start()
    return process, watchdog


def cost(command):
    """Runs the command with its output thrown away."""
    began = time.perf_counter()
    process, watchdog = start(command, subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    watchdog.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return Cost(process.returncode, usage.ru_utime + usage.ru_stime, wall)


def family(pid):
    """The process and all below it."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from family(int(child))


def peaks(command, out=subprocess.DEVNULL):
    """Exit code, and (name, peak RSS in MB) of every process that was seen, the command's own first."""
    process, watchdog = start(command, out)
    seen = {process.pid: (Path(command[0]).name, 0.0)}
    while process.poll() is None:
        try:
            for pid in family(process.pid):
                for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                    if line.startswith("VmHWM:"):  # only ever grows, so the last look is the highest
                        seen[pid] = (name(pid), int(line.split()[1]) / 1024)
        except (FileNotFoundError, ProcessLookupError):
            pass  # gone between two looks
        time.sleep(0.002)
    watchdog.cancel()
    return process.returncode, list(seen.values())


def together(command, out=subprocess.DEVNULL):
    """Exit code, and the most memory in MB that all its processes had at one time.

    One process has its own high-water mark. Of several, what they share counts once (Pss), as often as we can look.
    """
    process, watchdog = start(command, out)
    alone, most, others = 0.0, 0.0, False
    while process.poll() is None:
        try:
            pids = list(family(process.pid))
            others |= len(pids) > 1
            alone = max(alone, field(process.pid, "status", "VmHWM:"))
            if others:
                most = max(most, sum(field(pid, "smaps_rollup", "Pss:") for pid in pids))
        except (FileNotFoundError, ProcessLookupError):
            pass  # gone between two looks
        time.sleep(0.001)
    watchdog.cancel()
    return process.returncode, most or alone


def field(pid, file, name):
    """A field of a file of /proc in MB; 0 of a process that is gone but not waited for."""
    for line in Path(f"/proc/{pid}/{file}").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return 0.0


def name(pid):
    """The program and its first word, which tells the processes of one binary apart."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    return " ".join([Path(words[0]).name, *words[1:2]])


def table(head, rows):
    """A Markdown table."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
