"""What is kept on disk: sessions, runs, recordings, settings, and keys in the OS keyring."""
