"""Runs programs one after the other and keeps what they say."""
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import tarfile
import time

import bundle

# When the process began: unpacking the programs counts as well.
BEGAN = time.monotonic()


class Job:
    """Programs with a time limit each. One that fails does not stop the next.

    What a program says goes to a file in `results`, and its end to standard output if it
    fails. The log has all lines of standard output. If the environment variable OUT names
    a folder, `finish` packs the results there.

    All programs together have NENGINE_GPU_SECONDS, from the start of this process: by
    default an hour, but 540 where OUT is set, because machines that take results from
    there end a command after ten minutes.
    """

    def __init__(self, name, results, environment):
        self.name = name
        self.results = pathlib.Path(results)
        shutil.rmtree(self.results, ignore_errors=True)
        self.results.mkdir(parents=True)
        self.environment = environment
        self.failures = []
        default = 540 if os.environ.get("OUT") else 3600
        seconds = float(os.environ.get("NENGINE_GPU_SECONDS", default))
        self.deadline = BEGAN + seconds

    def say(self, text):
        """A line for the reader and the log."""
        print(text, flush=True)
        with open(self.results / "log", "a") as log:
            log.write(text + "\n")

    def fail(self, title, reason, details=""):
        """Counts a failure and goes on."""
        self.failures.append(title)
        self.say(f"== {title}: FAILED, {reason}")
        if details:
            self.say(details)

    def output_of(self, title):
        """The file of what a program says, after a line with its command."""
        return self.results / f"{title.replace(' ', '_')}.txt"

    def lines_of(self, title):
        """What a program has said."""
        return self.output_of(title).read_text(errors="replace").splitlines()[1:]

    def run(self, title, command, limit):
        """Runs `command` for at most `limit` seconds; returns whether it ended well."""
        limit = min(limit, self.deadline - time.monotonic())
        if limit <= 0:
            self.fail(title, "not run: the time for all is up")
            return False
        output = self.output_of(title)
        start = time.monotonic()
        with open(output, "w") as file:
            file.write(shlex.join(map(str, command)) + "\n")
            file.flush()
            reason = self.wait(command, file, limit)
        seconds = time.monotonic() - start
        if reason:
            self.fail(title, f"{reason}, {seconds:.1f} s", end_of(output))
        else:
            self.say(f"== {title}: passed, {seconds:.1f} s")
        return not reason

    def wait(self, command, output, limit):
        """Empty, or how the command failed."""
        try:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=bundle.ROOT,
                env=self.environment,
                start_new_session=True,
            )
        except OSError as error:
            return f"cannot be started ({error.strerror})"
        try:
            status = process.wait(timeout=limit)
        except BaseException as error:
            # With the processes that it started, which hear no Ctrl-C.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if not isinstance(error, subprocess.TimeoutExpired):
                raise
            return f"no end after {limit:.0f} s"
        if status < 0:
            return f"ended by {signal.Signals(-status).name}"
        return f"status {status}" if status else ""

    def finish(self, success=""):
        """Packs the results and ends the process: with status 1 if anything failed."""
        if self.failures:
            self.say(f"\nfailed: {', '.join(self.failures)}")
        else:
            self.say(f"\n{success}")
        if os.environ.get("OUT"):
            archive = pathlib.Path(os.environ["OUT"]) / f"{self.name}.tar.xz"
            with tarfile.open(archive, "w:xz") as tar:
                tar.add(self.results, self.name)
            print(f"results: {archive}")
        else:
            print(f"results: {self.results}")
        sys.exit(1 if self.failures else 0)


def end_of(output, lines=40):
    """The end of a program's output, and the lines before it that say what failed."""
    every = output.read_text(errors="replace").splitlines()
    named = [line for line in every[:-lines] if "FAILED" in line or "ERROR" in line]
    return "\n".join(f"   {line}" for line in named[:20] + every[-lines:])
