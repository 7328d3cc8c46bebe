"""Fields of forms whose lists come from what makes clips; ``forms`` has the others.

Apart from those, because a run that makes no clips starts half a second sooner without the engines.
"""

from __future__ import annotations

from typing import Annotated

from clipping.captions import STYLES
from clipping.moments import DETECTORS
from clipping.rendering.choices import HOOK_LOOKS
from clipping.transcripts import AUTO, TRANSCRIBERS
from flows.forms import field

Style = Annotated[str, field("Look of the captions", STYLES)]
HookStyle = Annotated[str, field("Look of the hook", HOOK_LOOKS)]
Engine = Annotated[str, field("Transcriber", (AUTO, *TRANSCRIBERS))]
Detector = Annotated[str, field("Detector", ("auto", *DETECTORS))]
