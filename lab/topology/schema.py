"""The JSON Schema of a topology file, for editors that complete and check YAML."""

from __future__ import annotations

from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from lab.topology.filemodel import LinkEntry, TopologyFile
from lab.topology.loading import EXTENSION_KEYS
from lab.topology.step_model import StepModel
from lab.topology.steps import STEP_KINDS

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE: Final = "#/$defs/{model}"


def json_schema() -> dict[str, Any]:
    """The schema (Draft 2020-12). It knows each entry's shape, not whether the names in it exist."""
    kinds = {kind: form for kind, form in STEP_KINDS.items() if _is_model(form)}
    models = [TopologyFile, *kinds.values()]
    _, schema = models_json_schema([(model, "validation") for model in models], ref_template=_REFERENCE)
    definitions = _strict(schema["$defs"])
    top = definitions.pop(TopologyFile.__name__)
    properties = top["properties"]
    properties["links"]["items"] = _short_link(properties["links"]["items"], definitions)
    properties["scenario"]["items"] = {"$ref": "#/$defs/Step"}
    definitions["Step"] = _step(kinds)
    properties["ases"]["minProperties"] = 1
    return {
        "$schema": _DIALECT,
        **top,
        "title": "A byoip-lab topology or scenario",
        "oneOf": [
            {"required": ["name", "ases"], "properties": {"topology": False}},
            {"required": ["topology"], "propertyNames": {"enum": list(EXTENSION_KEYS)}},
        ],
        "$defs": definitions,
    }


def _step(kinds: dict[str, Any]) -> dict[str, Any]:
    forms = {
        kind: {"$ref": f"#/$defs/{form.__name__}", "description": form.__doc__}
        for kind, form in kinds.items()
    }
    texts = {
        kind: {**TypeAdapter(form).json_schema(), "description": "Text for people."}
        for kind, form in STEP_KINDS.items()
        if kind not in kinds
    }
    return {
        "type": "object",
        "description": "One step: a mapping with one key, its kind.",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": {kind: (forms | texts)[kind] for kind in STEP_KINDS},
    }


def _short_link(entry: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """A link is its text alone, or a mapping."""
    return {"anyOf": [definitions[LinkEntry.__name__]["properties"]["link"], entry]}


def _strict(node: Any) -> Any:
    """Without what only code may say (null, generated titles), and with keys held to their pattern."""
    if isinstance(node, list):
        return [_strict(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "anyOf" in node:
        members = [member for member in node["anyOf"] if member != {"type": "null"}]
        rest = {key: value for key, value in node.items() if key not in ("anyOf", "default")}
        node = {**rest, **(members[0] if len(members) == 1 else {"anyOf": members})}
    strict = {
        key: _strict(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value is None)
    }
    if "patternProperties" in strict:
        strict["additionalProperties"] = False
    return strict


def _is_model(form: Any) -> bool:
    return isinstance(form, type) and issubclass(form, StepModel)
