"""Where the CUDA libraries of Python packages are."""
import importlib.util
import pathlib

WANTED = ("libcublas.so.13", "libcudnn.so.9")


def folders():
    """The folders of the `nvidia` packages that hold cuBLAS or cuDNN.

    Machines for machine learning often have them there alone. The libraries beside them,
    which these need, are found by the loader.
    """
    package = importlib.util.find_spec("nvidia")
    if package is None or package.submodule_search_locations is None:
        return []
    return sorted(
        {
            str(file.parent)
            for place in package.submodule_search_locations
            for name in WANTED
            for file in pathlib.Path(place).glob(f"*/lib/{name}")
        }
    )
