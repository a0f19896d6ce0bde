#!/usr/bin/env python3
"""Runs a bundle's tests, benchmarks or checks on this machine's GPU.

    run.py test [filter]     the tests; a filter as GoogleTest takes it
    run.py check [filter]    the kernels' tests under compute-sanitizer, and the main job
    run.py bench [filter]    the benchmarks; a regular expression of their names

Needs a driver, python3, and cuBLAS and cuDNN: installed, in Python packages, or in a folder
that NENGINE_CUDA_LIBRARY_PATH lists.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import bundle
import cuda_libraries
from job import Job

BIN = bundle.FOLDER / "bin"

# What runs of each program without a filter of the user's: everything that is not named
# after the CPU, but of the samples' tests, which start other programs, only the GPU's.
TESTS = {
    "test_kernels": "-*cpu*",
    "test_conformance": "-*cpu*",
    "test_engine": "-*cpu*",
    "test_api": "-*cpu*",
    "test_golden": "-*cpu*",
    "test_samples": "*cuda*",
}
DEVICE_SECONDS, TEST_SECONDS, BENCH_SECONDS = 60, 250, 150

# What a program says on standard error where a GPU is used in a slower way than it can be.
SLOW = ("cuDNN has no engine for a convolution", "cannot record steps")

# What compute-sanitizer runs, many times slower: not the tests of millions of elements.
CHECKED_TESTS = (
    "*cuda*-*ScratchOfARecordingOutlivesItsGrowth*:*HostMemoryMayChangeAsSoonAsUploadReturns*"
)
# A small main job: a minibatch of training, one of the spiking test.
SMALL_JOB = "--train 400 --test 200 --epochs 1 --steps 3".split()


def environment():
    """The environment of the programs: where libraries and data are."""
    result = dict(os.environ)
    own = result.get("NENGINE_CUDA_LIBRARY_PATH")
    folders = [own] if own else []
    result["NENGINE_CUDA_LIBRARY_PATH"] = ":".join(folders + cuda_libraries.folders())
    result["NENGINE_DATA"] = str(bundle.ROOT / "samples" / "data")
    result["NENGINE_REQUIRE_CUDA"] = "1"
    result.setdefault("OMP_WAIT_POLICY", "passive")
    return result


def driver():
    """What nvidia-smi says of driver and clocks, if it says anything."""
    query = "--query-gpu=driver_version,memory.total,clocks.max.sm,clocks.max.memory"
    try:
        asked = subprocess.run(
            ["nvidia-smi", query, "--format=csv"], capture_output=True, text=True, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()


def start(name, packed, variables):
    """A job that has said what it runs, and on what; ends here without a usable GPU."""
    job = Job(name, bundle.ROOT / "build" / name, variables)
    job.say(f"programs of commit {packed['commit']}, packed {packed['packed']}")
    if packed["tree"] != bundle.tree_hash():
        job.say("WARNING: these programs were made from other sources than those at hand")
    if not job.run("device", [BIN / "device_info", "cuda"], DEVICE_SECONDS):
        job.finish()
    job.say("\n".join(job.lines_of("device")))
    if text := driver():
        job.say(text)
    return job


def fail_if_slow(job, title):
    """Counts a failure if a program, which ended well, says that it was slowed down."""
    slow = [line for line in job.lines_of(title) if any(text in line for text in SLOW)]
    if slow:
        job.fail(title, "slower than a GPU can be", "\n".join(f"   {line}" for line in slow))


def test(packed, variables, wanted):
    """Runs every test program."""
    # "auto" would keep the tests' small networks on the CPU.
    job = start("gpu-test", packed, variables | {"NENGINE_DEVICE": "cuda"})
    for program, default in TESTS.items():
        report = job.results / f"{program}.json"
        command = [
            BIN / program,
            f"--gtest_filter={wanted or default}",
            f"--gtest_output=json:{report}",
        ]
        if job.run(program, command, TEST_SECONDS):
            fail_if_slow(job, program)
    job.finish("all tests passed")


def sanitizer():
    """The path of compute-sanitizer, or None."""
    usual = pathlib.Path("/usr/local/cuda/bin")
    return shutil.which("compute-sanitizer", path=f"{os.environ['PATH']}:{usual}")


def check(packed, variables, wanted):
    """Looks for wrong addresses, races and numbers that nobody wrote."""
    job = start("gpu-check", packed, variables)
    tool = sanitizer()
    if tool is None:
        reason = "missing (part of the CUDA toolkit): nothing was checked"
        job.fail("compute-sanitizer", reason)
        job.finish()
    # Calls that fail are tests' intent, such as to allocate more than there is.
    command = [tool, "--error-exitcode=9", "--print-limit=20", "--report-api-errors=no"]
    tests = [BIN / "test_kernels", f"--gtest_filter={wanted or CHECKED_TESTS}"]
    seconds = 200 if wanted is None else 500
    for kind in ("memcheck", "racecheck"):
        job.run(f"{kind} of the kernels", [*command, f"--tool={kind}", *tests], seconds)
    if wanted is None:
        small = [BIN / "spiking_mnist", "--device", "cuda", *SMALL_JOB]
        job.run("initcheck of the main job", [*command, "--tool=initcheck", *small], seconds)
    job.finish("compute-sanitizer found nothing")


def main_job(results):
    """The command of the main job, on Fashion-MNIST if that was packed."""
    fashion = bundle.FOLDER / "data" / "fashion-mnist"
    data = ["--dataset", "mnist"]
    if fashion.exists():
        data = ["--dataset", "fashion", "--data", fashion]
    return [BIN / "spiking_mnist", *data, "--device", "cuda", "--json", results / "main_job.json"]


def errors_in(report):
    """What went wrong in a benchmark program that itself ended well."""
    runs = json.loads(report.read_text())["benchmarks"]
    return [f"   {r['name']}: {r['error_message']}" for r in runs if r.get("error_occurred")]


def run_benchmarks(job, program, wanted, context):
    """Runs the benchmarks of one program that the filter wants."""
    report = job.results / f"{program.name}.json"
    command = [
        program,
        f"--benchmark_filter={wanted or '/cuda'}",
        f"--benchmark_context={context}",
        f"--benchmark_out={report}",
        "--benchmark_out_format=json",
    ]
    if not job.run(program.name, command, BENCH_SECONDS):
        return
    fail_if_slow(job, program.name)
    if report.stat().st_size == 0:  # there was none
        report.unlink()
    elif errors := errors_in(report):
        job.fail(program.name, "wrong results", "\n".join(errors))


def keep(job, gpu, day):
    """Copies the numbers to bench/results, under the day and the GPU."""
    model = re.sub(r"[^A-Za-z0-9]+", "-", re.sub(r".*\((.*)\)", r"\1", gpu)).strip("-")
    folder = bundle.ROOT / "bench" / "results" / f"{day}-{model}"
    folder.mkdir(parents=True, exist_ok=True)
    for path in [job.results / "log", *job.results.glob("*.json")]:
        shutil.copy(path, folder)
    job.say(f"kept in {folder}")


def bench(packed, variables, wanted):
    """Runs every benchmark, and without a filter the main job."""
    job = start("gpu-bench", packed, variables)
    gpu, *libraries = job.lines_of("device")
    day = time.strftime("%Y-%m-%d", time.gmtime())
    known = {"gpu": gpu, "commit": packed["commit"], "day": day}
    known |= dict(line.split()[:2] for line in libraries)
    context = ",".join(f"{key}={value}" for key, value in known.items())
    for program in sorted((bundle.FOLDER / "bench").iterdir()):
        run_benchmarks(job, program, wanted, context)
    if wanted is None:
        if job.run("main job", main_job(job.results), BENCH_SECONDS):
            fail_if_slow(job, "main job")
        keep(job, gpu, day)
    job.finish("all benchmarks ran")


def main():
    verbs = {"test": test, "check": check, "bench": bench}
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in verbs:
        sys.exit(__doc__)
    packed = bundle.unpack()
    wanted = sys.argv[2] if len(sys.argv) == 3 else None
    verbs[sys.argv[1]](packed, environment(), wanted)


if __name__ == "__main__":
    main()
