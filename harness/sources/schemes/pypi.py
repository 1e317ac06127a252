"""`pypi:NAME==VERSION#PATH/INSIDE`: a file inside a pinned wheel or source archive, read by path and never imported."""

import hashlib
import re
import shutil
from difflib import get_close_matches
from pathlib import Path, PurePosixPath

from harness.places import cache_dir, whole_file
from harness.sources.archive import Archive, licence, opened
from harness.sources.download import archive, keep_as
from harness.sources.fetched import Fetched, SourceError, digest, slug
from harness.sources.scheme import scheme

NAME = r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)"
FORM = re.compile(NAME + r"(==(?P<version>[A-Za-z0-9.!+_-]+))?#(?P<member>.+)")
MAX_MEMBER = 4 << 30
NEAR = 4


@scheme("pypi", form="pypi:NAME==VERSION#PATH/INSIDE: a member of a wheel or source archive")
def fetch(uri: str, rest: str) -> Fetched:
    """The member, taken out of the archive into the cache.

    Raises:
        SourceError: the URI's form, no such package, version or member.
        MachineError: the package index can't be reached.
    """
    form = FORM.fullmatch(rest)
    if form is None:
        raise SourceError(f"{uri} is not of the form pypi:NAME==VERSION#PATH/INSIDE.")
    packed, member = archive(form["name"], form["version"]), form["member"]
    with opened(packed) as content:
        path = _extract(content, packed, member)
        about = content.metadata()
        documentation = content.documentation(content.find(member) or member)
    version = about.get("Version", form["version"] or "")
    if form["version"] is None:
        keep_as(packed, form["name"], version)  # the task that is made of it asks for this version
    return Fetched(
        uri=uri,
        pinned_uri=f"pypi:{form['name']}=={version}#{member}",
        path=path,
        sha256=digest(path),
        licence=licence(about),
        citation=f"{about.get('Name', form['name'])} {version}, {member}",
        cluster=slug(PurePosixPath(member).name),
        documentation=documentation,
    )


def _extract(content: Archive, packed: Path, member: str) -> Path:
    """The member as a file of its own in the cache, under its own name."""
    name = content.find(member)
    if name is None:
        near = _near(member, list(content.sizes))
        raise SourceError(f"{packed.name} holds no {member}. Near names: {', '.join(near) or 'none'}.")
    if content.sizes[name] > MAX_MEMBER:
        raise SourceError(f"{member} has {content.sizes[name] >> 20} MB; at most {MAX_MEMBER >> 20} MB are read.")
    beneath = hashlib.sha256(str(PurePosixPath(name).parent).encode()).hexdigest()[:16]
    target = cache_dir("sources", "members", packed.name, beneath) / PurePosixPath(name).name
    if not (target.is_file() and target.stat().st_size == content.sizes[name]):
        with whole_file(target) as draft, content.open(name) as stream, draft.open("wb") as out:
            shutil.copyfileobj(stream, out)
    return target


def _near(member: str, names: list[str]) -> list[str]:
    """Names with the same last part first, then names alike."""
    last = PurePosixPath(member).name.lower()
    same = [name for name in names if PurePosixPath(name).name.lower() == last]
    return list(dict.fromkeys([*same, *get_close_matches(member, names, n=NEAR, cutoff=0.3)]))[:NEAR]
