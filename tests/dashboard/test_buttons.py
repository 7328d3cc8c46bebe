"""What buttons do is done before their page is run: whoever presses another one ends that run.

``if st.button(...):`` and ``pressed = st.form_submit_button(...)`` lose what was pressed without a
word where the page does not come to that line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import dashboard

BUTTONS = ("button", "form_submit_button", "download_button")
WITHOUT = {
    ("views/runs.py", "Try again"): "the run that follows any press is all that it is for",
}
"""Buttons that call nothing back, and why."""
QUIET = ("session_state", "query_params", "rerun")
"""What of Streamlit draws nothing."""
ROOT = Path(dashboard.__file__).parent
SOURCES = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in ROOT.rglob("*.py")}


def buttons(source: str) -> Iterator[tuple[ast.Call, bool]]:
    """Each button that is drawn, and whether the page looks at what it gives."""
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    for call in calls:
        if isinstance(call.func, ast.Attribute) and call.func.attr in BUTTONS:
            yield call, id(call) not in alone


def label(button: ast.Call) -> str:
    first = button.args[0]
    return str(first.value) if isinstance(first, ast.Constant) else ast.unparse(first)


def called_back(button: ast.Call) -> ast.expr | None:
    return next((one.value for one in button.keywords if one.arg == "on_click"), None)


def faults(name: str, source: str) -> list[str]:
    found = []
    functions = {
        node.name: node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)
    }
    for button, looked_at in buttons(source):
        told, act = f"{name}:{button.lineno} {label(button)!r}", called_back(button)
        if looked_at:
            found.append(f"{told} is looked at while the page is run")
        if act is None and (name, label(button)) not in WITHOUT:
            found.append(f"{told} calls nothing back")
        if isinstance(act, ast.Name) and act.id in functions:
            found += [f"{told} draws {what}" for what in drawn(functions[act.id])]
    return found


def drawn(function: ast.FunctionDef) -> list[str]:
    """What a function asks of Streamlit that ends where another button was pressed."""
    return [
        ast.unparse(node)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "st"
        and node.attr not in QUIET
    ]


@pytest.mark.parametrize("name", sorted(SOURCES))
def test_every_button_calls_back_what_it_does(name: str) -> None:
    assert faults(name, SOURCES[name]) == []


def test_whoever_calls_nothing_back_is_there() -> None:
    there = {(name, label(one)) for name, text in SOURCES.items() for one, _ in buttons(text)}
    assert len(there) > 30
    assert set(WITHOUT) <= there


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('if st.button("A", on_click=f): pass', ["x.py:1 'A' is looked at while the page is run"]),
        ('at.form_submit_button("A")', ["x.py:1 'A' calls nothing back"]),
        ('def f(): st.error("no")\nst.button(told, on_click=f)', ["x.py:2 'told' draws st.error"]),
        ('def f(): del st.session_state["a"]\nst.button("A", on_click=f)', []),
    ],
    ids=["if", "nothing", "draws", "well"],
)
def test_the_fault_of_a_button_is_found(source: str, told: list[str]) -> None:
    assert faults("x.py", source) == told
