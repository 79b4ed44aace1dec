"""The other tools: which of them are here, and how they are started.

A Python package is looked for in the environment that `make bench-peers` makes, then in the one that runs the bench; a
program on the PATH, then where a package brings it.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ENVIRONMENT = Path(__file__).parents[2] / ".venv-peers"
PACKAGES = {"ukat": "ukat", "nipype": "nipype", "dipy": "dipy", "scikit-learn": "sklearn"}
PROGRAMS = {"niimath": "niimath", "MRtrix": "mrmath"}
HOW = {
    **dict.fromkeys([*PACKAGES, "niimath"], "`make bench-peers` installs it"),
    "MRtrix": "it comes with the system's packages",
}
_VERSION = "import importlib.metadata as m, importlib.util as u; assert u.find_spec({0!r}); print(m.version({1!r}))"


@dataclass(frozen=True)
class Peers:
    """What was found: of each package the Python that has it, of each program its path, and the versions."""

    pythons: dict[str, str]
    programs: dict[str, str]
    versions: dict[str, str]

    @property
    def missing(self) -> list[str]:
        """The tools that are not here."""
        return [name for name in (*PACKAGES, *PROGRAMS) if name not in self.pythons and name not in self.programs]

    def sentences(self) -> list[str]:
        """Return one sentence for each tool that is not here."""
        return [f"{name} is not here, so it is left out of this run; {HOW[name]}." for name in self.missing]


def find(environment: Path = ENVIRONMENT) -> Peers:
    """Look for all of them."""
    pythons, programs, versions = {}, {}, {}
    candidates = [str(python) for python in (environment / "bin" / "python", Path(sys.executable)) if python.exists()]
    for name, module in PACKAGES.items():
        for python in candidates:
            version = _said(python, "-c", _VERSION.format(module, name))
            if version:
                pythons[name], versions[name] = python, version
                break
    for name, program in PROGRAMS.items():
        path = _brought(program, candidates) or shutil.which(program)
        if path:
            programs[name], versions[name] = path, _version(path)
    return Peers(pythons, programs, versions)


def _brought(program, candidates):
    """Return the program that a package brings: what the package puts on the PATH is Python, which takes time."""
    for python in candidates:
        path = _said(python, "-c", f"import {program}; print({program}.bin_path)")
        if path and Path(path).exists():
            return path
    return None


def _version(program):
    lines = _said(program, "-version", check=False).splitlines()
    return next((word for line in lines for word in line.split() if word.strip("v,=")[:1].isdigit()), "").strip("v,=")


def _said(*command, check=True):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=check)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
