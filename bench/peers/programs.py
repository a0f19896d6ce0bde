"""What the scripts that compare programs share."""
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


def ours(name):
    """The command that builds and runs one of nengine's programs."""
    return f"{shlex.quote(str(ROOT / 'dev'))} run {name}"


def processor():
    """What times were measured on: the processor's name and what of it matters here.

    Virtual machines often hide the name; family and model then tell.
    """
    first = pathlib.Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    pairs = (line.split(":", 1) for line in first.splitlines() if ":" in line)
    info = {key.strip(): value.strip() for key, value in pairs}
    flags = info.get("flags", "").split()
    return {
        "name": info.get("model name", "unknown"),
        "family": info.get("cpu family", "unknown"),
        "model": info.get("model", "unknown"),
        "cores": len(os.sched_getaffinity(0)),
        "avx512": "avx512f" in flags,
        "amx": "amx_tile" in flags,
    }


def processor_text():
    """The same as one line."""
    p = processor()
    has = [f"{'with' if p[x] else 'without'} {x.upper()}" for x in ("avx512", "amx")]
    return (
        f"{p['name']} (family {p['family']}, model {p['model']}), "
        f"{p['cores']} cores, {', '.join(has)}"
    )


def run(command, option="--json"):
    """Runs one program, which writes its results to the file that the option names."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "results.json"
        done = subprocess.run(
            [*command, f"{option}={path}"], cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode != 0 or not path.exists():
            sys.exit(
                f"failed ({done.returncode}): {shlex.join(command)}\n"
                f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        return json.loads(path.read_text())


def fastest(rounds, images, key):
    """The fastest epoch or test of all rounds, in ms per image."""
    times = [r[key] for r in rounds]
    flat = [t for some in times for t in (some if isinstance(some, list) else [some])]
    return min(flat) / images * 1e3


def write_json(path, args, results):
    """Everything that was measured, what with, and on which processor."""
    settings = {k: str(v) for k, v in vars(args).items()}
    everything = {"processor": processor(), "settings": settings, **results}
    path.write_text(json.dumps(everything, indent=1))
