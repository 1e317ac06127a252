"""Prices of models from the list in litellm's package, read without importing litellm. Not listed: not known."""

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from inspect_ai.model import ModelCost, ModelInfo, set_model_info
from pydantic import BaseModel, ConfigDict

PRICE_LIST = "model_prices_and_context_window_backup.json"
_MILLION = 1_000_000


class Price(BaseModel):
    """An entry of litellm's list, in dollars a token; of its many fields those that a chat needs."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    litellm_provider: str = ""
    input_cost_per_token: float | None = None
    output_cost_per_token: float | None = None
    cache_creation_input_token_cost: float | None = None
    cache_read_input_token_cost: float | None = None
    max_input_tokens: int | None = None


def price(model: str) -> Price | None:
    """The price of `<provider>/<model>`, or None where litellm's list has none for both input and output."""
    listed = _price_list()
    provider, _, bare = model.partition("/")
    entry = listed.get(model)
    if entry is None:
        entry = listed.get(bare)
        if not isinstance(entry, dict) or entry.get("litellm_provider") != provider:
            return None
    found = Price.model_validate({key: value for key, value in entry.items() if key in Price.model_fields})
    return None if found.input_cost_per_token is None or found.output_cost_per_token is None else found


def register_price(name: str, model: str) -> bool:
    """Tell Inspect what the model costs under the name it has there; False if that is not known."""
    found = price(model)
    if found is None or found.input_cost_per_token is None or found.output_cost_per_token is None:
        return False
    asked, answered = found.input_cost_per_token, found.output_cost_per_token
    written, read = found.cache_creation_input_token_cost, found.cache_read_input_token_cost
    cost = ModelCost(
        input=asked * _MILLION,
        output=answered * _MILLION,
        input_cache_write=(asked if written is None else written) * _MILLION,
        input_cache_read=(asked if read is None else read) * _MILLION,
    )
    set_model_info(name, ModelInfo(cost=cost, input_tokens=found.max_input_tokens))
    return True


@cache
def _price_list() -> dict[str, dict[str, object]]:
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        return {}
    path = Path(spec.origin).parent / PRICE_LIST
    entries: object = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return entries if isinstance(entries, dict) else {}
