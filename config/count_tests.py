"""Prints what ran, module by module, from the reports of Surefire and Failsafe; fails when a module ran no test.

usage: count_tests.py SECONDS
"""
import glob
import sys
import xml.etree.ElementTree as ET

WITH_TESTS = ["measurements", "scenarios", "agent", "reports", "simulator", "controller"]


def main() -> int:
    totals = {"passed": 0, "failed": 0, "skipped": 0}
    status = 0
    print()
    for module in WITH_TESTS:
        counts = {"passed": 0, "failed": 0, "skipped": 0}
        slowest = (0.0, "")
        for path in glob.glob(f"{module}/target/*-reports/TEST-*.xml"):
            suite = ET.parse(path).getroot()
            tests = int(suite.get("tests", 0))
            failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
            skipped = int(suite.get("skipped", 0))
            counts["passed"] += tests - failed - skipped
            counts["failed"] += failed
            counts["skipped"] += skipped
            slowest = max(slowest, (float(suite.get("time", 0)), suite.get("name", "").rsplit(".", 1)[-1]))
            for case in suite.iter("testcase"):
                reason = case.find("skipped")
                if reason is not None:
                    print(f"skipped: {case.get('classname')}.{case.get('name')}: {reason.get('message')}")
        print(f"{module:13} {counts['passed']:5} passed, {counts['failed']} failed, {counts['skipped']} skipped"
              f"   (slowest: {slowest[1]}, {slowest[0]:.0f} s)")
        if sum(counts.values()) == 0:
            print(f"{module}: no test ran")
            status = 1
        for key, value in counts.items():
            totals[key] += value
    print(f"whole check: {int(sys.argv[1]) // 60} min {int(sys.argv[1]) % 60} s")
    print(f"{totals['passed']} passed, {totals['failed']} failed, {totals['skipped']} skipped")
    return status or (1 if totals["failed"] else 0)


if __name__ == "__main__":
    sys.exit(main())
