"""The flow of generation: repairs, rejections, names, log, export. Engine and battery follow a script."""

import math
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import read_eval_log

from generation.export import NameTaken, export
from generation.formulation import Stage
from generation.pipeline import NoModel, NoSources, generate, generate_task
from generation.records import STORED_AS, DatasetRecord, FormulationRecord
from generation.repair import MOST_REPAIRS
from generation.report import GenerationReport, report
from generation.verification.findings import Verdict
from harness.errors import MachineError, UnknownName
from harness.logs.files import log_files
from harness.models.failures import MissingKey
from harness.package import TaskPackage, load_package
from tests.generation.pipeline.scripted import Gave, Script, fault, follow, table


class Room:
    """A folder for packages and one for logs."""

    def __init__(self, root: Path) -> None:
        self.root, self.out, self.logs = root, root / "tasks", root / "logs"

    def run(self, *sources: str, **options: object) -> GenerationReport:
        arguments: dict[str, Any] = {"out": self.out, "log_dir": self.logs, **options}
        return generate(list(sources), **arguments)

    def records(self) -> list[DatasetRecord]:
        samples = [s for path in self.newest_logs for s in read_eval_log(path).samples or []]
        return [DatasetRecord.model_validate(sample.store[STORED_AS]) for sample in samples]

    def record(self) -> FormulationRecord:
        return self.records()[0].formulations[-1]

    @property
    def newest(self) -> Path:
        return max((path for path in self.logs.iterdir() if path.is_dir()), key=lambda path: path.stat().st_mtime)

    @property
    def newest_logs(self) -> list[str]:
        return [file.name for file in log_files([str(self.newest)]).files]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_a_verified_formulation_becomes_a_package(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(targets=("score", "weight")), monkeypatch)
    heard: list[tuple[int, int, str]] = []
    told = room.run(table(room.root), on_progress=lambda done, total, what="": heard.append((done, total, what)))
    assert [task.id for task in told.tasks] == ["plants_score", "plants_weight"]
    package = load_package(room.out / "plants_score")
    assert package.card.source.uri == table(room.root)
    assert package.card.provenance.engine == "rules"
    verification = package.files["verification.json"]
    assert '"verdict": "verified"' in verification
    assert Path(room.newest_logs[0]).name in verification
    assert told.all_datasets_served
    assert (told.formulations, told.verified, told.cost_usd) == (2, 2, 0.0)
    assert (heard[0][:2], heard[-1][:2]) == ((0, 1), (1, 1))


