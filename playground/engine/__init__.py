"""Runs calls: asyncio, no Qt."""
