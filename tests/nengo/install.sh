#!/bin/sh
# Makes a virtual environment with Nengo 4.1, which random networks are compared with.
set -eu
if [ $# -ne 1 ]; then
    echo "usage: $0 DIR   (the virtual environment to make)" >&2
    exit 2
fi
"${PYTHON:-python3}" -m venv "$1"
# SciPy and scikit-learn are what some solvers, transforms and processes of Nengo's need.
"$1/bin/pip" install --disable-pip-version-check 'nengo==4.1.*' scipy scikit-learn
"$1/bin/python" -c 'import nengo; print("nengo", nengo.__version__)'
