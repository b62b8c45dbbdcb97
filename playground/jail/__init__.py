"""A process that can do no harm, for source and tools of strangers.

`limits` what it may use · `means` what this machine can hold it with, tried first · `process` the
process itself · `linux` how one is begun there; another platform is another such file · `launcher`
and what it imports (`namespaces`, `landlock`, `filters`, `system`) run inside that process, without
site-packages, and shut the doors behind themselves before the first stranger's line · `attempts`
what is tried against it.
"""
