"""The command line: one file per command, each importing only what it needs."""
