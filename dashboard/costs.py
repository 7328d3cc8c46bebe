"""A month's bill: read with a few statements, and what it means. Pure below."""

from __future__ import annotations

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final

from sqlmodel import Session

from clipping.claude.budget import WARNING_AT, dollars
from clipping.claude.savings import PACE, forecast, saved_by_cache
from clipping.db.queries import bills
from clipping.db.queries.bills import Bill, ClientMonth, Spent, Stored
from clipping.db.queries.claude import month_span
from dashboard.bars import Meter
from dashboard.looks import COLOURS
from dashboard.words import Tone

PURPOSES: Final = {
    "scout": "finding moments",
    "judge": "judging moments",
    "check": "checking claims",
    "write": "writing words",
}
OTHER: Final = "other"
KINDS: Final = (*PURPOSES.values(), OTHER)
"""What money is spent on, in the order of the work."""
MONTHS: Final = 12


@dataclass(frozen=True)
class Costs:
    """What the page is made of."""

    month: str
    now: datetime
    bill: Bill
    clients: tuple[ClientMonth, ...]
    lately: dict[str, Decimal]
    """By client id, within the last days of :data:`PACE`; empty for a month that is over."""
    stored: tuple[Stored, ...]

    @property
    def first(self) -> datetime:
        """The month's first moment."""
        return month_span(self.month)[0]

    @property
    def is_running(self) -> bool:
        """Whether the month is not over."""
        return self.month == f"{self.now.astimezone(UTC):%Y-%m}"

    @property
    def days(self) -> list[date]:
        """All days of the month."""
        first = self.first.date()
        count = monthrange(first.year, first.month)[1]
        return [first + timedelta(days=number) for number in range(count)]

    def spent(self, client_id: str) -> Decimal:
        """What a client has spent in the month."""
        found = self.bill.by_client.get(client_id)
        return found.usd if found else Decimal(0)

    def foreseen(self, client_id: str | None = None) -> Decimal:
        """What the month will have cost at its end, of a client or of all."""
        if client_id is None:
            spent, lately = self.bill.usd, sum(self.lately.values(), Decimal(0))
        else:
            spent, lately = self.spent(client_id), self.lately.get(client_id, Decimal(0))
        return forecast(spent, lately, self.first, self.now)

    @property
    def budget(self) -> Decimal | None:
        """What all together may spend; None where one of them has no limit."""
        found = [one.budget_usd for one in self.clients]
        if not found or None in found:
            return None
        return sum((one for one in found if one is not None), Decimal(0))


def read(session: Session, month: str, client: str | None, now: datetime) -> Costs:
    """All of it, of a client or of all that are seen; one statement each."""
    running = month == f"{now.astimezone(UTC):%Y-%m}"
    return Costs(
        month=month,
        now=now,
        bill=bills.bill(session, month, client),
        clients=tuple(bills.client_months(session, month, client)),
        lately=bills.spent_between(session, now - PACE, now, client) if running else {},
        stored=tuple(bills.stored_bytes(session, client)),
    )


def months(now: datetime) -> list[str]:
    """The months that can be looked at, this one first, ``YYYY-MM``."""
    found = [now.astimezone(UTC).replace(day=1)]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return [f"{one:%Y-%m}" for one in found]


def figures(found: Costs) -> list[tuple[str, str, Tone]]:
    """What is looked for first."""
    foreseen, budget = found.foreseen(), found.budget
    over = budget is not None and foreseen > budget
    cached, batched = saved_by_caching(found.bill), saved_by_batches(found.bill)
    clips = sum(one.clips for one in found.clients)
    shown = [(dollars(found.bill.usd), "spent on Claude", Tone.CALM)]
    if found.is_running:
        shown.append(
            (
                dollars(foreseen),
                "at the month's end, as the last week went",
                Tone.WARN if over else Tone.CALM,
            )
        )
    each = dollars(found.bill.usd / clips) if clips else "–"
    return [
        *shown,
        (each, f"for each of {clips:,} posted clips" if clips else "no clip posted", Tone.CALM),
        (dollars(max(batched, Decimal(0))), "saved by batches", Tone.GOOD),
        (dollars(max(cached, Decimal(0))), "saved by the cache, about", Tone.GOOD),
    ]


def saved_by_batches(bill: Bill) -> Decimal:
    """In a batch everything costs half, so what was paid would have been paid again."""
    return sum((one.usd for one in bill.by_model if one.batch), Decimal(0))


