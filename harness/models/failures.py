"""What a model provider may answer instead of a completion, each with what the user can do. No message holds a key."""

from collections.abc import Sequence
from http import HTTPStatus

import openai
from inspect_ai.model import RetryDecision

from harness.errors import MlesmithError, UserError

_MOST_SAID = 300


class ProviderError(MlesmithError):
    """Something between us and a model: never the fault of what was asked of it."""


class UnknownProvider(ProviderError, UserError):
    """A model name whose provider litellm does not know."""

    def __init__(self, model: str) -> None:
        super().__init__(
            f"litellm knows no provider for {model!r}. Write litellm/<provider>/<model>, such as "
            "litellm/openai/gpt-4o-mini or litellm/groq/llama-3.3-70b-versatile."
        )


class MissingKey(ProviderError, UserError):
    """The key of a provider is not in the environment."""

    def __init__(self, model: str, names: Sequence[str]) -> None:
        super().__init__(
            f"litellm/{model} needs {' and '.join(names)} in the environment, and it is not set. "
            "Set it (any text for a server of your own that asks for none)."
        )


class RefusedKey(ProviderError, UserError):
    """The provider does not accept the key."""

    def __init__(self, model: str, status: int, names: Sequence[str]) -> None:
        super().__init__(f"The provider of litellm/{model} refused the key ({status}). Check {' and '.join(names)}.")


class UnknownModel(ProviderError, UserError):
    """The provider has no model of that name, or not for this key."""

    def __init__(self, model: str) -> None:
        super().__init__(f"The provider of litellm/{model} has no such model (404). Check its name and the address.")


class RefusedRequest(ProviderError):
    """The provider refuses this very request: too long, a parameter it does not know, a policy."""

    def __init__(self, model: str, status: int, said: str) -> None:
        super().__init__(f"The provider of litellm/{model} refused the request ({status}): {said[:_MOST_SAID]}")


class ProviderFailed(ProviderError):
    """The provider did not answer, or not as it should; `decision` says whether to ask again."""

    def __init__(self, model: str, what: str, decision: RetryDecision | None = None) -> None:
        super().__init__(f"litellm/{model}: {what}.")
        self.decision = decision if decision is not None else RetryDecision.no()


class ProviderBusy(ProviderFailed):
    """The provider asks to wait."""


def named(error: openai.OpenAIError, model: str, keys: Sequence[str]) -> ProviderError:
    """An error of litellm, whose errors are OpenAI's, by its cause."""
    if isinstance(error, openai.APITimeoutError):
        return ProviderFailed(model, "the provider gave no answer in time", RetryDecision.transient())
    status = getattr(error, "status_code", None)
    if _is_unreachable(error) or not isinstance(status, int):
        return ProviderFailed(model, f"the provider cannot be reached ({_said(error)})", RetryDecision.transient())
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        return RefusedKey(model, status, keys)  # what the provider said may repeat the key
    return UnknownModel(model) if status == HTTPStatus.NOT_FOUND else _of_status(error, model, status)


def _of_status(error: openai.OpenAIError, model: str, status: int) -> ProviderError:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        wait = RetryDecision.rate_limit(_retry_after(error))
        return ProviderBusy(model, "the provider asks to wait: too many requests or no quota left (429)", wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT):
        again = RetryDecision.transient(_retry_after(error))
        return ProviderFailed(model, f"the provider failed ({status}: {_said(error)})", again)
    return RefusedRequest(model, status, _said(error))


def _is_unreachable(error: BaseException | None) -> bool:
    """litellm gives a refused connection the status 500; what was raised first tells the two apart."""
    while error is not None:
        if isinstance(error, openai.APIConnectionError):
            return True
        error = error.__cause__ or error.__context__
    return False


def _said(error: openai.OpenAIError) -> str:
    return " ".join(str(error).split())[:_MOST_SAID]


def _retry_after(error: openai.OpenAIError) -> float | None:
    """Seconds of the header Retry-After, where it holds a number."""
    headers = getattr(getattr(error, "response", None), "headers", None)
    asked = headers.get("retry-after") if headers is not None else None
    try:
        return max(0.0, float(asked)) if asked is not None else None
    except ValueError:
        return None
