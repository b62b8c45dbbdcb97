"""The loopback OpenAI server: its own process, scripted, saying so."""
