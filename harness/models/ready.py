"""Whether a model can be asked at all, found out before anything is started."""

from inspect_ai._util.error import PrerequisiteError
from inspect_ai.model import Model, get_model
from rich.text import Text

from harness.errors import UserError
from harness.models.litellm import LiteLLM


class ModelNotReady(UserError):
    """A model that can't be asked here: no such provider, no key, or its client is not installed."""


def require_model(wanted: str | Model) -> None:
    """Make the client of a model, and have litellm look for its key; nothing is sent.

    Raises:
        ModelNotReady: Inspect has no such provider, or lacks a key or a package for it.
        UnknownProvider, MissingKey: the same of a model of litellm.
    """
    try:
        api = get_model(wanted).api
    except (PrerequisiteError, ValueError) as error:
        said = error.message if isinstance(error, PrerequisiteError) else error
        plain = " ".join(Text.from_markup(str(said)).plain.split()).removeprefix("ERROR: ")
        raise ModelNotReady(
            f"The model {wanted} can't be asked: {plain} "
            "A model is named PROVIDER/NAME, such as openai/gpt-5 or litellm/groq/llama-3.3-70b."
        ) from error
    if isinstance(api, LiteLLM):
        api.check()
