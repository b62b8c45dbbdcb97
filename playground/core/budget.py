"""Budgets: how much may be used in a run, a session, a day and a month. Without a number, any."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from playground.core.pricebook import Amount

Scope = Literal["run", "session", "day", "month"]
SCOPES: tuple[Scope, ...] = ("run", "session", "day", "month")


class Budget(BaseModel):
    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    usd: Amount | None = None
    """US dollars. 0: nothing may be sent that costs anything; servers on this computer are free."""
    tokens: int | None = Field(default=None, ge=0)
    """Input and output together, wherever they are used. 0: nothing may be sent."""

    @property
    def is_set(self) -> bool:
        return self.usd is not None or self.tokens is not None


class Budgets(BaseModel):
    """Days and months are those of the local calendar; a run belongs to the one it began in."""

    model_config = ConfigDict(extra="ignore", validate_assignment=True)

    run: Budget = Field(default_factory=Budget)
    session: Budget = Field(default_factory=Budget)
    day: Budget = Field(default_factory=Budget)
    month: Budget = Field(default_factory=Budget)
    requests: int | None = Field(default=None, ge=0)
    """Of one run, whatever they are for: its steps, who answers it, another server in the place of
    one that failed; not tries of the same. The tool loop has a limit of its own beside this."""
    seconds: int | None = Field(default=None, ge=0)
    """From the beginning of a run; a request that is under way is not cut off."""

    def of(self, scope: Scope) -> Budget:
        budget = getattr(self, scope)
        assert isinstance(budget, Budget)
        return budget

    @property
    def is_set(self) -> bool:
        limits = (self.requests, self.seconds)
        return any(self.of(one).is_set for one in SCOPES) or any(
            limit is not None for limit in limits
        )
