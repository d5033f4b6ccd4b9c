"""From the model's complaints to sentences for the operator, each at a place that is in the file."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import AliasChoices, BaseModel, ValidationError

from agent.config.mistakes import Place
from agent.config.model import Config

_SENTENCES = {
    "missing": "is required",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "tuple_type": "must be a list",
    "string_type": "must be text",
}


def complaints(error: ValidationError, model: type[BaseModel] = Config) -> Iterator[tuple[Place, str]]:
    """Those of `model`, which is the file as a whole."""
    for detail in error.errors(include_url=False):
        place: Place = tuple(part for part in detail["loc"] if part != "[key]")
        yield place, _sentence(place, detail, model)


def _sentence(place: Place, detail: Mapping[str, Any], model: type[BaseModel]) -> str:
    kind: str = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(str(place[-1]), keys_at(place[:-1], model))
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    return _SENTENCES.get(kind, str(detail["msg"]))


def _unknown_key(key: str, known: list[str]) -> str:
    near = get_close_matches(key[:80].lower(), known, n=1)
    return f"unknown key; did you mean {near[0]}?" if near else f"unknown key; here can stand {', '.join(known)}"


def keys_at(place: Place, root: type[BaseModel] = Config) -> list[str]:
    """The keys that `root` knows at `place`."""
    annotation: object = root
    for part in place:
        model = _model_in(annotation)
        if model is not None and part in model.model_fields:
            annotation = model.model_fields[str(part)].annotation
    model = _model_in(annotation)
    return [] if model is None else [key for name in model.model_fields for key in _written_as(model, name)]


def _written_as(model: type[BaseModel], name: str) -> list[str]:
    alias = model.model_fields[name].validation_alias
    return [str(choice) for choice in alias.choices] if isinstance(alias, AliasChoices) else [name]


def _model_in(annotation: object) -> type[BaseModel] | None:
    """The model that an annotation is, or holds: `tuple[Node, ...]`, `dict[str, Service]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
