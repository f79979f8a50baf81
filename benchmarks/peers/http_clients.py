"""Clients of the HTTP comparison: how each is started, and what it says of itself.

A client's parser takes the text of its report and gives `requests`, `p50_ms`, `p99_ms` and `failed`; a figure that the
client does not tell is None.
"""
import dataclasses
import json
import pathlib
import re
from collections.abc import Callable

import machine


@dataclasses.dataclass(frozen=True)
class Job:
    """One run of a client: so many connections in a closed loop, for so long."""

    url: str
    connections: int
    seconds: int
    folder: pathlib.Path


@dataclasses.dataclass(frozen=True)
class Client:
    name: str
    language: str
    program: str  # file that must exist, or a name on the PATH
    command: Callable[[Job], list[str]]
    read: Callable[[Job, str], dict]  # the job, and what the client printed
    version: Callable[[], str]
    stdin: Callable[[Job], str] | None = None


def clients(cache: pathlib.Path, plimsoll: pathlib.Path, has_wrk_command: bool) -> list[Client]:
    """Every client in the order of the table; ours first."""
    tools = cache / "bin"
    return [
        ours(plimsoll, has_wrk_command),
        Client("wrk", "C", "wrk",
               lambda job: ["wrk", "-t1", f"-c{job.connections}", f"-d{job.seconds}s", "--latency", "--timeout", "10s",
                            job.url],
               lambda job, text: parse_wrk(text), said("wrk", "-v")),
        Client("oha", "Rust", str(tools / "oha"),
               lambda job: [str(tools / "oha"), "--no-tui", "--output-format", "json", "-c", str(job.connections),
                            "-z", f"{job.seconds}s", job.url],
               lambda job, text: parse_oha(text), said(str(tools / "oha"), "--version")),
        Client("fortio", "Go", str(tools / "fortio"),
               lambda job: [str(tools / "fortio"), "load", "-qps", "0", "-c", str(job.connections), "-t",
                            f"{job.seconds}s", "-r", "0.00001", "-p", "50,99", "-quiet", "-json",
                            str(job.folder / "fortio.json"), job.url],
               lambda job, text: parse_fortio((job.folder / "fortio.json").read_text()),
               said(str(tools / "fortio"), "version")),
        Client("vegeta", "Go", str(tools / "vegeta"),
               lambda job: [str(tools / "vegeta"), "attack", "-rate", "0", "-workers", str(job.connections),
                            "-max-workers", str(job.connections), "-connections", str(job.connections), "-duration",
                            f"{job.seconds}s", "-output", str(job.folder / "vegeta.bin")],
               lambda job, text: parse_vegeta(text), lambda: machine.go_module(str(tools / "vegeta")),
               stdin=lambda job: f"GET {job.url}\n"),
        Client("hey", "Go", str(tools / "hey"),
               lambda job: [str(tools / "hey"), "-z", f"{job.seconds}s", "-c", str(job.connections), "-cpus", "1",
                            job.url],
               lambda job, text: parse_hey(text), lambda: machine.go_module(str(tools / "hey"))),
    ]


def said(*command: str) -> Callable[[], str]:
    """What a command says of its version."""
    return lambda: machine.first_line(*command)


def ours(plimsoll: pathlib.Path, has_wrk_command: bool) -> Client:
    version = said(str(plimsoll), "--version")
    if has_wrk_command:
        return Client("plimsoll wrk", "Java", str(plimsoll),
                      lambda job: [str(plimsoll), "wrk", "-t1", f"-c{job.connections}", f"-d{job.seconds}s",
                                   "--latency", "--timeout", "10s", job.url],
                      lambda job, text: parse_wrk(text), version)
    return Client("plimsoll run", "Java", str(plimsoll), run_scenario(plimsoll),
                  lambda job, text: parse_bundle(job.folder), version)


def run_scenario(plimsoll: pathlib.Path) -> Callable[[Job], list[str]]:
    def command(job: Job) -> list[str]:
        scenario = {
            "name": "peers-http",
            "target": {"url": job.url.rstrip("/"), "api": "http", "timeout": "10s",
                       "connections": {"max": job.connections}},
            "workload": [{"name": "ok", "request": {"method": "GET", "path": "/"}, "expect": {"status": 200}}],
            "phases": [{"name": "load", "duration": f"{job.seconds}s", "concurrency": job.connections}],
        }
        file = job.folder / "scenario.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(scenario))  # YAML holds JSON
        return [str(plimsoll), "run", str(file), "--out", str(job.folder / "bundles"), "--no-color", "--quiet"]

    return command


