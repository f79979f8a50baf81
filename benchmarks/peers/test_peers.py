"""Tests of what reads the peers' reports and writes the table. Run by PeersScriptsTest, or: python3 -m unittest -v"""
import json
import pathlib
import tempfile
import unittest

import http_clients
import measure_streams
import processes
import stream_clients
import tables

GOLDEN = pathlib.Path(__file__).with_name("golden")


def golden(name: str) -> str:
    return (GOLDEN / name).read_text()


class HttpReportsTest(unittest.TestCase):
    """Reports that the real programs printed."""

    def test_wrk(self):
        self.assertEqual({"requests": 55156, "p50_ms": 0.084, "p99_ms": 79.12, "failed": 0},
                         http_clients.parse_wrk(golden("wrk.txt")))

    def test_wrk_counts_errors_and_refusals_as_failed(self):
        text = golden("wrk.txt").replace("Requests/sec", "  Socket errors: connect 1, read 2, write 3, timeout 4\n"
                                                         "  Non-2xx or 3xx responses: 5\nRequests/sec")
        self.assertEqual(1 + 2 + 3 + 4 + 5, http_clients.parse_wrk(text)["failed"])

    def test_wrk_without_latency_gives_no_percentiles(self):
        text = "\n".join(line for line in golden("wrk.txt").splitlines() if "%  " not in line)
        report = http_clients.parse_wrk(text)
        self.assertEqual((55156, None, None), (report["requests"], report["p50_ms"], report["p99_ms"]))

    def test_wrk_times_in_every_unit(self):
        self.assertEqual([0.5, 2.0, 1500.0, 120_000.0],
                         [http_clients.wrk_millis(text) for text in ("500.00us", "2.00ms", "1.50s", "2.00m")])

    def test_wrk_that_could_not_connect_is_refused(self):
        with self.assertRaisesRegex(ValueError, "requests in"):
            http_clients.parse_wrk("unable to connect to 127.0.0.1:1 Connection refused\n")

    def test_oha_leaves_out_what_the_end_cut_off(self):
        report = http_clients.parse_oha(golden("oha.json"))
        self.assertEqual((872171, 0), (report["requests"], report["failed"]))
        self.assertAlmostEqual(0.432306, report["p50_ms"])
        self.assertAlmostEqual(7.494293, report["p99_ms"])

    def test_oha_counts_other_errors(self):
        report = json.loads(golden("oha.json"))
        report["errorDistribution"]["connection refused"] = 7
        report["statusCodeDistribution"]["503"] = 2
        self.assertEqual(9, http_clients.parse_oha(json.dumps(report))["failed"])

    def test_fortio(self):
        report = http_clients.parse_fortio(golden("fortio.json"))
        self.assertEqual((1030272, 0), (report["requests"], report["failed"]))
        self.assertAlmostEqual(0.7339775, report["p50_ms"], 6)
        self.assertAlmostEqual(5.7892501, report["p99_ms"], 6)

    def test_vegeta(self):
        self.assertEqual({"requests": 25124, "p50_ms": 0.18991, "p99_ms": 8.976553, "failed": 0},
                         http_clients.parse_vegeta(golden("vegeta.json")))

    def test_hey(self):
        report = http_clients.parse_hey(golden("hey.txt"))
        self.assertEqual((24142, 0), (report["requests"], report["failed"]))
        self.assertAlmostEqual(0.3, report["p50_ms"])
        self.assertAlmostEqual(9.1, report["p99_ms"])

    def test_hey_counts_errors(self):
        text = golden("hey.txt") + "\nError distribution:\n  [12]\tGet \"http://127.0.0.1/\": EOF\n"
        self.assertEqual(12, http_clients.parse_hey(text)["failed"])

    def test_newest_bundle_of_ours_is_read(self):
        with tempfile.TemporaryDirectory() as folder:
            for run, count in (("20260101-000000", 1), ("20260102-000000", 2)):
                bundle = pathlib.Path(folder) / "bundles" / run
                bundle.mkdir(parents=True)
                (bundle / "summary.json").write_text(json.dumps({"phases": [{"all": {
                    "counts": {"succeeded": count, "failed": 0}, "metrics": {"latency": {"p50": 0.5, "p99": 0.9}}}}]}))
            self.assertEqual({"requests": 2, "p50_ms": 0.5, "p99_ms": 0.9, "failed": 0},
                             http_clients.parse_bundle(pathlib.Path(folder)))


