"""Describes the machine and the programs, for the head of a table."""
import os
import pathlib
import re
import subprocess


def first_line(*command: str) -> str:
    """The first line that a command prints, or an empty text if it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = (done.stdout.strip() or done.stderr.strip()).splitlines()
    return lines[0].strip() if lines else ""


def go_module(program: str) -> str:
    """Module and version that a program in Go was built from, for those that do not tell."""
    try:
        done = subprocess.run(["go", "version", "-m", program], capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return ""
    module = re.search(r"^\s*mod\s+(\S+)\s+(\S+)", done.stdout, re.MULTILINE)
    return f"{module[1]} {module[2]}" if module else ""


def describe() -> dict:
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", cpuinfo, re.MULTILINE)
    release = re.search(r'^PRETTY_NAME="(.*)"$', pathlib.Path("/etc/os-release").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+) kB", pathlib.Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "cpu": model[1] if model else "unknown",
        "cores": os.cpu_count(),
        "virtual": " hypervisor " in cpuinfo,
        "memory_gib": round(int(memory[1]) / 2**20) if memory else None,
        "kernel": os.uname().release,
        "system": release[1] if release else "unknown",
        "nginx": first_line("nginx", "-v").removeprefix("nginx version: "),
        "gcc": first_line("gcc", "--version"),
        "go": first_line("go", "version").removeprefix("go version "),
    }
