"""Runs load clients side by side, and keeps what was measured as JSON. Started by `run`, which has the options.

Every round runs each client once at each load, one after the other, so that what changes on the machine in time meets
all alike. Results are written after every cell: an interrupted run keeps what it has.
"""
import argparse
import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys

import http_clients
import machine
import measure_http
import measure_streams
import stream_clients

# The part that looks at what a client takes for the first token: when the role-only chunk is flushed, and tokens of an
# answer, so few that one false gap of each shows in the 99th percentile.
ROLE_AT_MS = 10
ROLE_TOKENS = 50


def numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/peers/run", description=__doc__.split("\n")[0],
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--parts", default="http,streams,role", help="what to measure, of http, streams, role")
    parser.add_argument("--only", default="", help="clients to run, by parts of their names, with commas")
    parser.add_argument("--connections", type=numbers, default="10,100,1000", help="loads of the HTTP part")
    parser.add_argument("--streams", type=numbers, default="64,256,1024,4096", help="loads of the streaming part")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each cell; the cheapest counts")
    parser.add_argument("--warm-up", type=int, default=8, help="seconds of load before the window")
    parser.add_argument("--window", type=int, default=10, help="seconds in which CPU time is read")
    parser.add_argument("--tokens", type=int, default=250, help="content chunks of an answer")
    parser.add_argument("--ttft", type=float, default=200, help="milliseconds to the first one")
    parser.add_argument("--interval", type=float, default=20, help="milliseconds between two")
    parser.add_argument("--spread", type=float, default=0, help="milliseconds over which first tokens are spread, so "
                        "that streams that start together do not go on in step")
    parser.add_argument("--start-limit", type=int, default=240, help="seconds that a client may take to begin")
    parser.add_argument("--report-limit", type=int, default=60, help="seconds that a client may take to end")
    parser.add_argument("--add", action="store_true", help="keep the cells that results.json has, and add to them; the "
                        "other options must be those that they were measured with")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--client-core", type=int, default=1)
    parser.add_argument("--cache", type=pathlib.Path, required=True, help="where peers are installed")
    parser.add_argument("--out", type=pathlib.Path, required=True, help="folder of results.json and of logs")
    options = parser.parse_args()
    unknown = set(options.parts.split(",")) - {"http", "streams", "role"}
    if unknown:
        parser.error(f"--parts: {', '.join(sorted(unknown))} is none of http, streams, role")
    return options


class Results:
    """What was measured so far, in the file that it is kept in."""

    def __init__(self, options: argparse.Namespace):
        options.out.mkdir(parents=True, exist_ok=True)
        self.file = options.out / "results.json"
        kept = {key: value for key, value in vars(options).items() if key not in ("cache", "out", "add")}
        self.data: dict = {"format": 1, "date": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
                           "machine": machine.describe(), "options": kept, "clients": {}, "skipped": {}, "cells": []}
        if options.add and self.file.exists():
            self.keep(json.loads(self.file.read_text()))

    def keep(self, before: dict) -> None:
        """Takes over what an earlier call measured in the same way, and its options, as most cells have them."""
        for key in ("warm_up", "window", "tokens", "ttft", "interval", "spread", "server_core", "client_core"):
            now, then = self.data["options"][key], before["options"][key]
            if now != then:
                name = "--" + key.replace("_", "-")
                raise RuntimeError(f"--add: {self.file} was measured with {name} {then}, not {now}; give {name} {then}, "
                                   "or another --out")
        for key in ("clients", "cells", "options"):
            self.data[key] = before[key]

    def present(self, clients: list, only: str) -> list:
        """The clients that are wanted and installed; notes the others."""
        wanted = [part.strip().lower() for part in only.split(",") if part.strip()]
        found = []
        for client in clients:
            if wanted and not any(part in client.name.lower() for part in wanted):
                continue
            if shutil.which(client.program) is None:
                self.data["skipped"][client.name] = "not installed"
                print(f"peers: {client.name} is not installed: left out", flush=True)
                continue
            self.data["clients"][client.name] = {"language": client.language, "version": client.version()}
            found.append(client)
        return found

    def add(self, part: str, client: str, load: int, round_number: int, cell: dict,
            options: argparse.Namespace) -> None:
        if round_number > 1:
            cell.pop("command", None)
        self.data["cells"].append({"part": part, "client": client, "load": load, "round": round_number,
                                   **without_folders(cell, options)})
        partial = self.file.with_suffix(".partial")
        partial.write_text(json.dumps(self.data, indent=1) + "\n")
        partial.rename(self.file)
        print(f"peers: {part} {client} {load}: {told(cell)}", flush=True)


