"""Audio: a very short tone, so that the fields of a spoken answer hold real sound."""

from __future__ import annotations

import base64
import io
import math
import struct
import wave

RATE = 24_000
"""Samples a second, 16 bit, one channel: what `pcm16` means."""
FORMATS = ("wav", "pcm16")
"""Those that need no codec."""
KEPT = 3600
"""Seconds until an answer's audio expires."""
_LENGTH = RATE // 50


def tone(form: str) -> str:
    """A fiftieth of a second of A4, in base64."""
    samples = (round(8000 * math.sin(2 * math.pi * 440 * place / RATE)) for place in range(_LENGTH))
    data = struct.pack(f"<{_LENGTH}h", *samples)
    if form == "wav":
        file = io.BytesIO()
        with wave.open(file, "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(RATE)
            sound.writeframes(data)
        data = file.getvalue()
    return base64.b64encode(data).decode("ascii")
