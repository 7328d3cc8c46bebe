"""What ``clipper transcribe`` and ``clipper glossary`` do."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from clipping.errors import DiskFull, NeedsPerson
from clipping.models import Rights, Transcript
from flows import console
from flows.checks import check_source

_SHORTEST_MS = 1_000


class HearJob(BaseModel):
    """The parameters of ``hear_source``, as the command line gives them."""

    model_config = ConfigDict(frozen=True)

    location: str
    captions: str | None = None
    client: str = "default"
    transcriber: str = "auto"
    language: str | None = None
    rights: Rights = Rights()

    def wrong_option(self, form: str) -> str | None:
        """A sentence about the first option that cannot be meant, or None."""
        from clipping.transcripts import TRANSCRIBERS, wrong_wish
        from clipping.transcripts.subtitles import FORMATS

        for option, value, known in (
            ("--transcriber", self.transcriber, ["auto", *TRANSCRIBERS]),
            ("--format", form, list(FORMATS)),
        ):
            if value not in known:
                return f"{option} {value!r} is not one of {', '.join(known)}"
        return wrong_wish(self.transcriber, self.language)


def transcribe_file(job: HearJob, form: str, out: Path | None) -> None:
    """Hear a video and write its words to a file, or to stdout. Raises what the engine raises."""
    with console.showing_progress():
        check_source(job.location, job.client, job.captions, _SHORTEST_MS)
        if out is not None:
            _check_file(out)
        from flows.local_run import local_run

        with local_run():
            transcript = _run(job)
    from clipping.transcripts.subtitles import FORMATS

    text = FORMATS[form](transcript)
    if out is None:
        sys.stdout.write(text)
    else:
        _write(out, text)
        console.errors.print(f"{len(transcript.words)} words: {out}")
    for note in transcript.notes:
        console.errors.print(f"Note: {note}")


def _check_file(out: Path) -> None:
    from flows.folders import check_writable

    if out.is_dir():
        raise NeedsPerson(f"Cannot write to {out}: it is a folder; name a file in it.")
    check_writable(out.absolute().parent)


def _run(job: HearJob) -> Transcript:
    from clipping.db import queries
    from flows.hear import hear_source
    from tasks.workplace import db_session

    transcript_id = hear_source(**job.model_dump(mode="json"))
    with db_session() as session:
        _, transcript = queries.lineage.get_transcript(session, transcript_id)
    return transcript


def _write(out: Path, text: str) -> None:
    """All or nothing: a reader never sees half a file."""
    draft = out.with_name(f".{out.name}.part")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(out)
    except OSError as error:
        draft.unlink(missing_ok=True)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull(f"No space left for {out}.") from error
        raise NeedsPerson(f"Cannot write {out}: {error.strerror}.") from error


def set_glossary(client: str, file: Path) -> None:
    """Replace a client's glossary by what a file holds."""
    from clipping.db import queries
    from clipping.transcripts.glossary_file import read_glossary
    from tasks.workplace import db_session

    terms = read_glossary(file)
    with db_session() as session:
        queries.heard.save_glossary(session, client, terms)
    count = "one term" if len(terms) == 1 else f"{len(terms)} terms"
    console.output.print(f"The glossary of {client} has {count} now.")


def show_glossary(client: str) -> None:
    """Print a client's glossary as a file that :func:`set_glossary` takes."""
    from clipping.db import queries
    from clipping.transcripts.glossary_file import written_glossary
    from tasks.workplace import db_session

    with db_session() as session:
        terms = queries.heard.glossary_of(session, client)
    if not terms:
        console.errors.print(f"The glossary of {client} has no terms.")
    sys.stdout.write(written_glossary(terms))
