"""What was typed of prompts and is no version yet, on its way to the disk."""

from __future__ import annotations

import time

from playground.core.prompts import Draft
from playground.store.prompts import Prompts


class PromptDrafts:
    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts
        self.unwritten: dict[str, Draft | None] = {}
        """By prompt: what is not on the disk yet; None: nothing is left of it."""

    def put(self, prompt_id: str, draft: Draft | None) -> None:
        """This was typed; `settle` writes it."""
        self.unwritten[prompt_id] = draft

    async def of(self, prompt_id: str) -> Draft | None:
        """What was typed of a prompt. Raises Failure when it cannot be read."""
        if prompt_id in self.unwritten:
            return self.unwritten[prompt_id]
        return await self._prompts.draft(prompt_id)

    async def settle(self) -> None:
        """Write what was typed. Raises Failure, and then it is tried again the next time."""
        for prompt_id, draft in list(self.unwritten.items()):
            await self._prompts.keep_draft(prompt_id, draft, time.time())
            if self.unwritten.get(prompt_id, draft) is draft:  # else more was typed meanwhile
                self.unwritten.pop(prompt_id, None)
