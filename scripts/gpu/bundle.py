"""The bundle: programs that one machine builds and another, with a GPU, runs.

Both machines have the same working tree; the programs find their data there. The archive's
first member says what was packed, so that a bundle of another tree is recognised.
"""
import hashlib
import json
import pathlib
import shutil
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARCHIVE = ROOT / "build" / "gpu-bundle.tar.xz"
FOLDER = ROOT / "build" / "gpu-bundle"
ABOUT = "about.json"

# What programs are compiled from or read. bench/results is written where they run.
SOURCES = ("api", "bench", "cmake", "engine", "kernels", "samples", "tests")
SOURCE_FILES = ("CMakeLists.txt", "CMakePresets.json")


def tree_hash(root=ROOT):
    """A name for the content of the sources; needs no git, which may have stayed behind."""
    files = [root / name for name in SOURCE_FILES]
    for folder in SOURCES:
        files += [path for path in (root / folder).rglob("*") if path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        name = path.relative_to(root)
        hidden = any(part.startswith((".", "__pycache__")) for part in name.parts)
        if not hidden and name.parts[:2] != ("bench", "results"):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{name.as_posix()} {content}\n".encode())
    return digest.hexdigest()


def about(archive=ARCHIVE):
    """What was packed: commit, tree and time. None without an archive."""
    if not archive.exists():
        return None
    with tarfile.open(archive, "r|xz") as tar:
        first = tar.next()
        if first is None or pathlib.PurePath(first.name).name != ABOUT:
            sys.exit(f"{archive}: is no bundle of nengine's programs")
        return json.load(tar.extractfile(first))


def is_current(archive=ARCHIVE):
    """Whether there is a bundle, made from the tree at hand."""
    packed = about(archive)
    return packed is not None and packed["tree"] == tree_hash()


def unpack():
    """Unpacks the archive unless that was done before; returns what was packed."""
    packed = about()
    if packed is None:
        sys.exit(f"{ARCHIVE}: does not exist; make it with ./dev gpu-build where one can build")
    marker = FOLDER / ABOUT
    if marker.exists() and json.loads(marker.read_text()) == packed:
        return packed
    shutil.rmtree(FOLDER, ignore_errors=True)
    with tarfile.open(ARCHIVE, "r|xz") as tar:
        for member in tar:
            if pathlib.PurePath(member.name).name == ABOUT:
                continue
            if hasattr(tarfile, "data_filter"):
                tar.extract(member, FOLDER.parent, filter="data")
            else:
                tar.extract(member, FOLDER.parent)
    # Last: a bundle that was unpacked in part has none.
    marker.write_text(json.dumps(packed))
    return packed


if __name__ == "__main__":
    sys.exit(0 if is_current() else 1)
