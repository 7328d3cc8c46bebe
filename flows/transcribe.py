"""Hear every word of a source."""

from __future__ import annotations

from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State

from clipping.errors import NeedsPerson, Rejected
from clipping.transcripts import wrong_wish
from flows import form_lists, forms
from flows.limits import one_of_few
from flows.showing import label, progress_shown
from flows.stages import finished
from tasks.ingest import discard_source
from tasks.shown import of_source
from tasks.transcribe import transcribe_source


@flow(name="transcribe", flow_run_name="transcribe {source_id}")
def transcribe(
    source_id: forms.SourceId,
    transcriber: form_lists.Engine = "auto",
    captions_key: forms.CaptionsKey = None,
    captions_name: forms.CaptionsName = "",
    language: forms.Language = None,
    captions_given: forms.CaptionsGiven = True,
) -> State[Any]:
    """Give a source its words.

    Args:
        source_id: what ``ingest`` returned.
        transcriber: an engine's name, or ``auto`` for the best that can run here.
        captions_key: captions in the media store, as ``ingest`` returned it.
        captions_name: what a person calls them, for messages.
        language: what is spoken, BCP 47; without it, the engine tells.
        captions_given: whether a person named the captions; a site's own that do not fit are left
            out, others end the run.

    Returns:
        The transcript's id.
    """
    label("transcribe", lambda: of_source(source_id))
    check_wishes(transcriber, language)
    try:
        with one_of_few(), progress_shown("transcribe"):
            return finished(
                # A field that was emptied on Prefect's pages comes as an empty text.
                transcribe_source(
                    source_id,
                    transcriber,
                    captions_key,
                    captions_name,
                    language or None,
                    captions_given=captions_given,
                )
            )
    except Rejected:
        discard_source(source_id, captions_key)
        raise


def check_wishes(transcriber: str, language: str | None) -> None:
    """Refuse what nobody can be given, before anything is fetched, or waited for.

    :raises NeedsPerson: There is no such transcriber or language.
    """
    wrong = wrong_wish(transcriber, language)
    if wrong:
        raise NeedsPerson(wrong)
