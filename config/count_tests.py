"""Prints what ran, module by module, from Maven's log; fails when a module that has tests ran none.

usage: count_tests.py LOG SECONDS

Maven's log rather than its XML reports: where two engines run one class, the second report replaces the first.
"""
import re
import sys

WITH_TESTS = ["measurements", "scenarios", "simulator", "agent", "reports", "controller", "benchmarks"]
BUILDING = re.compile(r"Building plimsoll-(\w+) ")
COUNTS = re.compile(r"Tests run: (\d+), Failures: (\d+), Errors: (\d+), Skipped: (\d+)(.*)")
SLOW = re.compile(r"Time elapsed: ([\d.]+) s.*-- in ([\w.]+)")


def main() -> int:
    counts = {module: [0, 0, 0] for module in WITH_TESTS}
    slowest = {module: (0.0, "none") for module in WITH_TESTS}
    module = ""
    for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
        building = BUILDING.search(line)
        if building:
            module = building[1]
        match = COUNTS.search(line)
        if not match or module not in counts:
            continue
        slow = SLOW.search(match[5])
        if slow:
            run, failures, errors, skipped = (int(match[i]) for i in range(1, 5))
            counts[module][0] += run - failures - errors - skipped
            counts[module][1] += failures + errors
            counts[module][2] += skipped
            slowest[module] = max(slowest[module], (float(slow[1]), slow[2].rsplit(".", 1)[-1]))
    print()
    status = 0
    for module in WITH_TESTS:
        passed, failed, skipped = counts[module]
        seconds, name = slowest[module]
        print(f"{module:13}{passed:5} passed, {failed} failed, {skipped} skipped   (slowest: {name}, {seconds:.0f} s)")
        if passed + failed == 0:
            print(f"{module}: no test ran")
            status = 1
    minutes, seconds = divmod(int(sys.argv[2]), 60)
    print(f"whole check: {minutes} min {seconds} s")
    total = [sum(column) for column in zip(*counts.values())]
    print(f"{total[0]} passed, {total[1]} failed, {total[2]} skipped")
    return 1 if total[1] else status


if __name__ == "__main__":
    sys.exit(main())
