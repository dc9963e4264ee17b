"""How time and memory grow with the size of a repository: generated monorepos, one cold run of each.

    python benchmarks/scale.py [--sizes 10 100 1000 10000] [--runs 1] [--out docs/scale]
    python benchmarks/scale.py --from docs/scale.json

Seconds are of processor time of the whole process, git's included: other work on the machine does not count. The
result is written to OUT.json, and drawn as OUT.svg and OUT.png.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from monorepo import generate

FITTED_FROM = 100
"""The exponent is fitted from this number of services on: below, starting Python counts most."""

ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""Python keeps what it compiles, as it does for whoever installs a linter."""


def run(folder: Path, *options: str) -> dict[str, float]:
    """Processor seconds, wall seconds and peak memory in MB of one run without a cache."""
    command = [str(Path(sys.executable).with_name("dotmac-lint")), "--isolated", "--no-cache", "-q"]
    started = time.perf_counter()
    process = subprocess.Popen(
        [*command, *options, "--exit-zero", "--output-format", "json", "."],
        cwd=folder,
        env=ENVIRONMENT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"dotmac-lint failed with {process.returncode}")
    return {
        "seconds": usage.ru_utime + usage.ru_stime,
        "wall": time.perf_counter() - started,
        "megabytes": usage.ru_maxrss / (1024 if sys.platform != "darwin" else 2**20),
    }


def measure(sizes: list[int], runs: int) -> list[dict[str, float]]:
    rows = []
    for services in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            files = generate(folder, services)
            subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
            measured = [run(folder) for _ in range(runs)]
        row: dict[str, float] = {"services": services, "files": files}
        row |= {key: statistics.median(one[key] for one in measured) for key in measured[0]}
        rows.append(row)
        print(f"{services} services, {files} files: {row['seconds']:.1f} s, {row['megabytes']:.0f} MB")
    return rows


def exponent(rows: list[dict[str, float]], key: str) -> float | None:
    """The slope of the fitted line through logarithms."""
    points = [(math.log(r["services"]), math.log(r[key])) for r in rows if r["services"] >= FITTED_FROM]
    if len(points) < 2:
        return None
    return statistics.linear_regression(*zip(*points, strict=True)).slope


# ---- the picture: drawn by hand, so that no library of plots is needed

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 720, 400, 70, 50, 30
BLUE, RED, GREY = (31, 91, 170), (190, 60, 40), (210, 210, 210)


class Axes:
    """Logarithmic axes that hold all points."""

    def __init__(self, rows: list[dict[str, float]]) -> None:
        values = [row[key] for row in rows for key in ("seconds", "megabytes")]
        self.x = (math.floor(math.log10(rows[0]["services"])), math.ceil(math.log10(rows[-1]["services"])))
        self.y = (math.floor(math.log10(min(values))), math.ceil(math.log10(max(values))))

    def at(self, services: float, value: float) -> tuple[float, float]:
        across = (math.log10(services) - self.x[0]) / max(self.x[1] - self.x[0], 1)
        up = (math.log10(value) - self.y[0]) / max(self.y[1] - self.y[0], 1)
        return LEFT + across * (WIDTH - LEFT - 90), HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - TOP)


