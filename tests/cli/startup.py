"""From the start of a process to its first answer, beside the bare imports: `python tests/cli/startup.py [runs]`.

Wanted: `mockserver serve` answers at most 0.3 s after what `python -c "import starlette, uvicorn"` takes.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from statistics import median

WANTED = 0.3


def bare() -> float:
    """Seconds for the bare imports."""
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import starlette, uvicorn"], check=True)
    return time.perf_counter() - began


def served() -> float:
    """Seconds until the server's health check is answered; the port is tried without a pause."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    command = [sys.executable, "-m", "mockserver", "serve", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while True:
                try:
                    connection = HTTPConnection("127.0.0.1", port, timeout=10)
                    connection.request("GET", "/_mock/health")
                    connection.getresponse().read()
                    connection.close()
                    return time.perf_counter() - began
                except ConnectionRefusedError:
                    time.sleep(0.002)
        finally:
            process.terminate()


def main() -> int:
    """Measure in turn, print the medians; 1 when it took too long."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 11
    bare(), served()
    pairs = [(bare(), served()) for _ in range(runs)]
    without, with_server = (median(column) for column in zip(*pairs, strict=True))
    beyond = with_server - without
    print(f"bare imports {without:.3f} s, first answer {with_server:.3f} s: {beyond:.3f} s beyond (wanted {WANTED} s)")
    return int(beyond > WANTED)


if __name__ == "__main__":
    raise SystemExit(main())