UNITS_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0, "h": 3_600_000.0}


def wrk_millis(text: str) -> float:
    """A time as wrk prints it, such as `84.00us` or `1.02s`."""
    match = re.fullmatch(r"([\d.]+)(us|ms|s|m|h)", text)
    if not match:
        raise ValueError(f"{text!r} is no time of wrk's")
    return float(match[1]) * UNITS_MS[match[2]]


def parse_wrk(text: str) -> dict:
    requests = re.search(r"^\s*(\d+) requests in", text, re.MULTILINE)
    if not requests:
        raise ValueError("no line `N requests in …` in the report")
    quantiles = dict(re.findall(r"^\s*(50|99)%\s+(\S+)$", text, re.MULTILINE))
    socket_errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", text)
    failed = sum(int(count) for count in socket_errors.groups()) if socket_errors else 0
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return {
        "requests": int(requests[1]),
        "p50_ms": wrk_millis(quantiles["50"]) if "50" in quantiles else None,
        "p99_ms": wrk_millis(quantiles["99"]) if "99" in quantiles else None,
        "failed": failed + (int(refused[1]) if refused else 0),
    }


def parse_oha(text: str) -> dict:
    report = json.loads(text)
    statuses = {int(status): count for status, count in report["statusCodeDistribution"].items()}
    # Requests that the end of the run cut off are told as errors; every client has some.
    errors = {what: count for what, count in report.get("errorDistribution", {}).items() if "deadline" not in what}
    quantiles = report["latencyPercentiles"]
    return {
        "requests": sum(statuses.values()),
        "p50_ms": millis(quantiles["p50"]),
        "p99_ms": millis(quantiles["p99"]),
        "failed": sum(errors.values()) + sum(count for status, count in statuses.items() if status >= 400),
    }


def parse_fortio(text: str) -> dict:
    report = json.loads(text)
    histogram = report["DurationHistogram"]
    quantiles = {entry["Percentile"]: entry["Value"] for entry in histogram["Percentiles"]}
    answered = report["RetCodes"].get("200", 0)
    return {
        "requests": answered,
        "p50_ms": millis(quantiles[50]),
        "p99_ms": millis(quantiles[99]),
        "failed": histogram["Count"] - answered,
    }


def parse_vegeta(text: str) -> dict:
    report = json.loads(text)
    answered = report["status_codes"].get("200", 0)
    return {
        "requests": answered,
        "p50_ms": report["latencies"]["50th"] / 1e6,
        "p99_ms": report["latencies"]["99th"] / 1e6,
        "failed": report["requests"] - answered,
    }


def parse_hey(text: str) -> dict:
    lines = re.findall(r"^\s*(\d+)%+ in ([\d.]+) secs", text, re.MULTILINE)
    quantiles = {share: float(seconds) for share, seconds in lines}
    statuses = {int(status): int(count) for status, count in re.findall(r"\[(\d+)\]\s+(\d+) responses", text)}
    if not statuses:
        raise ValueError("no status code distribution in the report")
    errors = re.findall(r"^\s*\[(\d+)\]\s+(?!\d+ responses)\S", text.partition("Error distribution:")[2], re.MULTILINE)
    return {
        "requests": sum(statuses.values()),
        "p50_ms": millis(quantiles.get("50")),
        "p99_ms": millis(quantiles.get("99")),
        "failed": sum(int(count) for count in errors) + sum(n for status, n in statuses.items() if status >= 400),
    }


def parse_bundle(folder: pathlib.Path) -> dict:
    """What a run bundle of ours says; `latency` counts from when the user was free to send."""
    summary = newest_summary(folder)
    phase = summary["phases"][0]["all"]
    latency = phase["metrics"]["latency"]
    return {
        "requests": phase["counts"]["succeeded"],
        "p50_ms": latency["p50"],
        "p99_ms": latency["p99"],
        "failed": phase["counts"]["failed"],
    }


def newest_summary(folder: pathlib.Path) -> dict:
    found = sorted((folder / "bundles").glob("*/summary.json"))
    if not found:
        raise ValueError(f"no bundle under {folder}")
    return json.loads(found[-1].read_text())


def millis(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1000
