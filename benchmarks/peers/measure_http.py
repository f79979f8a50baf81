"""Measures HTTP clients against nginx: CPU time per request in the window, and what each client reports.

Requests are counted by the server, so a client's own start, end and opinion do not matter to the CPU figure.
"""
import pathlib
import re
import subprocess
import time
import urllib.request

import http_clients
from processes import Pinned, Window, free_port


class Nginx:
    """One worker on one core, in a folder of its own."""

    def __init__(self, folder: pathlib.Path, core: int):
        folder.mkdir(parents=True, exist_ok=True)
        source = pathlib.Path(__file__).with_name("nginx.conf").read_text()
        configuration = folder / "nginx.conf"
        port = free_port()
        configuration.write_text(source.replace("127.0.0.1:PORT", f"127.0.0.1:{port}"))
        self.url = f"http://127.0.0.1:{port}/"
        self.asked = 0
        self.process = Pinned(["nginx", "-p", str(folder), "-c", str(configuration)], core, folder / "nginx.log")
        limit = time.monotonic() + 10
        while True:
            try:
                self.requests()
                return
            except OSError as error:
                if time.monotonic() > limit or not self.process.running():
                    self.process.stop()
                    raise RuntimeError(f"nginx did not start: see {folder}/nginx.err") from error
                time.sleep(0.1)

    def requests(self) -> int:
        """Requests answered so far, without those of this method."""
        with urllib.request.urlopen(self.url + "status", timeout=10) as response:
            handled = re.search(r"^ *(\d+) (\d+) (\d+) *$", response.read().decode(), re.MULTILINE)
        if not handled:
            raise RuntimeError("nginx's status page has no line of counts")
        self.asked += 1
        return int(handled[3]) - self.asked


def measure(client: http_clients.Client, connections: int, options, folder: pathlib.Path) -> dict:
    """One cell: starts a server and the client, and measures a window after the warm-up."""
    nginx = Nginx(folder / "nginx", options.server_core)
    with nginx.process:
        seconds = options.warm_up + options.window + 3
        job = http_clients.Job(nginx.url, connections, seconds, folder)
        command = client.command(job)
        with Pinned(command, options.client_core, folder / "client.log",
                    stdin=client.stdin(job) if client.stdin else None) as process:
            if not await_load(nginx, process, 60):
                return {"problem": f"sent nothing: see {folder}/client.err"}
            time.sleep(options.warm_up)
            window = Window(process, nginx.process, options.client_core, options.server_core,
                            lambda: {"requests": nginx.requests()}).measure(options.window)
            code = process.wait(seconds + 60)
        result = {"window": window, "command": command}
        if code is None:
            return {**result, "problem": "did not end within a minute of its time"}
        return {**result, "reported": report(client, job, folder, code)}


def await_load(nginx: Nginx, process: Pinned, patience: float) -> bool:
    """Whether requests arrive, in numbers that no look at the target explains."""
    limit = time.monotonic() + patience
    while time.monotonic() < limit and process.running():
        if nginx.requests() > 200:
            return True
        time.sleep(0.1)
    return False


def report(client: http_clients.Client, job: http_clients.Job, folder: pathlib.Path, code: int) -> dict:
    text = (folder / "client.log").read_text(errors="replace")
    if client.name == "vegeta":
        program = client.command(job)[0]
        text = subprocess.run([program, "report", "-type", "json", str(folder / "vegeta.bin")], check=True,
                              capture_output=True, text=True).stdout
        (folder / "vegeta.bin").unlink()
    try:
        return client.read(job, text)
    except (ValueError, KeyError) as error:
        return {"problem": f"no report that can be read (exit code {code}): {error}"}