def without_folders(cell: dict, options: argparse.Namespace) -> dict:
    """The cell with names in the place of this machine's folders."""
    folders = {str(options.out): "OUT", str(options.cache): "CACHE", str(pathlib.Path.cwd()): "."}
    if "VLLM_VENV" in os.environ:
        folders[os.environ["VLLM_VENV"].rstrip("/")] = "VLLM_VENV"
    text = json.dumps(cell)
    for folder in sorted(folders, key=len, reverse=True):
        text = text.replace(folder, folders[folder])
    return json.loads(text)


def told(cell: dict) -> str:
    """A cell in a few words, for who watches."""
    words = []
    if "window" in cell:
        count = cell["window"]["count"].get("requests", cell["window"]["count"].get("content_chunks", 0))
        if count:
            micros = cell["window"]["client_cpu_s"] / count * 1e6
            words.append(f"{micros:.2f} µs, {count / cell['window']['seconds']:,.0f}/s")
        words.append(f"others took {cell['window']['others_on_client_core']:.0%} of its core")
    for holder in (cell, cell.get("reported", {})):
        if "problem" in holder:
            words.append(holder["problem"])
    return "; ".join(words)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped
    options = arguments()
    options.cache, options.out = options.cache.resolve(), options.out.resolve()
    root = pathlib.Path.cwd()
    results = Results(options)
    parts = options.parts.split(",")
    plimsoll = root / "plimsoll"
    jobs = []
    if "http" in parts:
        has_wrk = " wrk " in spoken_help(plimsoll)
        clients = results.present(http_clients.clients(options.cache, plimsoll, has_wrk), options.only)
        jobs += [("http", client, load) for load in options.connections for client in clients]
    if "streams" in parts or "role" in parts:
        clients = results.present(stream_clients.clients(options.cache, plimsoll), options.only)
        if "streams" in parts:
            jobs += [("streams", client, load) for load in options.streams for client in clients]
        if "role" in parts:
            jobs += [("role", client, min(options.streams)) for client in clients]
    first = 1 + max((cell["round"] for cell in results.data["cells"]), default=0)
    for round_number in range(first, first + options.rounds):
        for part, client, load in jobs:
            if part == "role" and round_number > first:
                continue
            folder = options.out / part / f"{load}-{client.name.replace(' ', '-').replace('/', '-')}-{round_number}"
            folder.mkdir(parents=True, exist_ok=True)
            if part == "http":
                cell = measure_http.measure(client, load, options, folder)
            else:
                cell = measure_part_of_streams(part, client, load, options, folder)
            results.add(part, client.name, load, round_number, cell, options)
    return 0 if results.data["cells"] else 1


def measure_part_of_streams(part: str, client: stream_clients.Client, load: int, options: argparse.Namespace,
                            folder: pathlib.Path) -> dict:
    if part == "streams":
        return measure_streams.measure(client, load, options, folder)
    short = argparse.Namespace(**{**vars(options), "tokens": ROLE_TOKENS})
    return measure_streams.measure(client, load, short, folder, ROLE_AT_MS)


def spoken_help(plimsoll: pathlib.Path) -> str:
    """What our command line says of itself, blanks made single, so that a command's name can be looked for."""
    done = subprocess.run([str(plimsoll), "--help"], capture_output=True, text=True, check=False)
    return " " + " ".join((done.stdout + done.stderr).split()) + " "


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(f"peers: {error}")
