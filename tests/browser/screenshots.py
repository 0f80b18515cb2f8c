"""Takes a picture of every page: wide and narrow, light and dark, of the sample data.

python -m tests.browser.screenshots FOLDER [NAME …]
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.browsers import NARROW, SCHEMES, WIDE, Browsers
from tests.browser.chromium import launch
from tests.browser.looks import LOOKS, STRICT_LOOKS, Look
from tests.browser.sites import serving, serving_strictly


def main() -> None:
    asked = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("names", nargs="*", help="pages to take; all without any", metavar="NAME")
    asked.add_argument(
        "--full-page", action="store_true", help="from top to bottom, not only what a screen shows"
    )
    options = asked.parse_args()
    looks = _asked(LOOKS, options.names)
    strict = _asked(STRICT_LOOKS, options.names)
    options.folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as strict_folder,
        serving(Path(folder)) as site,
        sync_playwright() as playwright,
        launch(playwright) as chromium,
    ):
        site.tell_story()
        browsers = Browsers(site, chromium)
        for look in looks:
            _take(browsers, look, options.folder, full_page=options.full_page)
        with serving_strictly(site.emulator, Path(strict_folder)) as strict_site:
            browsers = Browsers(strict_site, chromium)
            for look in strict:
                _take(browsers, look, options.folder, full_page=options.full_page)
    sys.stdout.write(f"{len(looks + strict) * 4} pictures in {options.folder}\n")


def _asked(looks: Iterable[Look], names: list[str]) -> list[Look]:
    return [look for look in looks if look.name in names or not names]


def _take(browsers: Browsers, look: Look, folder: Path, *, full_page: bool) -> None:
    visitor = browsers.open(look.who)
    look.steps(visitor)
    for size in (WIDE, NARROW):
        visitor.page.set_viewport_size(size)
        for scheme in SCHEMES:
            visitor.page.emulate_media(color_scheme=scheme)
            path = folder / f"{look.name}-{size['width']}-{scheme}.png"
            visitor.page.screenshot(path=path, full_page=full_page)
    browsers.end()


if __name__ == "__main__":
    main()
