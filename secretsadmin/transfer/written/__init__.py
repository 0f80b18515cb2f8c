"""Files that people take elsewhere: how they are written, entry by entry."""
