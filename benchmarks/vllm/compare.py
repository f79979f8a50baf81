"""Compares what Plimsoll measured with what the server says of itself, over the same run.

usage: compare.py BUNDLE METRICS_BEFORE METRICS_AFTER

METRICS_BEFORE and METRICS_AFTER are the server's /metrics pages, fetched when nothing was in flight.
Times are in milliseconds. The server's are means: its histograms are too coarse for more.
"""
import json
import pathlib
import re
import sys


def totals(path: str) -> dict[str, float]:
    """Sums of every series of vLLM by name, over engines and labels; finish reasons kept apart."""
    sums: dict[str, float] = {}
    for line in pathlib.Path(path).read_text().splitlines():
        match = re.match(r"(vllm:[a-z0-9_:]+)(\{[^}]*\})? ([0-9.e+-]+)$", line)
        if not match or match[1].endswith(("_bucket", "_created")):
            continue
        name = match[1]
        reason = re.search(r'finished_reason="(\w+)"', match[2] or "")
        if reason:
            name += "." + reason[1]
        sums[name] = sums.get(name, 0.0) + float(match[3])
    return sums


def main() -> None:
    bundle = pathlib.Path(sys.argv[1])
    before, after = totals(sys.argv[2]), totals(sys.argv[3])
    delta = {name: value - before.get(name, 0.0) for name, value in after.items()}

    def server_mean(name: str) -> tuple[float, float]:
        count = delta[f"vllm:{name}_count"]
        return (1000 * delta[f"vllm:{name}_sum"] / count if count else float("nan")), count

    summary = json.loads((bundle / "summary.json").read_text())
    phases = [phase["all"] for phase in summary["phases"]]

    def ours(metric: str) -> tuple[float, int]:
        parts = [p["metrics"][metric] for p in phases if metric in p["metrics"]]
        count = sum(p["count"] for p in parts)
        return sum(p["mean"] * p["count"] for p in parts) / count, count

    print(f"{'':34}{'Plimsoll':>12}{'server':>12}{'difference':>12}")

    def row(label: str, mine: float, theirs: float, digits: int = 0) -> None:
        print(f"{label:34}{mine:12,.{digits}f}{theirs:12,.{digits}f}{mine - theirs:12,.{digits}f}")

    succeeded = sum(p["counts"]["succeeded"] for p in phases)
    finished = sum(v for k, v in delta.items() if k.startswith("vllm:request_success_total."))
    row("requests that ended well", succeeded, finished)
    for metric, series in [("input_tokens", "prompt_tokens_total"), ("output_tokens", "generation_tokens_total")]:
        mean, count = ours(metric)
        row(metric.replace("_", " "), mean * count, delta["vllm:" + series])
    for metric, series in [
        ("ttft_service", "time_to_first_token_seconds"),
        ("itl", "inter_token_latency_seconds"),
        ("tpot", "request_time_per_output_token_seconds"),
        ("service_time", "e2e_request_latency_seconds"),
    ]:
        mean, count = ours(metric)
        theirs, their_count = server_mean(series)
        row(f"{metric} mean", mean, theirs, 3)
        row(f"{metric} values", count, their_count)
    print(f"{'queue time mean (server alone)':34}{'':12}{server_mean('request_queue_time_seconds')[0]:12,.3f}")


if __name__ == "__main__":
    main()
