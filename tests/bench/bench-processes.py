#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two processes of the tenant server on one port and one PostgreSQL, beside one. Run beside with-postgresql.

usage: bench-processes.py PROGRAM [SECONDS [PAIRS]]

Each process keeps to one processor, as a machine of its own would; the database and what sends the requests take what is
left. The two ways are measured in pairs, one right after the other; the best pair counts, because other work on the
machine takes from both, and from the two processes first. The limit is on what a process does by itself once it knows
who asks, the catalogue; a record is told beside it, where the database does a good part of the work on the same
processors.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))
bench = __import__("bench-server")

LEAST = 1.4
# Of other programs' work, on two processors: above that the two processes have nothing to spread over.
MOST_LOAD = 1.5


def main():
    program, *more = sys.argv[1:]
    seconds = int(more[0]) if more else 3
    pairs = int(more[1]) if len(more) > 1 else 5
    processors = sorted(os.sched_getaffinity(0))
    load = os.getloadavg()[0]
    if not shutil.which("wrk") or len(processors) < 2:
        print("wrk is not installed, or there is one processor only")
        sys.exit(77)
    if load > MOST_LOAD:
        print(f"the machine does other work: load {load:.1f}, not at most {MOST_LOAD}")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="mp-bench-") as folder:
        ours = bench.Ours(program, folder, "postgresql")
        subject = ours.subject
        subject.stop()
        command = [program, "serve", "--listen", f"127.0.0.1:{subject.port}", "--share-port", f"--data-dir={subject.folder}",
                   f"--config={ours.folder / 'server.conf'}"]

        catalogue = ours.folder / "catalogue"
        catalogue.write_text("\n".join(f"GET /v1/tenants/t{number}/catalogue/member {subject.tokens[f't{number}']} -"
                                       for number in range(bench.TENANTS)))

        def measure(requests, count):
            running = [subprocess.Popen(["taskset", "-c", str(processors[number]), *command], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True) for number in range(count)]
            for process in running:
                assert "listening" in process.stdout.readline()
            time.sleep(0.2)
            result = bench.drive([process.pid for process in running], subject.port, requests, seconds)
            for process in running:
                process.terminate()
                assert process.wait(30) == 0
            return result

        best = {}
        for _ in range(pairs):
            for kind, requests in (("record", ours.gets), ("catalogue", catalogue)):
                one, two = measure(requests, 1), measure(requests, 2)
                ratio = two["rate"] / one["rate"]
                best[kind] = max(best.get(kind, 0), ratio)
                print(f"{kind:9}: one process {one['rate']:7.0f}/s ({one['cpu_us']:4.0f} us of its CPU each), two"
                      f" {two['rate']:7.0f}/s ({two['cpu_us']:4.0f} us): {ratio:.2f}")
    print(f"load before {load:.1f}; best of the catalogue {best['catalogue']:.2f}, at least {LEAST}; of a record"
          f" {best['record']:.2f}")
    sys.exit(0 if best["catalogue"] >= LEAST else 1)


if __name__ == "__main__":
    main()
