"""`openml:` against a server on the loopback that answers as OpenML does; the client is the real one."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from harness.errors import MachineError
from harness.sources import SourceError, resolve
from tests.harness.sources.services import Answer, Asked, Service, serving

ARFF = """@relation plants
@attribute height numeric
@attribute 'leaf colour' {green,'dark red'}
@attribute weight real
@data
1,green,2.5
3,'dark red',?
"""
XML = {"Content-Type": "text/xml"}
DESCRIPTION = """<oml:data_set_description xmlns:oml="http://openml.org/openml">
<oml:id>31</oml:id><oml:name>Garden-Plants</oml:name><oml:version>2</oml:version>
<oml:description>Plants of a garden, height in cm.</oml:description><oml:format>ARFF</oml:format>
<oml:upload_date>2020-01-01T00:00:00</oml:upload_date><oml:licence>CC_BY_4.0</oml:licence>
<oml:url>{url}/data/download/1/plants.arff</oml:url><oml:file_id>1</oml:file_id>
<oml:default_target_attribute>leaf colour</oml:default_target_attribute>
<oml:citation>{citation}</oml:citation><oml:visibility>public</oml:visibility>
<oml:status>active</oml:status><oml:md5_checksum>{md5}</oml:md5_checksum>
</oml:data_set_description>"""
UNKNOWN = """<oml:error xmlns:oml="http://openml.org/openml"><oml:code>111</oml:code>
<oml:message>Unknown dataset</oml:message></oml:error>"""


class OpenML:
    """Answers for dataset 31; `content` is what a download gives."""

    def __init__(self) -> None:
        self.url = ""
        self.content = ARFF.encode()
        self.cut: int | None = None

    def __call__(self, asked: Asked) -> Answer:
        if asked.path.endswith("/data/31"):
            md5 = hashlib.md5(ARFF.encode()).hexdigest()
            said = DESCRIPTION.format(url=self.url, md5=md5, citation="Gardener 2020")
            return Answer(said.encode(), headers=XML)
        if asked.path.endswith("plants.arff"):
            return Answer(self.content, headers={"Content-Type": "text/plain; charset=utf-8"}, cut=self.cut)
        return Answer(UNKNOWN.encode(), 412, XML)


@pytest.fixture
def openml(own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[OpenML, Service]]:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    client = pytest.importorskip("openml")
    monkeypatch.setattr(client._api_calls, "_human_delay", lambda _count: 0.0)
    answering = OpenML()
    with serving(answering) as service:
        answering.url = service.url
        monkeypatch.setattr(client.config, "server", f"{service.url}/api/v1/xml")
        yield answering, service


@pytest.mark.sandbox
def test_a_dataset_by_its_number(openml: tuple[OpenML, Service]) -> None:
    fetched = resolve("openml:31")
    table = pd.read_csv(fetched.path, dtype=str, keep_default_na=False)
    assert list(table.columns) == ["height", "leaf colour", "weight"]
    assert table.to_numpy().tolist() == [["1", "green", "2.5"], ["3", "dark red", ""]]
    assert (fetched.pinned_uri, fetched.licence, fetched.cluster) == ("openml:31", "CC-BY-4.0", "garden_plants")
    assert fetched.citation == "Gardener 2020"
    assert "default target: leaf colour" in fetched.documentation
    assert fetched.sha256 == hashlib.sha256(ARFF.encode()).hexdigest()
    asked = len(openml[1].asked)
    assert resolve("openml:31", sha256=fetched.sha256).path == fetched.path
    assert len(openml[1].asked) == asked


def test_a_damaged_or_half_file_is_never_taken_for_whole(openml: tuple[OpenML, Service], own_cache: Path) -> None:
    openml[0].content = ARFF.replace("3,", "4,").encode()
    with pytest.raises(MachineError, match="damaged"):
        resolve("openml:31")
    openml[0].content, openml[0].cut = ARFF.encode(), 20
    with pytest.raises(MachineError, match="can't be reached, or broke off"):
        resolve("openml:31")
    assert not list((own_cache / "sources" / "openml").rglob("*.arff"))


@pytest.mark.parametrize(
    ("uri", "said"), [("openml:99", "no dataset 99"), ("openml:iris", "not of the form openml:ID")]
)
def test_what_is_not_there(uri: str, said: str, openml: tuple[OpenML, Service]) -> None:
    with pytest.raises(SourceError, match=said):
        resolve(uri)


def test_a_service_that_is_not_there(openml: tuple[OpenML, Service], monkeypatch: pytest.MonkeyPatch) -> None:
    import openml as client

    with serving(OpenML()) as gone:
        monkeypatch.setattr(client.config, "server", f"{gone.url}/api/v1/xml")
    with pytest.raises(MachineError, match="can't be reached"):
        resolve("openml:31")
