"""What goes over the wire through the real SDK, and what of the answer is kept."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import BaseModel, Field

from clipping.claude import Block, Usage
from clipping.claude.api import Api, schema_of
from clipping.errors import Broken, NeedsPerson
from tests.claude.asked import FakeClock, a_question, with_rules
from tests.support.claude import Answer, FakeClaude, prompt_of

pytestmark = pytest.mark.usefixtures("claude")


class _Moment(BaseModel):
    """A moment."""

    first: int = Field(ge=1, description="Number of its first sentence.")
    kind: Literal["story", "claim"]
    hook: str = Field(max_length=80)


class _Answer(BaseModel):
    moments: list[_Moment]


def test_the_answer_is_made_from_what_the_prompt_says(api: Api, claude: FakeClaude) -> None:
    claude.answering = lambda asked: {"sentence": prompt_of(asked).count("there")}
    reply = api.ask(a_question("1 Hello there. 2 Are you there?"))
    assert reply.text == '{"sentence": 2}'
    assert (reply.stop_reason, reply.model) == ("end_turn", "claude-haiku-5-5")
    assert reply.request_id.startswith("req_")
    assert reply.message_id.startswith("msg_")
    assert not reply.from_cache
    (asked,) = claude.prompts
    assert asked["output_config"]["effort"] == "low"
    assert asked["messages"][0]["content"] == [
        {"type": "text", "text": "1 Hello there. 2 Are you there?"}
    ]
    assert claude.asked == [("POST", "/v1/messages")]


def test_a_schema_made_of_a_model_is_taken_and_answered(api: Api, claude: FakeClaude) -> None:
    claude.answering = lambda _asked: {"moments": [{"first": 0, "kind": "claim", "hook": ""}]}
    reply = api.ask(a_question(schema_=schema_of(_Answer)))
    # Ranges are hints to the model: what comes back need not keep to them.
    assert reply.text == '{"moments": [{"first": 0, "kind": "claim", "hook": ""}]}'
    with pytest.raises(Broken, match="additionalProperties"):
        api.ask(a_question(schema_=_Answer.model_json_schema()))


def test_the_text_of_an_answer_is_found_behind_its_thinking(api: Api, claude: FakeClaude) -> None:
    claude.answering = lambda _asked: Answer('{"sentence": 1}', thinking="Which one? The first.")
    reply = api.ask(a_question())
    assert reply.text == '{"sentence": 1}'
    assert reply.usage.output_tokens == claude.billed[0]["output_tokens"] > 5


@pytest.mark.parametrize("text", ["", '{"sentence": '])
def test_a_refusal_is_a_reply_with_what_was_said_and_billed(
    api: Api, claude: FakeClaude, text: str
) -> None:
    claude.answering = lambda _asked: Answer(text, "refusal", category="general_harms")
    reply = api.ask(a_question())
    assert (reply.text, reply.stop_reason, reply.refusal) == (text, "refusal", "general_harms")
    assert reply.usage.prompt_tokens > 0


def test_an_answer_that_was_cut_off_is_a_reply(api: Api, claude: FakeClaude) -> None:
    claude.answering = lambda _asked: "x" * 400
    reply = api.ask(a_question(max_tokens=10))
    assert (reply.text, reply.stop_reason) == ("x" * 40, "max_tokens")
    assert reply.usage.output_tokens == 10


def test_a_beginning_that_repeats_is_written_once_and_read_for_an_hour(
    api: Api, clock: FakeClock
) -> None:
    first, second = (api.ask(with_rules(text)).usage for text in ("1 One.", "1 Another one."))
    assert first.cache_write_1h_tokens > 1024
    assert (first.cache_write_5m_tokens, first.cache_read_tokens) == (0, 0)
    assert second.cache_read_tokens == first.cache_write_1h_tokens
    assert (second.cache_write_1h_tokens, second.input_tokens > 0) == (0, True)
    clock.clock.sleep(3601)
    assert api.ask(with_rules("1 Late.")).usage.cache_read_tokens == 0


def test_a_longer_beginning_reads_the_shorter_one_and_writes_the_rest(api: Api) -> None:
    rules = with_rules().system[0]
    first = api.ask(with_rules()).usage
    longer = Block(text="The talk is this. " * 300, cached=True)
    second = api.ask(a_question(system=(rules, longer))).usage
    assert second.cache_read_tokens == first.cache_write_1h_tokens
    assert second.cache_write_1h_tokens == 1350


def test_a_short_beginning_is_not_kept_and_nothing_is_said(api: Api) -> None:
    short = (Block(text="Be brief.", cached=True),)
    for _ in range(2):
        usage = api.ask(a_question(system=short)).usage
        assert usage == Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)


def test_tokens_are_counted_as_they_will_be_billed(api: Api, claude: FakeClaude) -> None:
    assert api.count_tokens(with_rules()) == api.ask(with_rules()).usage.prompt_tokens
    assert len(claude.billed) == 1, "counting is free"


def test_a_model_that_there_is_not_is_for_a_person_to_correct(api: Api) -> None:
    with pytest.raises(NeedsPerson, match="claude-haiku-4-5"):
        api.ask(a_question(model="claude-haiku-4-5"))


def test_the_fake_refuses_what_the_api_refuses(api: Api) -> None:
    with pytest.raises(Broken, match="maximum of 4 blocks"):
        api.ask(a_question(system=tuple(Block(text=str(n), cached=True) for n in range(5))))
    with pytest.raises(Broken, match="non-whitespace text"):
        api.ask(a_question(" "))
    with pytest.raises(Broken, match="effort"):
        api.ask(a_question(effort="utmost"))