def test_the_same_call_again_repeats_nothing(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    script = follow(Script(), monkeypatch)
    source = table(room.root)
    room.run(source)
    before, written = dict(script.calls), (room.out / "plants_score" / "task.toml").stat().st_mtime_ns
    room.run(source)
    assert dict(script.calls) == before
    assert (room.out / "plants_score" / "task.toml").stat().st_mtime_ns == written


def test_changed_data_is_another_request_and_replaces_the_package(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    script = follow(Script(), monkeypatch)
    room.run(table(room.root))
    before = load_package(room.out / "plants_score").card.source
    room.run(table(room.root, text=room_text()))
    after = load_package(room.out / "plants_score").card.source
    assert (after.uri, script.calls["verify"]) == (before.uri, 2)
    assert after.sha256 != before.sha256
    assert len(list(room.out.iterdir())) == 1


def room_text() -> str:
    return "height,weight,score\n" + "".join(f"{at},{at},{at % 3}\n" for at in range(40))


def test_packages_come_from_the_log_alone(room: Room, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    follow(Script(), monkeypatch)
    room.run(table(room.root))
    (room.root / "plants.csv").unlink()
    written = export(room.newest, tmp_path / "elsewhere")
    assert [path.name for path in written] == ["plants_score"]
    for path in written[0].iterdir():
        assert path.read_bytes() == (room.out / "plants_score" / path.name).read_bytes()


@pytest.mark.parametrize("stage", ["designer", "refactor"])
def test_a_defect_goes_to_its_stage_and_what_it_changed_is_kept(
    room: Room, monkeypatch: pytest.MonkeyPatch, stage: Stage
) -> None:
    script = follow(Script(found={"score": [[fault(stage)]]}), monkeypatch)
    told = room.run(table(room.root))
    assert told.verified == told.repaired == 1
    (repair,) = room.record().repairs
    assert (repair.stage, repair.defects[0].kind) == (stage, "data.id_signal")
    assert "description.md" in repair.changed
    assert [kinds for name, kinds in script.seen if name == stage][1][0].kind == "data.id_signal"
    assert script.calls["designer"] == (2 if stage == "designer" else 1)


def test_a_defect_is_sent_back_at_most_three_times(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    script = follow(Script(found={"score": [[fault("designer")] for _ in range(9)]}), monkeypatch)
    told = room.run(table(room.root))
    assert script.calls["verify"] == 1 + MOST_REPAIRS == 4
    (row,) = told.rejected
    assert (row.stage, row.repairs) == ("data", 3)
    assert "data.id_signal failed" in row.reason
    assert "after 3 repairs" in row.reason
    assert told.datasets[0].status == "rejected"
    assert "data.id_signal" in told.datasets[0].reason
    assert not list(room.out.iterdir())


def test_a_stage_without_another_answer_ends_the_repair(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    always = [[fault("designer")] for _ in range(9)]
    script = Script(found={"score": always}, stubborn=frozenset({"designer", "refactor"}))
    follow(script, monkeypatch)
    told = room.run(table(room.root))
    assert script.calls["verify"] == 1
    assert "had no other answer" in told.rejected[0].reason


def test_the_brainstormer_answers_with_another_question(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(targets=("score", "weight"), found={"score": [[fault("brainstormer")]]})
    follow(script, monkeypatch)
    told = room.run(table(room.root), formulations=1)
    assert [task.id for task in told.tasks] == ["plants_weight"]
    assert [row.formulation for row in told.rejected] == ["score"]
    assert told.formulations == 2


def test_a_stage_that_fails_is_asked_again_with_its_failure(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    script = follow(Script(broken={"refactor": [Gave("metric.py is no Python")]}), monkeypatch)
    told = room.run(table(room.root))
    assert told.verified == 1
    assert script.calls["verify"] == 1
    (repair,) = room.record().repairs
    assert repair.stage == "designer"  # what cannot be brought to the schema is the design's
    assert repair.defects[0].message == "metric.py is no Python"


def test_checks_that_could_not_run_reject_without_repair(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    lacking = fault("designer").model_copy(update={"verdict": Verdict.NOT_RUN})
    script = follow(Script(found={"score": [[lacking]]}), monkeypatch)
    told = room.run(table(room.root))
    assert (told.verified, script.calls["verify"]) == (0, 1)
    assert "data.id_signal" in told.rejected[0].reason


def test_datasets_that_cannot_serve_are_rejected_with_reasons(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(), monkeypatch)
    sources = [f"file:{room.root}/absent.csv", table(room.root, "broken.parquet", "no parquet"), table(room.root)]
    told = room.run(*sources)
    rows = {row.source: row for row in told.datasets}
    assert [rows[source].status for source in sources] == ["rejected", "rejected", "served"]
    assert "absent.csv" in rows[sources[0]].reason
    assert rows[sources[1]].reason
    assert not told.all_datasets_served
    assert not told.errors


def test_a_dataset_without_a_question_is_rejected(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(targets=()), monkeypatch)
    told = room.run(table(room.root))
    assert told.datasets[0].reason.startswith("no question worth asking was found")


def test_the_targets_that_a_user_names_are_asked_for(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    script = follow(Script(targets=("score",)), monkeypatch)
    source = table(room.root)
    named = Path(source.removeprefix("file:")).read_text().split(",")[0]
    assert named != "score"
    (made,) = room.run(source, target=[named], formulations=3).tasks
    assert made.id.endswith(f"_{named}")
    calls = script.calls["brainstormer"]
    told = room.run(source, target=["scoer"])
    assert "no column named 'scoer'. Near names: score" in told.datasets[0].reason
    assert script.calls["brainstormer"] == calls, "nobody is asked"


def test_a_fault_of_the_machine_is_no_rejection(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    script = follow(Script(broken={"designer": [MachineError("no disk")]}), monkeypatch)
    source = table(room.root)
    told = room.run(source)
    assert [row.status for row in told.datasets] == ["error"]
    assert "no disk" in told.errors[0].reason
    again = room.run(source)  # the next call runs what failed, and only that
    assert (again.verified, again.errors) == (1, ())
    assert script.calls["verify"] == 1


def curated(room: Room, source: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A curated package made of that source."""
    follow(Script(), monkeypatch)
    made = Room(room.root / "hand")
    made.run(source)
    path = made.out / "plants_score" / "task.toml"
    path.write_text(path.read_text().replace('collection = "generated"', 'collection = "curated"'))
    return made.out


def test_no_dataset_serves_both_a_curated_and_a_generated_task(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    source = table(room.root)
    told = room.run(source, against=[curated(room, source, monkeypatch)])
    assert told.datasets[0].status == "rejected"
    assert "No dataset serves both a curated and a generated task" in told.datasets[0].reason
    assert "plants_score" in told.datasets[0].reason


def test_two_sources_of_one_name_get_two_names(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(), monkeypatch)
    told = room.run(table(room.root / "a"), table(room.root / "b", text=room_text()))
    assert sorted(task.id for task in told.tasks) == ["plants_2_score", "plants_score"]


def test_one_dataset_given_twice_gives_each_task_once(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(), monkeypatch)
    told = room.run(table(room.root / "a"), table(room.root / "b"))
    assert told.verified == 1
    assert "asks the same of the same data" in told.rejected[0].reason


def test_a_name_of_another_question_is_not_taken(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(), monkeypatch)
    room.run(table(room.root / "a"))
    kept = (room.out / "plants_score" / "task.toml").read_bytes()
    told = generate(table(room.root / "b", text=room_text()), out=room.out, log_dir=room.root / "others")
    (task,) = told.tasks
    assert task.id.startswith("plants_score_")
    assert (room.out / "plants_score" / "task.toml").read_bytes() == kept


def test_an_interrupted_export_leaves_no_half_package(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(), monkeypatch)
    room.run(table(room.root))
    plain = TaskPackage.write

    def half(self: TaskPackage, folder: Path) -> Path:
        root = plain(self, folder)
        (root / "metric.py").unlink()
        raise OSError("no space left")

    monkeypatch.setattr(TaskPackage, "write", half)
    with pytest.raises(OSError, match="no space"):
        export(room.newest, room.root / "other")
    assert not list((room.root / "other").iterdir())


def test_what_is_not_ours_is_not_replaced(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(targets=("score", "weight")), monkeypatch)
    mine = room.out / "plants_score" / "notes.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(NameTaken, match="plants_score"):
        room.run(table(room.root))
    assert mine.read_text() == "mine"
    assert load_package(room.out / "plants_weight").id == "plants_weight"


def test_layers_are_scores_and_what_was_not_asked_has_none(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(targets=("score", "weight"), found={"score": [[fault("designer")] for _ in range(9)]}), monkeypatch)
    room.run(table(room.root))
    (sample,) = read_eval_log(room.newest_logs[0]).samples or []
    assert sample.scores is not None
    values: dict[str, Any] = {name: score.value for name, score in sample.scores.items()}
    assert (values["verified"], values["structure"]) == (0.5, 1.0)
    assert values["data"] == 0.0
    assert math.isnan(values["grading"])
    assert "plants_weight" in sample.output.completion


def test_reports_read_well(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(Script(found={"score": [[fault("designer", "execution.headroom")] for _ in range(9)]}), monkeypatch)
    told = room.run(table(room.root, "a|b.csv"))
    assert told == report(room.newest)
    assert GenerationReport.model_validate_json(told.to_json()) == told
    assert (told.verified, told.without_outcome_based) == (0, 1)
    text = told.to_markdown()
    assert "a\\|b.csv" in text
    assert "| execution.headroom | execution | 0 | 1 | 0 | yes |" in text
    assert "None." in text


def test_mistakes_are_said_before_anything_is_started(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    source = table(room.root)
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    with pytest.raises(NoModel, match="--model"):
        room.run(source, engine="llm")
    with pytest.raises(UnknownName, match="designer"):
        room.run(source, engine="llm", model="mockllm/model", model_roles={"desinger": "mockllm/model"})
    with pytest.raises(MissingKey, match="GROQ_API_KEY"):
        room.run(source, engine="llm", model="litellm/groq/llama-3.3-70b-versatile")
    with pytest.raises(UnknownName):
        generate_task(source, engine="rulse")
    with pytest.raises(NoSources):
        generate_task([])
    assert not room.logs.exists()
