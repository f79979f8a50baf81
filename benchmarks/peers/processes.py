"""Processes pinned to a core, and the CPU time they took."""
import os
import pathlib
import signal
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Pinned:
    """A program in a session of its own, pinned to one core, with everything that it starts."""

    def __init__(self, command: list[str], core: int, log: pathlib.Path, env: dict[str, str] | None = None,
                 directory: pathlib.Path | None = None, stdin: str | None = None):
        self.command = command
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output, log.with_suffix(".err").open("wb") as errors:
            self.process = subprocess.Popen(
                ["taskset", "-c", str(core), *command], stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=output, stderr=errors, start_new_session=True, env={**os.environ, **(env or {})}, cwd=directory)
        if stdin and self.process.stdin:
            self.process.stdin.write(stdin.encode())
            self.process.stdin.close()

    @property
    def pid(self) -> int:
        return self.process.pid

    def cpu_seconds(self) -> float:
        """User and system time of the whole session so far, with that of its children that have ended."""
        return session_cpu_seconds(self.pid)

    def running(self) -> bool:
        return self.process.poll() is None

    def wait(self, seconds: float) -> int | None:
        """The exit code, or None if the program still runs after that long."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """Ends the session: by TERM, and after five seconds by KILL. Reaches only what this object started."""
        for number, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
            members = session_members(self.pid)
            if not members and not self.running():
                return
            for pid in members:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
            limit = time.monotonic() + patience
            while time.monotonic() < limit and (self.running() or session_members(self.pid)):
                time.sleep(0.05)

    def __enter__(self) -> "Pinned":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def parse_stat(line: str) -> tuple[int, float, float]:
    """Session, own CPU seconds, and those of ended children that were waited for, from a line of /proc/PID/stat."""
    fields = line.rpartition(")")[2].split()
    user, system, children_user, children_system = (int(ticks) / TICKS for ticks in fields[11:15])
    return int(fields[3]), user + system, children_user + children_system


def own_cpu_seconds(pid: int) -> float | None:
    """CPU time of a process with all its threads, to the nanosecond; None where the kernel tells it in ticks alone."""
    try:
        return time.clock_gettime((~pid << 3) | 2)  # the process's CPU clock, as clock_getcpuclockid(3) makes it
    except OSError:
        return None


def session_stats(session: int) -> dict[int, float]:
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as stat:
                    of_session, own, children = parse_stat(stat.read())
            except (FileNotFoundError, ProcessLookupError):
                continue
            if of_session == session:
                exact = own_cpu_seconds(int(entry))
                found[int(entry)] = (own if exact is None else exact) + children
    return found


def session_cpu_seconds(session: int) -> float:
    return sum(session_stats(session).values())


def session_members(session: int) -> list[int]:
    """Processes of the session that still run; those that only wait to be reaped do not count."""
    members = []
    for pid in session_stats(session):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
                if stat.read().rpartition(")")[2].split()[0] not in "ZX":
                    members.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return members


def core_busy_seconds(core: int) -> float:
    """Time that the core was not idle, stolen time included."""
    with open("/proc/stat", encoding="ascii") as stat:
        for line in stat:
            if line.startswith(f"cpu{core} "):
                user, nice, system, _, _, irq, softirq, steal = (int(field) for field in line.split()[1:9])
                return (user + nice + system + irq + softirq + steal) / TICKS
    raise ValueError(f"this machine has no core {core}")


class Window:
    """A stretch of a run: what client and server took of their cores in it, and what others took.

    count() gives a growing count of what was served; the difference is what the CPU time is divided by.
    """

    def __init__(self, client: Pinned, server: Pinned, client_core: int, server_core: int, count):
        self.client, self.server, self.count = client, server, count
        self.client_core, self.server_core = client_core, server_core

    def measure(self, seconds: float) -> dict:
        first = self._read()
        time.sleep(seconds)
        last = self._read()
        span, client, server, client_busy, server_busy = (b - a for a, b in zip(first[:5], last[:5]))
        count = {key: last[5][key] - first[5][key] for key in first[5]}
        return {
            "seconds": span,
            "client_cpu_s": client,
            "server_cpu_s": server,
            "others_on_client_core": max(0.0, client_busy - client) / span,
            "others_on_server_core": max(0.0, server_busy - server) / span,
            "count": count,
        }

    def _read(self) -> tuple:
        count = self.count()
        return (time.monotonic(), self.client.cpu_seconds(), self.server.cpu_seconds(),
                core_busy_seconds(self.client_core), core_busy_seconds(self.server_core), count)
