"""Finds a Chromium for the tests, or installs one; `make test` runs this first.

The one that CHROMIUM names is taken, then those on the path. The build without a window comes
first, as it does with Playwright: the same engine draws the same pages, with 40 % less work. So
root adds it on a Debian that has the other alone, and makes do with that where nothing can be
fetched. Without any, root installs Debian's package, and everybody else the build that Playwright
brings.
"""

import os
import shutil
import subprocess
import sys

from playwright.sync_api import Browser, Playwright, sync_playwright

NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # All pages are of one site, so the next one may be drawn by the process that drew the last.
    "--renderer-process-limit=1",
)
DEBIAN = (
    ("apt-get", "update", "--quiet=2"),
    ("apt-get", "install", "--yes", "--quiet=2", "--no-install-recommends", NAMES[0]),
)
DEBIANS_OTHER = "/usr/bin/chromium"
PLAYWRIGHT = (sys.executable, "-m", "playwright", "install", "chromium")
SORRY = (
    "No Chromium was found, and none could be installed. Install one and name it: "
    "CHROMIUM=/path/to/chromium make test"
)


def executable() -> str | None:
    """The Chromium to start; None stands for Playwright's own."""
    found = (shutil.which(name) for name in (os.environ.get("CHROMIUM", ""), *NAMES) if name)
    return next((path for path in found if path and _runs(path)), None)


def launch(playwright: Playwright) -> Browser:
    # Chromium's sandbox refuses to run as root, as it is in containers.
    sandbox = () if os.geteuid() else ("--no-sandbox",)
    return playwright.chromium.launch(executable_path=executable(), args=[*ARGUMENTS, *sandbox])


def main() -> None:
    if os.geteuid() == 0 and shutil.which("apt-get") and executable() in (None, DEBIANS_OTHER):
        _ = all(_succeeds(*command) for command in DEBIAN)
    if not _is_there() and not _succeeds(*PLAYWRIGHT):
        sys.exit(SORRY)


def _is_there() -> bool:
    if executable():
        return True
    with sync_playwright() as playwright:
        return os.path.exists(playwright.chromium.executable_path)  # noqa: PTH110 - it is a str, and asked one thing.


def _runs(path: str) -> bool:
    """Some systems put a program on the path that only tells how to install one."""
    return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0


def _succeeds(*command: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, check=False).returncode == 0


if __name__ == "__main__":
    main()
