"""The bundle of the emulated build, in another folder and with an empty environment.

    gpu_bundle_test.py SOURCES BUILD CUBLAS CUDNN [test...]

The emulated libraries lie where Python packages have the real ones.
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import unittest

SOURCES, BUILD, CUBLAS, CUDNN = map(pathlib.Path, sys.argv[1:5])

# Few and small: the emulated device is slow.
FEW_TESTS = "CudaLibraries.*:*CudaDevice.Names*:golden.ensemble_default_1d"
# With this python3, whatever it was started by.
PATH = f"{pathlib.Path(sys.executable).parent}:/usr/bin:/bin"
ONE_TEST = "*CudaDevice.NamesTheLibraries*"


def copy_sources(to):
    """What is versioned or could be: what travels. All but builds, where there is no git."""
    git = ["git", "-C", SOURCES, "-c", "safe.directory=*"]
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
    )
    if listed.returncode != 0:
        shutil.copytree(SOURCES, to, ignore=shutil.ignore_patterns("build", ".git"))
        return
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (SOURCES / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(SOURCES / name, to / name)


def write_program(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@contextlib.contextmanager
def moved_aside(path):
    """The file or folder has another name meanwhile."""
    aside = path.with_name(f"{path.name}.aside")
    path.rename(aside)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        aside.rename(path)


class Machine:
    """Another folder, with Python packages that hold the libraries."""

    def __init__(self, folder):
        self.tree = folder / "tree"
        self.packages = folder / "packages"
        self.out = folder / "out"
        self.elsewhere = folder / "elsewhere"
        self.out.mkdir()
        self.elsewhere.mkdir()
        copy_sources(self.tree)
        for library, package in ((CUBLAS, "cu13"), (CUDNN, "cudnn")):
            place = self.packages / "nvidia" / package / "lib"
            place.mkdir(parents=True)
            shutil.copy(os.path.realpath(library), place / soname(library))
        self.bundle = self.tree / "build" / "gpu-bundle"
        self.archive = self.tree / "build" / "gpu-bundle.tar.xz"

    def run(self, *command, **variables):
        """Runs a command with next to no environment; its status and what it said."""
        known = {
            "PATH": PATH,
            "HOME": "/tmp",
            "PYTHONPATH": self.packages,
            "OUT": self.out,
        }
        done = subprocess.run(
            command,
            cwd=self.elsewhere,
            env={key: str(value) for key, value in (known | variables).items()},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def dev(self, *arguments, **variables):
        return self.run(self.tree / "dev", *arguments, **variables)

    def results(self, name):
        """The names in the archive that came back."""
        with tarfile.open(self.out / f"{name}.tar.xz") as tar:
            return {pathlib.PurePath(member).name for member in tar.getnames()}


def soname(library):
    listed = subprocess.run(["readelf", "-d", library], capture_output=True, text=True, check=True)
    return re.search(r"soname: \[(.*)\]", listed.stdout).group(1)


def pack(archive, *options):
    """Packs the build, without much compression."""
    return subprocess.run(
        [
            sys.executable,
            SOURCES / "scripts" / "gpu" / "pack.py",
            BUILD,
            f"--archive={archive}",
            "--preset=0",
            *options,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


class GpuBundle(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="gpu-bundle-test.", dir=BUILD)
        cls.machine = Machine(pathlib.Path(cls.folder.name))
        done = pack(cls.machine.archive)
        if done.returncode != 0:
            raise RuntimeError(done.stdout)
        # Unpacks the bundle, too.
        cls.first = cls.machine.dev("gpu-test", FEW_TESTS)
        cls.first_results = cls.machine.results("gpu-test")
        report = cls.machine.tree / "build" / "gpu-test" / "test_golden.json"
        cls.first_golden = json.loads(report.read_text())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def expect(self, done, status, *texts):
        self.assertEqual(done[0], status, done[1])
        for text in texts:
            self.assertRegex(done[1], text)

    def test_the_tests_run_with_the_libraries_of_python_packages(self):
        packages = re.escape(str(self.machine.packages / "nvidia"))
        self.expect(
            self.first,
            0,
            r"programs of commit \S+",
            r"cuda:0 \(emulated\)",
            rf"cuBLAS 13\.\S+ {packages}/cu13/lib/libcublas\.so\.13",
            rf"cuDNN 9\.\S+ {packages}/cudnn/lib/libcudnn\.so\.9",
            "test_kernels: passed",
            "test_golden: passed",
            "all tests passed",
        )
        self.assertEqual(self.first_golden["tests"], 1)
        self.assertNotIn("WARNING", self.first[1])

    def test_the_tests_results_come_back_in_one_archive(self):
        expected = {"log", "test_kernels.txt", "test_kernels.json", "test_golden.json"}
        self.assertLessEqual(expected, self.first_results)

    def test_every_library_travels_or_is_part_of_the_system(self):
        system = re.compile(r"/(ld-linux[^/]*|lib(c|m|stdc\+\+|gcc_s))\.so\.[^/]*$")
        for program in [*self.machine.bundle.glob("bin/*"), *self.machine.bundle.glob("bench/*")]:
            status, listed = self.machine.run("ldd", program)
            self.assertEqual(status, 0, listed)
            for library in re.findall(r"=> (.*?)(?: \(0x|$)", listed, re.MULTILINE):
                if not system.search(library):
                    self.assertEqual(
                        os.path.realpath(pathlib.Path(library).parent),
                        os.path.realpath(self.machine.bundle / "lib"),
                        f"{program.name}: {library}",
                    )

    def test_the_main_job_finds_the_digits_from_any_folder(self):
        job = [self.machine.bundle / "bin" / "spiking_mnist", "--device", "cpu"]
        size = "--train 20 --test 20 --epochs 1 --steps 2 --minibatch 10".split()
        data = self.machine.tree / "samples" / "data"
        done = self.machine.run(*job, *size, NENGINE_DATA=data)
        self.expect(done, 0, "20 images to train with")

    def test_benchmarks_of_the_device_write_their_numbers(self):
        wanted = "^(lif_scan|update_float64)/cuda.*(neurons:4096|:101770)"
        done = self.machine.dev("gpu-bench", wanted)
        self.expect(done, 0, "lif_scan_bench: passed", "all benchmarks ran")
        names = self.machine.results("gpu-bench")
        self.assertLessEqual({"lif_scan_bench.json", "optimizer_bench.json"}, names)
        self.assertNotIn("gemm_bench.json", names)

    def test_checks_run_under_the_sanitizer(self):
        tools = self.machine.tree / "build" / "tools"
        said = tools / "said"
        # Stands in for the real one: runs what it is given, after its own options.
        write_program(
            tools / "compute-sanitizer",
            f'#!/bin/sh\necho "$1 $4" >>{said}\nshift 4\nexec "$@"\n',
        )
        path = f"{tools}:{PATH}"
        done = self.machine.dev("gpu-check", ONE_TEST, PATH=path)
        self.expect(done, 0, "memcheck of the kernels: passed", "racecheck of the kernels: passed")
        lines = said.read_text().splitlines()
        self.assertEqual(
            lines, ["--error-exitcode=9 --tool=memcheck", "--error-exitcode=9 --tool=racecheck"]
        )

    @unittest.skipIf(
        shutil.which("compute-sanitizer", path=f"{PATH}:/usr/local/cuda/bin"), "it is there"
    )
    def test_checks_without_the_sanitizer_fail_and_say_so(self):
        done = self.machine.dev("gpu-check")
        self.expect(done, 1, "compute-sanitizer: FAILED, missing", "failed: compute-sanitizer\n")
        self.assertIn("log", self.machine.results("gpu-check"))

    def test_a_missing_file_fails_and_the_other_programs_run(self):
        with moved_aside(self.machine.tree / "tests" / "golden" / "data" / "index.json"):
            done = self.run_script("test", f"GoldenIndex.*:{ONE_TEST}")
        self.expect(
            done, 1, "test_golden: FAILED, ", "test_samples: passed", r"failed: test_golden\n"
        )
        self.assertIn("log", self.machine.results("gpu-test"))

    def test_a_convolution_that_cudnn_cannot_do_fails_the_program(self):
        # Compares such convolutions with each other: it passes without cuDNN.
        wanted = "*CudaDevice.ARecordedProductAndConvolution*"
        done = self.run_script("test", wanted, NENGINE_EMULATOR_CUDNN="none")
        self.expect(
            done,
            1,
            "test_kernels: passed",
            "test_kernels: FAILED, slower than a GPU can be",
            "   nengine: cuDNN has no engine for a convolution",
            "failed: test_kernels\n",
        )

    def test_steps_that_cannot_be_recorded_fail_the_program(self):
        done = self.run_script("test", "*RecordedSteps*cuda", NENGINE_EMULATOR_REFUSES="captures")
        self.expect(done, 1, "test_engine: passed", "cannot record steps", "failed: test_engine\n")

    def test_a_bundle_of_other_sources_is_reported(self):
        changed = self.machine.tree / "kernels" / "gemm.hpp"
        content = changed.read_bytes()
        changed.write_bytes(content + b"\n")
        try:
            done = self.run_script("test", ONE_TEST)
        finally:
            changed.write_bytes(content)
        self.expect(done, 0, "WARNING: these programs were made from other sources")

    def test_programs_that_get_no_time_fail(self):
        tests = self.machine.bundle / "bin" / "test_kernels"
        with moved_aside(tests):
            write_program(tests, "#!/bin/sh\nexec sleep 100\n")
            done = self.run_script("test", ONE_TEST, NENGINE_GPU_SECONDS="20")
        self.expect(
            done,
            1,
            "test_kernels: FAILED, no end after",
            "test_conformance: FAILED, not run",
            "failed: test_kernels, test_conformance, ",
        )

    def test_a_device_that_gets_no_time_fails(self):
        done = self.run_script("test", ONE_TEST, NENGINE_GPU_SECONDS="0")
        self.expect(done, 1, "device: FAILED, not run", "failed: device\n")

    def test_a_broken_folder_of_libraries_still_leaves_an_archive(self):
        (self.machine.out / "gpu-test.tar.xz").unlink(missing_ok=True)
        with moved_aside(self.machine.bundle / "lib"):
            done = self.run_script("test", ONE_TEST)
        self.expect(done, 1, "device: FAILED, status", "shared libraries", "failed: device\n")
        self.assertLessEqual({"log", "device.txt"}, self.machine.results("gpu-test"))

    def test_a_large_bundle_is_refused_with_what_is_large(self):
        archive = self.machine.tree / "build" / "large.tar.xz"
        done = pack(archive, "--limit=0.1")
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertRegex(done.stdout, r"needs at most 0\.1; its largest files.*\n +\d+\.\d MB  \w+/")
        self.assertFalse(archive.exists())

    def run_script(self, *arguments, **variables):
        """As ./dev does, which would build again where sources have changed."""
        script = self.machine.tree / "scripts" / "gpu" / "run.py"
        return self.machine.run("python3", script, *arguments, **variables)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[5:]], verbosity=2)
