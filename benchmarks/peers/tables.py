"""Writes the comparison as Markdown from the raw results.

usage: tables.py RESULTS              prints it
       tables.py --into FILE RESULTS  puts it between the marks `<!-- peers -->` and `<!-- /peers -->` of a file

Of the rounds of a cell the one that took the least CPU time counts, and its other figures with it; rounds in which
others took the client's core come after all that were quiet, for a client that is kept waiting finds more in each read
and looks cheaper. What is missing is a dash, never a zero.
"""
import json
import pathlib
import re
import sys

BEGIN, END = "<!-- peers -->", "<!-- /peers -->"

# Shares of the client's core that others took, above which a cell is marked.
DISTURBED = 0.20
# Lateness of the server's writes, above which what clients report is the server's.
LATE_MS = 5.0

MISSING = "–"


def number(value: float | None, digits: int | None = None) -> str:
    """A figure in three significant digits, or in so many decimals."""
    if value is None:
        return MISSING
    if digits is None:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}".replace("-", "−")


def cpu_micros(cell: dict, unit: str) -> float | None:
    """Microseconds of CPU time per unit, or None if nothing was counted in the window."""
    count = cell.get("window", {}).get("count", {}).get(unit, 0)
    return cell["window"]["client_cpu_s"] / count * 1e6 if count > 0 else None


def per_second(cell: dict, unit: str) -> str:
    """How many the server counted in a second of the window."""
    return number(cell["window"]["count"][unit] / cell["window"]["seconds"], 0)


def best(results: dict, part: str, unit: str) -> dict[tuple[str, int], dict]:
    """For each client and load the cell that counts."""
    found: dict[tuple[str, int], dict] = {}
    for cell in results["cells"]:
        if cell["part"] != part:
            continue
        key = (cell["client"], cell["load"])
        if key not in found or rank(cell, unit) < rank(found[key], unit):
            found[key] = cell
    return found


def rank(cell: dict, unit: str) -> tuple[bool, bool, float]:
    """Cells with a report first, then the quiet ones, then the cheapest."""
    micros = cpu_micros(cell, unit)
    has_report = not {"ttft_p50_ms", "p50_ms"}.isdisjoint(cell.get("reported", {}))
    return not has_report, bool(disturbed(cell)), float("inf") if micros is None else micros


def names(results: dict, part: str) -> list[str]:
    return list(dict.fromkeys(cell["client"] for cell in results["cells"] if cell["part"] == part))


def loads(results: dict, part: str) -> list[int]:
    return sorted({cell["load"] for cell in results["cells"] if cell["part"] == part})


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def grid(results: dict, part: str, unit: str, kind: str, figure) -> str:
    """A table of clients by loads; figure(cell, reference) gives the text of one."""
    cells = best(results, part, unit)
    return table(["client"] + [f"{load:,} {kind}" for load in loads(results, part)],
                 [[name] + [figure(cells[name, load], load) if (name, load) in cells else MISSING
                            for load in loads(results, part)] for name in names(results, part)])


def disturbed(cell: dict) -> str:
    """A mark if others took the client's core, or an empty text."""
    return " †" if cell.get("window", {}).get("others_on_client_core", 0) > DISTURBED else ""


def late(cell: dict) -> str:
    """A mark if the server did not keep its schedule, or an empty text."""
    return " ‡" if (cell.get("truth", {}).get("lateness_p99_ms") or 0) > LATE_MS else ""


def ratio_figure(cells: dict, unit: str, reference: str):
    """CPU time with its multiple of the reference client's at the same load."""
    def figure(cell: dict, load: int) -> str:
        micros = cpu_micros(cell, unit)
        if micros is None:
            return MISSING
        base = cpu_micros(cells.get((reference, load), {}), unit)
        ratio = f" ({number(micros / base, 2)})" if base else ""
        return number(micros) + ratio + disturbed(cell) + late(cell)

    return figure


def reported(cell: dict, *keys: str) -> list[str] | None:
    """Figures that the client reported, or None if it gave no report."""
    report = cell.get("reported", {})
    return [number(report[key]) for key in keys] if all(key in report for key in keys) else None


def why(cell: dict) -> str:
    """Why there is no report, in a word; the raw results have the reason."""
    if "window" not in cell:
        return "did not start"
    problem = cell.get("problem") or cell.get("reported", {}).get("problem")
    return "no report" if problem else MISSING


def pair(cell: dict, first: str, second: str) -> str:
    told = reported(cell, first, second)
    return " / ".join(told) if told else why(cell)


def ttft_figure(cell: dict, _: int) -> str:
    told, wrote = cell.get("reported", {}), cell.get("truth", {})
    if "ttft_p50_ms" not in told:
        return why(cell)
    error = None
    if told["ttft_p99_ms"] is not None and wrote.get("ttft_p99_ms") is not None:
        error = told["ttft_p99_ms"] - wrote["ttft_p99_ms"]
    sign = "+" if error is not None and error >= 0 else ""
    return f"{number(told['ttft_p50_ms'])} ({sign}{number(error)}){late(cell)}"


def tokens_figure(cell: dict, _: int) -> str:
    """Tokens that the client counted; as a share of those sent, which has those of unfinished answers too."""
    told, sent = cell.get("reported", {}), cell.get("truth", {}).get("content_chunks")
    if not told.get("tokens") or not sent:
        return why(cell)
    return f"{told['tokens']:,} ({100 * told['tokens'] / sent:.2f} %)"


