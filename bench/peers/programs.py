"""What the scripts that compare programs share."""
import json
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


def run(command):
    """Runs one program, which writes its results to the file in its last argument."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "results.json"
        done = subprocess.run(
            [*command, "--json", str(path)], cwd=ROOT, capture_output=True, text=True
        )
        if done.returncode != 0 or not path.exists():
            sys.exit(
                f"failed ({done.returncode}): {shlex.join(command)}\n"
                f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
            )
        return json.loads(path.read_text())
