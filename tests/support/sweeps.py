"""A test that ends or counts calls waits here for listings that are read in the background."""

import threading

# As store/listing.py calls the threads, which this file can't import: some of its users run without
# Django's settings.
NAME = "listing"


def end_of_sweeps() -> None:
    """Return when AWS is asked for no listing any more, be it of one that is forgotten."""
    for thread in threading.enumerate():
        if thread.name == NAME:
            thread.join()