def svg(rows: list[dict[str, float]], title: str) -> str:
    axes = Axes(rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
        f'font-size="13">\n<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>\n'
        f'<text x="{LEFT}" y="18" font-weight="bold">{title}</text>\n'
    ]
    left, right = 10 ** axes.x[0], 10 ** axes.x[1]
    for power in range(axes.y[0], axes.y[1] + 1):
        (x, y), (end, _) = axes.at(left, 10**power), axes.at(right, 10**power)
        parts.append(f'<line x1="{x:.0f}" y1="{y:.0f}" x2="{end:.0f}" y2="{y:.0f}" stroke="#d2d2d2"/>\n')
        parts.append(f'<text x="{x - 8:.0f}" y="{y + 4:.0f}" text-anchor="end">{10.0**power:g}</text>\n')
    for row in rows:
        x, _ = axes.at(row["services"], 10 ** axes.y[0])
        parts.append(
            f'<text x="{x:.0f}" y="{HEIGHT - 28}" text-anchor="middle">{row["services"]:,.0f}</text>\n'
        )
    parts.append(f'<text x="{WIDTH / 2:.0f}" y="{HEIGHT - 8}" text-anchor="middle">services</text>\n')
    for key, colour, label in (("seconds", BLUE, "seconds"), ("megabytes", RED, "MB")):
        places = [axes.at(row["services"], row[key]) for row in rows]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="rgb{colour}" stroke-width="2"/>\n')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="rgb{colour}"/>\n' for x, y in places]
        x, y = places[-1]
        parts.append(f'<text x="{x + 10:.0f}" y="{y + 4:.0f}" fill="rgb{colour}">{label}</text>\n')
    return "".join(parts) + "</svg>\n"


def png(rows: list[dict[str, float]]) -> bytes:
    """The same lines without the words: PNG (RFC 2083), 8 bits a channel."""
    axes = Axes(rows)
    pixels = bytearray(b"\xff" * (WIDTH * HEIGHT * 3))

    def dot(x: float, y: float, colour: tuple[int, int, int], size: int) -> None:
        for row in range(round(y) - size, round(y) + size + 1):
            for column in range(round(x) - size, round(x) + size + 1):
                if 0 <= row < HEIGHT and 0 <= column < WIDTH:
                    start = 3 * (row * WIDTH + column)
                    pixels[start : start + 3] = bytes(colour)

    def line(a: tuple[float, float], b: tuple[float, float], colour: tuple[int, int, int], size: int) -> None:
        steps = max(1, round(max(abs(b[0] - a[0]), abs(b[1] - a[1]))))
        for step in range(steps + 1):
            dot(a[0] + (b[0] - a[0]) * step / steps, a[1] + (b[1] - a[1]) * step / steps, colour, size)

    left, right, low = 10 ** axes.x[0], 10 ** axes.x[1], 10 ** axes.y[0]
    for power in range(axes.y[0], axes.y[1] + 1):
        line(axes.at(left, 10**power), axes.at(right, 10**power), GREY, 0)
    for power in range(axes.x[0], axes.x[1] + 1):
        line(axes.at(10**power, low), axes.at(10**power, 10 ** axes.y[1]), GREY, 0)
    for key, colour in (("seconds", BLUE), ("megabytes", RED)):
        places = [axes.at(row["services"], row[key]) for row in rows]
        for a, b in pairwise(places):
            line(a, b, colour, 1)
        for x, y in places:
            dot(x, y, colour, 4)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    lines = b"".join(b"\0" + pixels[start : start + 3 * WIDTH] for start in range(0, len(pixels), 3 * WIDTH))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines, 9))
        + chunk(b"IEND", b"")
    )


def machine() -> dict[str, Any]:
    """What the figures were taken on; no names and no paths."""
    from importlib.metadata import version

    names = ("dotmac-lint", "libcst", "msgspec", "PyYAML")
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": os.cpu_count(),
        "versions": {name: version(name) for name in names},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10, 100, 1000, 10000])
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "docs" / "scale")
    parser.add_argument("--from", dest="given", type=Path, help="draw this result again")
    options = parser.parse_args()
    if options.given:
        report = json.loads(options.given.read_text("utf-8"))
    else:
        rows = measure(sorted(options.sizes), options.runs)
        report = {"machine": machine(), "rows": rows}
        report["exponents"] = {key: exponent(rows, key) for key in ("seconds", "megabytes")}
        options.out.with_suffix(".json").write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    fitted = report["exponents"]["seconds"]
    title = "One cold run of generated monorepos" + (f": time grows as size^{fitted:.2f}" if fitted else "")
    options.out.with_suffix(".svg").write_text(svg(report["rows"], title), "utf-8")
    options.out.with_suffix(".png").write_bytes(png(report["rows"]))
    print(title)


if __name__ == "__main__":
    main()
