"""Limits: what a process in the jail may use before it is ended."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float | None = 10.0
    """By the clock on the wall; None for one that lives until somebody ends it."""
    cpu: int | None = 5
    """Seconds of a processor, each process by itself."""
    memory: int = 1024 * MB
    """Bytes of address space, each process by itself."""
    output: int = 2 * MB
    """Bytes that are read of standard output, and as many of standard error."""
    files: int = 0
    """Bytes that it may write into its own folder: altogether where that is a file system of its
    own, into each file where it is a folder on the disk. 0: it writes nothing at all."""
    processes: int = 1
    """More than one only where a pid namespace holds them together."""
    handles: int = 64
    """Open files."""
