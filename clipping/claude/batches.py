"""The door that asks by batches: half the price, and replies within hours.

The API has no way to say "this batch again", so what is about to go out is written down first.
Whatever was killed at whatever point, the next run finds by that what became of it, and neither
sends a question twice nor loses a reply.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from uuid import uuid4

from clipping.claude.api import TIMEOUT_S, Api, BatchResult, BatchStatus
from clipping.claude.budget import Budget
from clipping.claude.calling import Clock, Line
from clipping.claude.door import Books, Intent
from clipping.claude.prices import most_usd
from clipping.claude.question import Question, Reply
from clipping.errors import ClippingError, NeedsPerson, RateLimited, ServiceUnavailable, Transient
from clipping.models.base import make_id

_SKEW = timedelta(minutes=5)
"""By which the API's clock and ours may differ."""
SETTLED = timedelta(seconds=TIMEOUT_S) + timedelta(minutes=2)
"""After so long, a batch that the API does not list was not made and will not be."""
_SENT_AT_MOST = 2
"""Times that one run sends a question which the API did not come to."""
_COME_BACK_S = 1800.0
_NOT_FOUND = 404


class BatchDoor:
    """A :class:`~clipping.claude.door.Door` for runs that nobody waits for.

    :param patience_s: How long it waits for the replies. Who asks the same after that, in whatever
        process, finds what came meanwhile.
    :param poll_s: How often the API is asked.
    """

    def __init__(
        self,
        api: Api,
        books: Books,
        *,
        patience_s: float,
        poll_s: float = 60.0,
        clock: Clock | None = None,
    ) -> None:
        self._api = api
        self._books = books
        self._budget = Budget(books)
        self._patience_s = patience_s
        self._poll_s = poll_s
        self._clock = clock or Clock()
        self._line = Line(books, min(patience_s, 120.0), self._clock)

    def ask(self, questions: Sequence[Question]) -> list[Reply]:
        """One reply per question; see :class:`~clipping.claude.door.Door`."""
        wanted = {question.fingerprint(): question for question in questions}
        replies = self._found(wanted, known_before=True)
        until = self._clock.now() + timedelta(seconds=self._patience_s)
        sent = Counter[str]()
        while len(replies) < len(wanted):
            with self._books.alone():
                failed = self._collect()
                self._reconcile()
                replies |= self._found(wanted.keys() - replies.keys())
                _raise_if_hopeless({key: failed[key] for key in failed.keys() & wanted}, sent)
                self._send({key: one for key, one in wanted.items() if key not in replies}, sent)
            if len(replies) < len(wanted):
                self._wait(until)
        return [replies[question.fingerprint()] for question in questions]

    def _found(self, wanted: Iterable[str], *, known_before: bool = False) -> dict[str, Reply]:
        replies = {fingerprint: self._books.find(fingerprint) for fingerprint in wanted}
        return {
            fingerprint: reply.replace(from_cache=known_before)
            for fingerprint, reply in replies.items()
            if reply is not None
        }

    def _wait(self, until: datetime) -> None:
        if self._clock.now() >= until:
            raise ServiceUnavailable(
                "The Claude API is still at a batch: run the same again later to have its replies.",
                retry_after_s=_COME_BACK_S,
            )
        self._clock.sleep(self._poll_s)

    def _collect(self) -> dict[str, BatchResult]:
        """Book what has come of the client's batches, whoever sent them; what failed, by question.

        It is paid for, whether or not anybody still wants to know.
        """
        batches = defaultdict[str, dict[str, Intent]](dict)
        for intent in self._books.intents():
            if intent.batch_id is not None:
                batches[intent.batch_id][intent.custom_id] = intent
        failed = dict[str, BatchResult]()
        for batch_id, intents in batches.items():
            try:
                status = self._line.call(partial(self._api.batch, batch_id))
            except NeedsPerson as error:
                if getattr(error, "status", None) != _NOT_FOUND:
                    raise
                # Somebody deleted it, and its results with it.
                self._books.drop(sorted(intents))
                continue
            if status.ended:
                failed |= self._settle(status, intents)
        return failed

    def _settle(self, status: BatchStatus, intents: dict[str, Intent]) -> dict[str, BatchResult]:
        failed = dict[str, BatchResult]()
        results = self._results(status) if status.readable else []
        for result in results:
            intent = intents.get(result.custom_id)
            if intent is None:
                continue
            if result.reply is not None:
                self._book(intent, result.reply)
            else:
                failed[intent.fingerprint] = result
        answered = {result.custom_id for result in results if result.reply is not None}
        self._books.drop([custom_id for custom_id in intents if custom_id not in answered])
        return failed

    def _results(self, status: BatchStatus) -> list[BatchResult]:
        return self._line.call(lambda: list(self._api.results(status.batch_id)))

    def _book(self, intent: Intent, reply: Reply) -> None:
        self._budget.book(
            intent, intent.fingerprint, reply, self._clock.now(), custom_id=intent.custom_id
        )

    def _reconcile(self) -> None:
        """Find out what became of submissions of which nobody knows whether they went out."""
        unsure = defaultdict[str, list[Intent]](list)
        for intent in self._books.intents():
            if intent.batch_id is None:
                unsure[intent.submission].append(intent)
        if not unsure:
            return
        earliest = min(intents[0].begun_at for intents in unsure.values()) - _SKEW
        known = self._books.known_batches()
        listed = self._line.call(lambda: self._api.batches_since(earliest))
        strange = [one for one in listed if one.batch_id not in known]
        for submission, intents in unsure.items():
            begun_at = intents[0].begun_at
            alike = [
                one
                for one in strange
                if one.size == len(intents)
                and begun_at - _SKEW <= one.created_at <= begun_at + SETTLED + _SKEW
            ]
            self._reconcile_one(submission, intents, alike)

    def _reconcile_one(
        self, submission: str, intents: list[Intent], alike: list[BatchStatus]
    ) -> None:
        ids = {intent.custom_id for intent in intents}
        for one in alike:
            if one.readable and any(result.custom_id in ids for result in self._results(one)):
                self._books.sent(submission, one.batch_id)
                return
        # The API tells the custom ids of a batch at its end, not before.
        undecided = any(not one.ended for one in alike)
        if not undecided and self._clock.now() >= intents[0].begun_at + SETTLED:
            self._books.drop(sorted(ids))

    def _send(self, missing: dict[str, Question], sent: Counter[str]) -> None:
        """Send what is in no batch yet, as one batch."""
        under_way = {intent.fingerprint for intent in self._books.intents()}
        fresh = {key: one for key, one in missing.items() if key not in under_way}
        if not fresh:
            return
        now = self._clock.now()
        intents = _intents(fresh, now)
        with self._budget.room_for(sum((one.most_usd for one in intents), Decimal(0)), now):
            self._books.intend(intents)
        sent.update(fresh.keys())
        requests = [(one.custom_id, fresh[one.fingerprint]) for one in intents]
        tried = []

        def send() -> BatchStatus:
            tried.append(True)
            return self._api.send(requests)

        try:
            status = self._line.call(send, tries=1)
        except ClippingError as error:
            if not tried or _was_not_made(error):
                self._books.drop([one.custom_id for one in intents])
                if not isinstance(error, RateLimited):
                    raise
            # Later it is sent again; or, if perhaps it was made, looked for in the API's list.
            return
        self._books.sent(intents[0].submission, status.batch_id)


def _intents(questions: dict[str, Question], now: datetime) -> list[Intent]:
    submission = uuid4().hex
    return [
        Intent(
            custom_id=make_id("ask", submission, fingerprint),
            fingerprint=fingerprint,
            purpose=question.purpose,
            model=question.model,
            submission=submission,
            most_usd=most_usd(question, now.date(), batch=True),
            begun_at=now,
        )
        for fingerprint, question in questions.items()
    ]


def _was_not_made(error: ClippingError) -> bool:
    """Whether the batch was not made for certain; it is uncertain after a cut or a failure."""
    status: int | None = getattr(error, "status", None)
    return status is not None and status < 500


def _raise_if_hopeless(failed: dict[str, BatchResult], sent: Counter[str]) -> None:
    """Raise for questions that asking again would not help."""
    for fingerprint, result in failed.items():
        if result.cancelled:
            raise NeedsPerson(
                "Somebody cancelled a batch at the Claude API: run the same again to send it anew."
            )
        if isinstance(result.error, Transient):
            if sent[fingerprint] < _SENT_AT_MOST:
                continue
            result.error.retry_after_s = _COME_BACK_S
        if result.error is not None:
            raise result.error
