"""Finds in Python code, without running it, every text that is looked up in a catalogue: the arguments of `say`."""

import ast
import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from partnerkpi.models.kpi import UNITS, Domain
from partnerkpi.models.school_year import Window

SAYING = ("say", "look_up")
_OF_TABLE = ("get", "items", "values")
# Texts out of KPI files, which are read apart, and out of the vocabulary of the models.
_KPI_TEXTS = ("name", "definition", "aloud")
_KPI_NAMES = "names.get("
_VOCABULARY: Mapping[str, tuple[str, ...]] = {
    "kpi.unit": tuple(UNITS),
    "kpi.window.value": tuple(window.value for window in Window),
    "domain.value": tuple(domain.value for domain in Domain),
}
# A text that reaches its `say` among other data: the function that makes it.
_MADE_BY = {"page.language.say(reason)": "between"}


@dataclass(frozen=True)
class _Module:
    """One module: its code, and by name the tables of it."""

    path: Path
    name: str

    @cached_property
    def calls(self) -> list[tuple[ast.Call, ast.FunctionDef | None]]:
        """Every call, and the function it stands in."""
        return list(_calls(self.tree, None))

    @cached_property
    def tree(self) -> ast.Module:
        """What its file says."""
        return ast.parse(self.path.read_text("utf-8"))

    @cached_property
    def tables(self) -> Mapping[str, object]:
        """What its names stand for when it runs, those it imports from others included."""
        return vars(importlib.import_module(self.name))


def said_in_python(package: Path) -> list[tuple[str, Path]]:
    """Every text that the modules of a package say, with its file; all but the command line, which is English.

    Raises SystemExit with the line where a text cannot be told.
    """
    paths = [path for path in sorted(package.rglob("*.py")) if "cli" not in path.relative_to(package).parts]
    paths.remove(package / "language.py")
    named = [(path, path.relative_to(package.parent).with_suffix("")) for path in paths]
    return list(_Code([_Module(path, ".".join(name.parts)) for path, name in named]).said())


def _calls(node: ast.AST, inside: ast.FunctionDef | None) -> Iterator[tuple[ast.Call, ast.FunctionDef | None]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child, inside
        yield from _calls(child, child if isinstance(child, ast.FunctionDef) else inside)


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _read_apart(node: ast.expr) -> bool:
    """Whether an expression is a text of a KPI file."""
    return getattr(node, "attr", "") in _KPI_TEXTS or ast.unparse(node).startswith(_KPI_NAMES)


@dataclass(frozen=True)
class _Code:
    """All modules together."""

    modules: list[_Module]

    def said(self) -> Iterator[tuple[str, Path]]:
        """Every text, with its file."""
        for module in self.modules:
            for call, inside in module.calls:
                if _called(call) not in SAYING or _read_apart(call.args[0]):
                    continue
                maker = _MADE_BY.get(ast.unparse(call))
                found = self._returned(maker) if maker else self._texts(module, call.args[0], inside)
                if not found - {""}:
                    sys.exit(f"{module.path}, line {call.lineno}: what {ast.unparse(call)} says cannot be told")
                yield from ((text, module.path) for text in sorted(found - {""}))

    def _texts(self, module: _Module, node: ast.expr, inside: ast.FunctionDef | None) -> set[str]:
        """Every text that an expression can be."""
        match node:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.IfExp():
                return self._all(module, (node.body, node.orelse), inside)
            case ast.Tuple() | ast.List():
                return self._all(module, node.elts, inside)
            case ast.Dict():
                return self._all(module, node.values, inside)
            case ast.Subscript():
                return self._texts(module, node.value, inside)
            case ast.Call(func=ast.Attribute(attr=attribute, value=table)) if attribute in _OF_TABLE:
                return self._texts(module, table, inside)
            case ast.Call():
                return self._returned(_called(node))
            case ast.Name(id=name):
                return self._of_name(module, name, inside)
        return set(_VOCABULARY.get(ast.unparse(node), ()))

    def _all(self, module: _Module, given: Iterable[ast.expr], inside: ast.FunctionDef | None) -> set[str]:
        return {text for node in given for text in self._texts(module, node, inside)}

    def _of_name(self, module: _Module, name: str, inside: ast.FunctionDef | None) -> set[str]:
        """What a name is given in its function, what its function is called with, or a table of its module."""
        given = list(_given(inside, name)) if inside else []
        if given:
            return self._all(module, given, inside)
        if inside and name in (names := [argument.arg for argument in inside.args.args]):
            at = names.index(name) - (names[0] == "self")
            calls = [(call, around) for call, around in module.calls if _called(call) == inside.name]
            return {text for call, around in calls for text in self._texts(module, call.args[at], around)}
        return _flat(module.tables.get(name))

    def _returned(self, name: str) -> set[str]:
        """The texts that functions of a name give."""
        found: set[str] = set()
        for module in self.modules:
            for function in ast.walk(module.tree):
                if isinstance(function, ast.FunctionDef) and function.name == name:
                    returns = [n.value for n in ast.walk(function) if isinstance(n, ast.Return) and n.value is not None]
                    found |= self._all(module, returns, function)
        return found


def _given(inside: ast.FunctionDef, name: str) -> Iterator[ast.expr]:
    """The expressions that a name is set to, or loops over, in a function."""
    for node in ast.walk(inside):
        match node:
            case ast.Assign(targets=[target], value=value) | ast.For(target=target, iter=value):
                if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                    yield from (part for each, part in zip(target.elts, value.elts, strict=True) if _is(each, name))
                elif any(_is(each, name) for each in ast.walk(target)):
                    yield value


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _flat(value: object) -> set[str]:
    """The texts in a table, however deep."""
    if isinstance(value, str):
        return {value}
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else ()
    return {text for each in inner for text in _flat(each)}
