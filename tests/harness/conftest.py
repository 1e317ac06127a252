"""Packages for tests, and prepared tasks that are made once a run."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.package import TaskPackage
from harness.preparation import prepare
from harness.prepared import PreparedTask
from tests.harness.packages import Kind
from tests.harness.packages import make_package as made

MakePackage = Callable[..., TaskPackage]


@pytest.fixture
def make_package(tmp_path: Path) -> MakePackage:
    """`make_package(kind="number", rows=200, metric_py="…")`: a package whose raw table lies in this test's folder."""

    def make(kind: Kind = "number", rows: int = 200, **files: str) -> TaskPackage:
        return made(tmp_path, kind, rows, **files)

    return make


@pytest.fixture(scope="session")
def prepared_task(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Kind], PreparedTask]:
    """`prepared_task(kind)`: a prepared task of that kind, made once for all tests (a real sandbox)."""
    tasks: dict[Kind, PreparedTask] = {}

    def of(kind: Kind = "number") -> PreparedTask:
        if kind not in tasks:
            tasks[kind] = asyncio.run(prepare(made(tmp_path_factory.mktemp(kind), kind)))
        return tasks[kind]

    return of