class StreamReportsTest(unittest.TestCase):
    """Reports that the real programs wrote of 64 streams of 250 tokens, 200 ms to the first and 20 ms between two."""

    def check(self, report: dict, requests: int, p99_error: float) -> None:
        self.assertEqual((requests, requests * 250, 0), (report["requests"], report["tokens"], report["failed"]))
        self.assertTrue(200 <= report["ttft_p50_ms"] < 235, report)
        self.assertTrue(report["ttft_p50_ms"] <= report["ttft_p99_ms"] < 200 + p99_error, report)
        self.assertTrue(19.9 < report["itl_p50_ms"] < 20.1 and 20 < report["itl_p99_ms"] < 35, report)

    def test_reader(self):
        self.check(stream_clients.parse_reader(golden("sse_reader.json")), 192, 5)

    def test_ours(self):
        self.check(stream_clients.parse_summary(json.loads(golden("summary.json"))), 192, 35)

    def test_vllm(self):
        self.check(stream_clients.parse_vllm(golden("vllm.json")), 128, 50)

    def test_guidellm(self):
        self.check(stream_clients.parse_guidellm(golden("guidellm.json")), 128, 45)

    def test_aiperf(self):
        self.check(stream_clients.parse_aiperf(golden("aiperf.json")), 192, 310)

    def test_clients_by_count_are_asked_for_what_the_time_holds(self):
        job = stream_clients.Job(1, 64, 21, 250, 5.2, pathlib.Path("."))
        self.assertEqual(64 * 4, job.requests)  # 21 s hold four answers of 5.2 s

    def test_every_client_gets_port_and_load(self):
        with tempfile.TemporaryDirectory() as folder:
            job = stream_clients.Job(18301, 77, 10, 250, 5.2, pathlib.Path(folder))
            for client in stream_clients.clients(pathlib.Path("cache"), pathlib.Path("plimsoll")):
                command = " ".join(client.command(job))
                scenario = pathlib.Path(folder) / "scenario.yaml"
                if client.name == "plimsoll":
                    command += scenario.read_text()
                with self.subTest(client.name):
                    self.assertIn("18301", command)
                    self.assertRegex(command, r"\b77\b")


class TruthTest(unittest.TestCase):
    def test_quantile_is_the_first_value_that_reaches_the_rank(self):
        histogram = {"count": 100, "buckets": [[1_000_000, 50], [2_000_000, 49], [9_000_000, 1]]}
        self.assertEqual([1.0, 2.0, 9.0], [measure_streams.quantile_ms(histogram, q) for q in (0.5, 0.99, 1.0)])

    def test_no_values_give_no_quantile(self):
        self.assertIsNone(measure_streams.quantile_ms({"count": 0, "buckets": []}, 0.5))


class CpuTimeTest(unittest.TestCase):
    def test_name_with_blanks_and_brackets_is_no_field(self):
        line = "42 (a b) c) S 1 42 4711 0 -1 0 0 0 0 0 150 50 20 30 20 0 1 0"
        self.assertEqual((4711, 200 / processes.TICKS, 50 / processes.TICKS), processes.parse_stat(line))


def cell(part: str, client: str, load: int, micros: float, count: int = 1_000_000, **more) -> dict:
    unit = {"requests": count} if part == "http" else {"content_chunks": count, "in_flight_mean": float(load)}
    window = {"seconds": 10.0, "client_cpu_s": micros * count / 1e6, "server_cpu_s": 5.0,
              "others_on_client_core": 0.01, "others_on_server_core": 0.0, "count": unit}
    return {"part": part, "client": client, "load": load, "round": 1, "window": window, **more}


