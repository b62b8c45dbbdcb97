"""The only home of the HTTP client; its own thread, its own loop."""
