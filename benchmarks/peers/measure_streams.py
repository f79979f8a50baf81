"""Measures streaming clients against a chat server of known schedule: CPU time per content chunk in the window, streams
held, and what each client reports beside what the server wrote.
"""
import json
import pathlib
import time
import urllib.request

import stream_clients
from processes import Pinned, Window, free_port


class Server:
    """sse_server on one core, started anew for each run, so that its histograms are those of the run."""

    def __init__(self, program: pathlib.Path, options, role_at: float | None, folder: pathlib.Path):
        self.port = free_port()
        command = [str(program), "--port", str(self.port), "--tokens", str(options.tokens), "--ttft", str(options.ttft),
                   "--interval", str(options.interval), "--spread", str(options.spread)]
        if role_at is not None:
            command += ["--role-at", str(role_at)]
        self.process = Pinned(command, options.server_core, folder / "server.log")
        limit = time.monotonic() + 10
        while True:
            try:
                self.counts()
                return
            except OSError as error:
                if time.monotonic() > limit or not self.process.running():
                    self.process.stop()
                    raise RuntimeError(f"sse_server did not start: see {folder}/server.err") from error
                time.sleep(0.1)

    def ask(self, path: str) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/{path}", timeout=30) as response:
            return json.load(response)

    def counts(self) -> dict:
        """The counters alone: cheap, so that looking does not make the server late."""
        return self.ask("stats")

    def histograms(self) -> dict:
        """The counters, and what was written when."""
        return self.ask("histograms")


def quantile_ms(histogram: dict, quantile: float) -> float | None:
    """A quantile of a histogram as the server tells it, in milliseconds."""
    rank, seen = quantile * histogram["count"], 0
    for nanos, count in histogram["buckets"]:
        seen += count
        if seen >= rank:
            return nanos / 1e6
    return None


def truth(stats: dict) -> dict:
    """What the server wrote: instants of writes, so what a client without any cost would have seen."""
    told = {key: stats[key] for key in ("started", "ended", "broken", "content_chunks", "in_flight_most", "blocked")}
    for name, key in (("ttft", "first_token_ns"), ("itl", "gap_ns"), ("lateness", "lateness_ns")):
        told[f"{name}_p50_ms"] = quantile_ms(stats[key], 0.5)
        told[f"{name}_p99_ms"] = quantile_ms(stats[key], 0.99)
    return told


def measure(client: stream_clients.Client, streams: int, options, folder: pathlib.Path,
            role_at: float | None = None) -> dict:
    """One cell: starts a server and the client, and measures a window after the warm-up."""
    folder.mkdir(parents=True, exist_ok=True)
    answer_seconds = (options.ttft + options.interval * options.tokens) / 1000
    server = Server(options.cache / "bin" / "sse_server", options, role_at, folder)
    job = stream_clients.Job(server.port, streams, options.warm_up + options.window + 3, options.tokens, answer_seconds,
                             folder)
    with server.process:
        command = client.command(job)
        with Pinned(command, options.client_core, folder / "client.log", client.env, folder) as process:
            if not await_load(server, process, streams, options.start_limit):
                return {"problem": f"held no streams within {options.start_limit} s: see {folder}/client.err"}
            time.sleep(options.warm_up)
            window = Window(process, server.process, options.client_core, options.server_core,
                            server.counts).measure(options.window)
            code = process.wait(job.seconds + options.report_limit)
        stats = server.histograms()
    count = window["count"]
    count["in_flight_mean"] = count.pop("in_flight_integral_ns") / max(1, count.pop("now_ns"))
    result = {"window": window, "truth": truth(stats), "command": command}
    if code is None:
        return {**result, "problem": f"no report within {options.report_limit} s of its time"}
    try:
        return {**result, "reported": client.read(job)}
    except (OSError, ValueError, KeyError) as error:
        return {**result, "problem": f"no report that can be read (exit code {code}): {error}"}


def await_load(server: Server, process: Pinned, streams: int, patience: float) -> bool:
    """Whether streams are in flight in numbers that no look at the target explains."""
    limit = time.monotonic() + patience
    while time.monotonic() < limit and process.running():
        if server.counts()["in_flight"] >= min(max(2, streams // 20), 32):
            return True
        time.sleep(0.1)
    return False
