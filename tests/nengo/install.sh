#!/bin/sh
# Makes a virtual environment with Nengo 4.1.0, which random networks are compared with.
# Needs Python 3.9 to 3.12, which these versions exist for.
set -eu
if [ $# -ne 1 ]; then
    echo "usage: $0 DIR   (the virtual environment to make)" >&2
    exit 2
fi
"${PYTHON:-python3}" -m venv "$1"
# SciPy and scikit-learn are what some solvers, transforms and processes of Nengo's need.
# Nengo 4.1 was made for numpy 1 and for a SciPy whose cg() takes `tol`: with numpy 2 its
# synapses fail in `filt`, with SciPy 1.14 its ConjgradScipy does. SciPy 1.12 has another
# nnls than the one that most of the frozen data were made with (1.10).
"$1/bin/pip" install --disable-pip-version-check \
    nengo==4.1.0 numpy==1.26.4 scipy==1.11.4 scikit-learn==1.5.2
"$1/bin/python" -c 'import nengo; print("nengo", nengo.__version__)'