def saved_by_caching(bill: Bill) -> Decimal:
    """About what the same prompts would have cost more."""
    return sum(
        (
            saved_by_cache(one.model, one.usage, one.calls, one.day, batch=one.batch)
            for one in bill.by_model
        ),
        Decimal(0),
    )


def kind_of(purpose: str) -> str:
    """What a purpose of the ledger is called here."""
    return PURPOSES.get(purpose, OTHER)


def by_day(bill: Bill) -> dict[date, dict[str, float]]:
    """Dollars by day and kind."""
    found: dict[date, dict[str, float]] = {}
    for day, amounts in bill.by_day.items():
        kinds = found.setdefault(day, defaultdict(float))
        for purpose, usd in amounts.items():
            kinds[kind_of(purpose)] += float(usd)
    return found


def by_kind(bill: Bill) -> list[tuple[str, Spent]]:
    """Dollars and calls by kind, the dearest first."""
    found: dict[str, Spent] = {}
    for purpose, one in bill.by_purpose.items():
        known = found.get(kind_of(purpose), Spent(Decimal(0), 0))
        found[kind_of(purpose)] = Spent(known.usd + one.usd, known.calls + one.calls)
    return sorted(found.items(), key=lambda item: -item[1].usd)


def client_meters(found: Costs) -> list[Meter]:
    """A line for each client: against its budget, or against who spent most; the dearest first."""
    dearest = max((found.spent(one.client_id) for one in found.clients), default=Decimal(0))
    ordered = sorted(found.clients, key=lambda one: (-found.spent(one.client_id), one.client))
    return [_client_meter(found, one, dearest) for one in ordered]


def _client_meter(found: Costs, one: ClientMonth, dearest: Decimal) -> Meter:
    from urllib.parse import urlencode

    spent, foreseen = found.spent(one.client_id), found.foreseen(one.client_id)
    whole = one.budget_usd if one.budget_usd is not None else dearest
    said = dollars(spent)
    if one.budget_usd is not None:
        share = f" ({spent / one.budget_usd:.0%})" if one.budget_usd else ""
        said += f" of {dollars(one.budget_usd)}{share}"
    else:
        said += ", no limit"
    if one.reserved_usd:
        said += f", up to {dollars(one.reserved_usd)} under way"
    if found.is_running and foreseen:
        said += f"; about {dollars(foreseen)} by the end"
    if one.clips and spent:
        said += f"; {dollars(spent / one.clips)} a posted clip"
    query = urlencode({"client": one.client, "month": found.month})
    limited = found.is_running and one.budget_usd
    return Meter(
        name=one.client,
        said=said,
        used=_share(spent, whole),
        colour=COLOURS[_tone(spent, foreseen, one.budget_usd)],
        under_way=_share(one.reserved_usd, whole) if one.budget_usd else 0,
        foreseen=_share(foreseen, whole) if limited else None,
        link=f"/costs?{query}",
    )


def _tone(spent: Decimal, foreseen: Decimal, budget: Decimal | None) -> Tone:
    if budget is None:
        return Tone.BUSY
    if spent >= budget:
        return Tone.BAD
    return Tone.WARN if spent >= budget * WARNING_AT or foreseen > budget else Tone.GOOD


def _share(part: Decimal, whole: Decimal) -> float:
    return float(part / whole) if whole else float(part > 0)


def storage_meters(found: Costs) -> list[Meter]:
    """A line for each client that stores anything, the most first."""
    sizes: dict[str, dict[str, int]] = {}
    for one in found.stored:
        places = sizes.setdefault(one.client_id, {"store": 0, "archive": 0})
        places[one.place] += one.size_bytes
    names = {one.client_id: one.client for one in found.clients}
    most = max((sum(one.values()) for one in sizes.values()), default=0) or 1
    ordered = sorted(sizes.items(), key=lambda item: -sum(item[1].values()))
    return [
        Meter(
            name=names[client_id],
            said=f"{amount(places['store'])} in the store, {amount(places['archive'])} archived",
            used=places["store"] / most,
            under_way=places["archive"] / most,
            colour=COLOURS[Tone.BUSY],
        )
        for client_id, places in ordered
        if client_id in names
    ]


def amount(size_bytes: int) -> str:
    """``1.2 TB``, ``340 GB``, ``5 MB``."""
    for unit, size in (("TB", 1e12), ("GB", 1e9)):
        if size_bytes >= size:
            return f"{size_bytes / size:.1f} {unit}"
    return f"{size_bytes / 1e6:.0f} MB"
