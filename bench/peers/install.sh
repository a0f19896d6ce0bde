#!/bin/sh
# Makes a virtual environment with NengoDL 3.6, the peer of the benchmarks.
# NengoDL is frozen: it wants Python 3.11, TensorFlow 2.12 and an old NumPy.
set -eu
if [ $# -ne 1 ]; then
    echo "usage: $0 DIR   (the virtual environment to make)" >&2
    exit 2
fi
python=${PYTHON:-python3.11}
"$python" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || {
    echo "$0: $python is not Python 3.11; set PYTHON to one that is" >&2
    exit 1
}
"$python" -m venv "$1"
# nengo-dl asks for the package "tensorflow", which would bring the newest one beside
# tensorflow-cpu: so it comes last and alone, after what it needs.
"$1/bin/pip" install --disable-pip-version-check \
    'tensorflow-cpu==2.12.*' 'nengo<4' 'numpy<1.24' jinja2 packaging progressbar2 click
"$1/bin/pip" install --disable-pip-version-check --no-deps 'nengo-dl==3.6.0'
"$1/bin/python" -c 'import nengo_dl; print("nengo_dl", nengo_dl.__version__)'
