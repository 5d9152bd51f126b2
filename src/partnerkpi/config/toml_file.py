"""Reading a TOML file that people write: every mistake at once, each with file, key and the nearest known key."""

import difflib
import tomllib
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from partnerkpi.errors import ConfigurationError

Model = TypeVar("Model", bound=BaseModel)


class StrictModel(BaseModel):
    """A part of a file: unknown keys are mistakes, values do not change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_toml(path: Path, model: type[Model]) -> Model:
    """The file as `model`.

    Raises ConfigurationError with one line per mistake when the file is missing, is not TOML, or holds what
    the model does not know.
    """
    try:
        data = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ConfigurationError(
            "A file of the workspace is missing.",
            where=str(path),
            now="Put it back, or run `partnerkpi init` for a new workspace.",
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigurationError(
            f"This file cannot be read as TOML: {error}.",
            where=str(path),
            now="Correct the line named above and try again.",
        ) from None
    try:
        return model.model_validate(data)
    except ValidationError as error:
        mistakes = mistakes_in(error, model)
        raise ConfigurationError(
            "This file has a mistake." if len(mistakes) == 1 else f"This file has {len(mistakes)} mistakes.",
            where="\n".join(f"{path.name}: {mistake}" for mistake in mistakes),
            now=f"Correct {path} and try again.",
        ) from None


def mistakes_in(error: ValidationError, model: type[BaseModel]) -> list[str]:
    """Every mistake, each with its key and the nearest known one."""
    return [_mistake(problem, model) for problem in error.errors()]


def _mistake(problem: Any, model: type[BaseModel]) -> str:
    location = [part for part in problem["loc"] if part != "function-after"]
    key = _dotted(location)
    if problem["type"] == "extra_forbidden":
        return f"{key} is not a known key{nearest(str(location[-1]), _known_keys(model, location[:-1]))}"
    if problem["type"] == "missing":
        return f"{key} is missing"
    return f"{key}: {problem['msg'].removeprefix('Value error, ')}"


def _dotted(location: list[str | int]) -> str:
    text = ""
    for part in location:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text or "the file"


def _known_keys(model: type[BaseModel], location: list[str | int]) -> list[str]:
    """Keys the model knows at a place, found by walking the annotations; none where a table is free-form."""
    current: Any = model
    for part in location:
        if isinstance(part, int):
            continue
        field = current.model_fields.get(part) or next(
            (f for f in current.model_fields.values() if f.alias == part), None
        )
        current = None if field is None else _inner_model(field.annotation)
        if current is None:
            return []
    return [field.alias or name for name, field in current.model_fields.items()]


def _inner_model(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for arg in get_args(annotation) if (model := _inner_model(arg))), None)


def nearest(word: str, known: list[str]) -> str:
    """ " (did you mean ...?)" with the closest known word, or nothing when none is close."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" (did you mean {close[0]}?)" if close else ""
