"""What TensorBoard's own reader finds in a folder of event files, as JSON.

    VENV/bin/python read_events.py LOG_DIR OUT

OUT gets {run: {"scalars": {tag: [[step, value], ...]},
"histograms": {tag: [[step, min, max, count, sum], ...]}}}.
"""
import json
import pathlib
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def read(folder):
    everything = {"scalars": 0, "histograms": 0}  # 0: keep all, do not sample
    events = EventAccumulator(str(folder), size_guidance=everything)
    events.Reload()
    tags = events.Tags()
    return {
        "scalars": {
            tag: [[e.step, e.value] for e in events.Scalars(tag)]
            for tag in tags["scalars"]
        },
        "histograms": {
            tag: [
                [e.step, h.min, h.max, h.num, h.sum]
                for e in events.Histograms(tag)
                for h in [e.histogram_value]
            ]
            for tag in tags["histograms"]
        },
    }


def main():
    log_dir, out = map(pathlib.Path, sys.argv[1:])
    runs = sorted(path for path in log_dir.iterdir() if path.is_dir())
    out.write_text(json.dumps({run.name: read(run) for run in runs}))


if __name__ == "__main__":
    main()
