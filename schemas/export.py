"""JSON Schemas from the models: closed ones for producers, open ones for consumers.

A producer's typo fails in his own tests; a consumer ignores what he does not know yet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
from pydantic.json_schema import GenerateJsonSchema

from schemas.inputs import INPUTS
from schemas.outputs import OUTPUTS
from schemas.values import digest

if TYPE_CHECKING:
    from collections.abc import Iterator

Schema = dict[str, Any]


class _Closed(GenerateJsonSchema):
    """Refuses fields that a model does not name."""

    def model_schema(self, schema: Any) -> Schema:
        return super().model_schema(schema) | {"additionalProperties": False}


class _Open(GenerateJsonSchema):
    """Says nothing of fields that a model does not name."""

    def model_schema(self, schema: Any) -> Schema:
        made = super().model_schema(schema)
        made.pop("additionalProperties", None)
        return made


def schemas() -> Iterator[tuple[str, str, Schema]]:
    """Type, `producer` or `consumer`, and the schema of the type's data."""
    for name, row in sorted(INPUTS.items()):
        yield name, "producer", row.model.model_json_schema(schema_generator=_Closed)
        yield name, "consumer", row.model.model_json_schema(schema_generator=_Open)
    for name, model in sorted(OUTPUTS.items()):
        yield (
            name,
            "consumer",
            model.model_json_schema(schema_generator=_Open, mode="serialization"),
        )


def schema_hash() -> str:
    """One hash over every schema: two workers with the same one speak the same language."""
    return digest(orjson.dumps(list(schemas()), option=orjson.OPT_SORT_KEYS))
