"""All benches, one after another: `python -m config.embedded python -m tests.bench`."""

import subprocess
import sys
from pathlib import Path

from tests.bench.measure import show

if __name__ == "__main__":
    failed = 0
    for path in sorted(Path(__file__).parent.glob("bench_*.py")):
        show(f"\n== {path.stem}")
        failed |= subprocess.run([sys.executable, "-m", f"tests.bench.{path.stem}"], check=False).returncode
    sys.exit(failed)