HTTP_REPORT = {"requests": 1, "p50_ms": 0.5, "p99_ms": 12.0, "failed": 0}


def results(*cells: dict) -> dict:
    return {"format": 1, "date": "2026-01-02T03:04:05+00:00", "skipped": {"hey": "not installed"},
            "machine": {"cpu": "A CPU", "cores": 2, "virtual": True, "memory_gib": 24, "system": "Debian", "kernel": "6.1",
                        "nginx": "nginx/1.22.1", "gcc": "gcc 12.2.0", "go": "go1.26"},
            "options": {"server_core": 0, "client_core": 1, "warm_up": 8, "window": 10, "rounds": 3, "ttft": 200.0,
                        "tokens": 250, "interval": 20.0, "spread": 0.0},
            "clients": {"wrk": {"language": "C", "version": "wrk debian/4.1.0-3+b2 [epoll] Copyright"},
                        "net/http reader": {"language": "Go", "version": ""}},
            "cells": list(cells)}


class TableTest(unittest.TestCase):
    def test_ratio_is_to_wrk_at_the_same_load(self):
        text = tables.markdown(results(
            cell("http", "plimsoll wrk", 10, 7.2, reported=HTTP_REPORT), cell("http", "wrk", 10, 9.0, reported=HTTP_REPORT),
            cell("http", "plimsoll wrk", 1000, 12.0, reported=HTTP_REPORT),
            cell("http", "wrk", 1000, 10.0, reported=HTTP_REPORT)))
        self.assertIn("| plimsoll wrk | 7.20 (0.80) | 12.0 (1.20) |", text)
        self.assertIn("| wrk | 9.00 (1.00) | 10.0 (1.00) |", text)
        self.assertIn("| wrk | 100,000; 0.50 / 12.0 | 100,000; 0.50 / 12.0 |", text)

    def test_cheapest_round_counts_with_all_its_figures(self):
        text = tables.markdown(results(
            cell("http", "wrk", 10, 9.0, count=500_000, reported=HTTP_REPORT),
            cell("http", "wrk", 10, 8.0, count=600_000, reported={**HTTP_REPORT, "p99_ms": 13.0}),
            cell("http", "wrk", 10, 8.5, count=700_000, reported=HTTP_REPORT)))
        self.assertIn("| wrk | 8.00 (1.00) |", text)
        self.assertIn("| wrk | 60,000; 0.50 / 13.0 |", text)

    def test_quiet_round_goes_before_a_cheaper_disturbed_one(self):
        loud = cell("http", "wrk", 10, 4.0, reported=HTTP_REPORT)
        loud["window"]["others_on_client_core"] = 0.5
        text = tables.markdown(results(loud, cell("http", "wrk", 10, 9.0, reported=HTTP_REPORT)))
        self.assertIn("| wrk | 9.00 (1.00) |", text)

    def test_round_with_a_report_goes_before_a_cheaper_one_without(self):
        text = tables.markdown(results(
            cell("http", "wrk", 10, 1.0, problem="did not end"), cell("http", "wrk", 10, 9.0, reported=HTTP_REPORT)))
        self.assertIn("| wrk | 9.00 (1.00) |", text)

    def test_what_is_missing_is_a_dash(self):
        text = tables.markdown(results(
            cell("http", "wrk", 10, 9.0, reported=HTTP_REPORT),
            cell("http", "oha", 100, 9.0, reported={**HTTP_REPORT, "p99_ms": None}),
            {"part": "http", "client": "hey", "load": 10, "round": 1, "problem": "sent nothing"}))
        self.assertIn("| wrk | 9.00 (1.00) | – |", text)
        self.assertIn("| oha | – | 9.00 |", text)  # no multiple without wrk at that load
        self.assertIn("| oha | – | 100,000; 0.50 / – |", text)
        self.assertIn("| hey | – | – |", text)

    def test_disturbed_cell_is_marked(self):
        one = cell("http", "wrk", 10, 9.0, reported=HTTP_REPORT)
        one["window"]["others_on_client_core"] = 0.21
        self.assertIn("9.00 (1.00) † |", tables.markdown(results(one)))
        self.assertIn("The machine was not quiet: in 1 of 1 runs", tables.markdown(results(one)))

    def test_quiet_machine_is_not_called_loud(self):
        self.assertNotIn("not quiet", tables.markdown(results(cell("http", "wrk", 10, 9.0, reported=HTTP_REPORT))))

    def test_streams(self):
        truth = {"content_chunks": 1000, "ttft_p50_ms": 200.1, "ttft_p99_ms": 201.0, "itl_p50_ms": 20.0,
                 "itl_p99_ms": 20.4, "lateness_p50_ms": 0.1, "lateness_p99_ms": 0.4}
        report = {"requests": 4, "tokens": 1000, "ttft_p50_ms": 202.0, "ttft_p99_ms": 206.5, "itl_p50_ms": 20.0,
                  "itl_p99_ms": 21.0, "failed": 0}
        text = tables.markdown(results(
            cell("streams", "bare reader", 64, 10.0, truth=truth, reported=report),
            cell("streams", "plimsoll", 64, 12.0, truth={**truth, "lateness_p99_ms": 6.0},
                 reported={**report, "tokens": 995, "ttft_p99_ms": 200.0}),
            cell("streams", "AIPerf", 64, 100.0, truth=truth, problem="no report within 60 s")))
        self.assertIn("| plimsoll | 12.0 (1.20) ‡ |", text)
        self.assertIn("| bare reader | 202 (+5.50) |", text)  # 206.5 reported, 201.0 written
        self.assertIn("| plimsoll | 202 (−1.00) ‡ |", text)
        self.assertIn("| plimsoll | 995 (99.50 %) |", text)
        self.assertIn("| AIPerf | no report |", text)
        self.assertIn("| 64 | 200 / 201 | 20.0 / 20.4 | 0.10 / 0.40 | 50 % |", text)

    def test_role_chunk_table_sets_reported_beside_written(self):
        truth = {"content_chunks": 100, "ttft_p50_ms": 200.0, "itl_p99_ms": 22.0}
        report = {"tokens": 100, "ttft_p50_ms": 15.0, "ttft_p99_ms": 16.0, "itl_p50_ms": 20.0, "itl_p99_ms": 190.0}
        text = tables.markdown(results(cell("role", "vllm bench serve", 64, 60.0, truth=truth, reported=report)))
        self.assertIn("| vllm bench serve | 15.0 / 190 | 200 / 22.0 |", text)

    def test_client_that_did_not_start_is_named_so(self):
        text = tables.markdown(results({"part": "role", "client": "AIPerf", "load": 64, "round": 1, "problem": "held none"}))
        self.assertIn("| AIPerf | did not start | – / – |", text)

    def test_head_names_machine_versions_and_what_was_left_out(self):
        text = tables.markdown(results(cell("http", "wrk", 10, 9.0, reported=HTTP_REPORT)))
        self.assertIn("2026-01-02: A CPU, 2 cores, virtual, 24 GiB", text)
        self.assertIn("Clients: wrk 4.1.0-3+b2; net/http reader.", text)
        self.assertIn("Left out: hey (not installed).", text)

    def test_page_keeps_what_stands_around_the_marks(self):
        page = f"before\n{tables.BEGIN}\nold\n{tables.END}\nafter\n"
        self.assertEqual(f"before\n{tables.BEGIN}\nnew\n{tables.END}\nafter\n", tables.splice(page, "new\n"))

    def test_page_without_marks_is_refused(self):
        with self.assertRaisesRegex(ValueError, "peers"):
            tables.splice("a page", "new\n")


if __name__ == "__main__":
    unittest.main()
