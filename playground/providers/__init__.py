"""Ways of addressing and authenticating: one file each."""

from playground.core.profile import Provider
from playground.providers.azure import Azure
from playground.providers.openai import OpenAI

PROVIDERS: tuple[Provider, ...] = (OpenAI(), Azure())