def http_section(results: dict) -> str:
    cells = best(results, "http", "requests")
    return "\n".join([
        "### HTTP: CPU time per request, µs (multiple of wrk's)\n",
        grid(results, "http", "requests", "connections", ratio_figure(cells, "requests", "wrk")),
        "### HTTP: requests/s by the server's count; latency p50 / p99 as reported, ms\n",
        grid(results, "http", "requests", "connections", lambda cell, _: MISSING if "window" not in cell else
             f"{per_second(cell, 'requests')}; {pair(cell, 'p50_ms', 'p99_ms')}"),
    ])


def streams_section(results: dict) -> str:
    cells = best(results, "streams", "content_chunks")

    def grid_of(figure) -> str:
        return grid(results, "streams", "content_chunks", "streams", figure)

    truth = table(
        ["streams", "TTFT p50 / p99", "gap p50 / p99", "lateness p50 / p99", "server's core busy"],
        [[f"{load:,}"] + truth_row(cells["bare reader", load]) for load in loads(results, "streams")
         if "truth" in cells.get(("bare reader", load), {})])
    return "\n".join([
        "### Streams: CPU time per content chunk, µs (multiple of the bare reader's)\n",
        grid_of(ratio_figure(cells, "content_chunks", "bare reader")),
        "### Streams: mean in flight, by the server's count; chunks/s\n",
        grid_of(lambda cell, _: MISSING if "window" not in cell else
                f"{number(cell['window']['count']['in_flight_mean'], 0)}; "
                f"{per_second(cell, 'content_chunks')}"),
        "### Streams: TTFT p50 reported, ms (p99 reported less p99 written)\n",
        grid_of(ttft_figure),
        "### Streams: gap between chunks, p50 / p99 reported, ms\n",
        grid_of(lambda cell, _: pair(cell, "itl_p50_ms", "itl_p99_ms") + late(cell)),
        "### Streams: tokens counted (of those sent)\n",
        grid_of(tokens_figure),
        "### Streams: what the server wrote to the bare reader, ms\n",
        truth,
    ])


def truth_row(cell: dict) -> list[str]:
    wrote = cell["truth"]
    pairs = [f"{number(wrote[name + '_p50_ms'])} / {number(wrote[name + '_p99_ms'])}"
             for name in ("ttft", "itl", "lateness")]
    return pairs + [f"{cell['window']['server_cpu_s'] / cell['window']['seconds']:.0%}".replace("%", " %")]


def role_section(results: dict) -> str:
    cells = best(results, "role", "content_chunks")
    rows = [[name, pair(cell, "ttft_p50_ms", "itl_p99_ms"),
             f"{number(cell.get('truth', {}).get('ttft_p50_ms'))} / {number(cell.get('truth', {}).get('itl_p99_ms'))}"]
            for (name, _), cell in cells.items()]
    load = loads(results, "role")[0]
    return f"### A role-only chunk 10 ms after the request, {load:,} streams: TTFT p50 / gap p99, ms\n\n" + \
        table(["client", "reported", "written"], rows)


def named(name: str, version: str) -> str:
    """A client with its version; a name that the version repeats is told once."""
    number_found = re.search(r"(?<=[\sv/])\d+(\.\d+)+\S*", " " + version)
    return f"{name} {number_found[0]}" if number_found else name


def head(results: dict) -> str:
    where, options = results["machine"], results["options"]
    virtual = ", virtual" if where.get("virtual") else ""
    versions = "; ".join(named(name, entry["version"]) for name, entry in results["clients"].items())
    lines = [
        f"Measured on {results['date'][:10]}: {where['cpu']}, {where['cores']} cores{virtual}, {where['memory_gib']} GiB, "
        f"{where['system']}, Linux {where['kernel']}; {where['nginx']}; {where['gcc']}; {where['go']}.",
        "",
        f"Server on core {options['server_core']}, client on core {options['client_core']}; "
        f"{options['warm_up']} s of load, then a window of {options['window']} s; the cheapest of {options['rounds']} "
        f"rounds, quiet ones first. Streams: {options['ttft']:g} ms to the first of {options['tokens']} tokens, "
        f"{options['interval']:g} ms between two; " + (
            f"first tokens spread over {options['spread']:g} ms." if options["spread"] else
            "streams that start together go on in step, as in a batch of vLLM's."),
        "",
        f"Clients: {versions}.",
    ]
    if results["skipped"]:
        skipped = "; ".join(f"{name} ({reason})" for name, reason in results["skipped"].items())
        lines += ["", f"Left out: {skipped}."]
    loud = sum(1 for cell in results["cells"] if disturbed(cell))
    if loud * 2 > len(results["cells"]):
        lines += ["", f"**The machine was not quiet: in {loud} of {len(results['cells'])} runs others took much of the "
                      "client's core. Take the tables for a sketch.**"]
    lines += ["", "† others took more than 20 % of the client's core in the window. "
                  "‡ the server itself was late: p99 of its writes was more than 5 ms behind the schedule."]
    return "\n".join(lines) + "\n"


def markdown(results: dict) -> str:
    sections = {"http": http_section, "streams": streams_section, "role": role_section}
    present = {cell["part"] for cell in results["cells"]}
    return "\n".join([head(results)] + [write(results) for part, write in sections.items() if part in present])


def splice(page: str, text: str) -> str:
    """The page with the text between its marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page has no {BEGIN} followed by {END}")
    return f"{before}{BEGIN}\n{text}{END}{after}"


def main(arguments: list[str]) -> int:
    into = pathlib.Path(arguments[1]) if len(arguments) == 3 and arguments[0] == "--into" else None
    if into is None and len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    text = markdown(json.loads(pathlib.Path(arguments[-1]).read_text()))
    if into is None:
        print(text, end="")
    else:
        into.write_text(splice(into.read_text(), text))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
