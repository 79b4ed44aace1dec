"""The command run in this process, and files whose SNR is known."""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import jsonschema
import nibabel
import numpy as np
import pytest

from mrsnr.cli import main

AFFINE = np.diag([-2.0, 2.0, 5.0, 1.0])
SCHEMAS = Path(__file__).parents[2] / "docs" / "schema"


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    status: int
    out: str
    err: str

    @property
    def json(self):
        """The one document on standard output; anything beside it, or NaN, is an error."""
        return json.loads(self.out, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))

    @property
    def sentence(self):
        """The one line on standard error."""
        assert self.err.startswith("mrsnr: ")
        assert self.err.count("\n") == 1
        assert "Traceback" not in self.err
        return self.err.removeprefix("mrsnr: ").strip()


@pytest.fixture
def run(capsys):
    """Return a function that runs the command in this process."""

    def call(*arguments):
        status = main([str(argument) for argument in arguments])
        return Ended(status, *capsys.readouterr())

    return call


@pytest.fixture
def write(tmp_path):
    """Return a function that writes an array as NIfTI and returns its path."""

    def make(data, name="scan.nii.gz", *, affine=AFFINE, sidecar=None):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        nibabel.save(nibabel.Nifti1Image(np.asarray(data), affine), path)
        if sidecar is not None:
            path.with_name(f"{name.removesuffix('.gz').removesuffix('.nii')}.json").write_text(sidecar)
        return path

    return make


@pytest.fixture(scope="session")
def levels(two_levels):
    """Two levels, sigma 10 and SNR 50, as whole numbers: the mixture is right to 2 % here, and quick."""
    return np.asarray(two_levels(dtype=np.int16).data)


@pytest.fixture
def scan(write, levels):
    """A file of SNR 50."""
    return write(levels)


@pytest.fixture
def series(write):
    """A file of temporal SNR 100 in its bright half, and its temporal mean / SD per voxel in truth."""
    rng = np.random.default_rng(0)
    data = rng.normal(0, 2.0, (16, 16, 3, 80))
    data[8:] += 200
    return write(data.astype(np.float32), "series.nii.gz")


@pytest.fixture
def no_figures(monkeypatch):
    """Draw nothing, for tests that are about other files: drawing is slow."""
    monkeypatch.setattr("mrsnr.figures.draw", lambda *_args, **_options: {})


@pytest.fixture(scope="session")
def valid():
    """Return a function that checks a document against a schema, or a part of one."""

    def check(document, schema, part=None):
        content = json.loads((SCHEMAS / f"{schema}.schema.json").read_text())
        if part is not None:
            content = {"$schema": content["$schema"], "$ref": f"#/$defs/{part}", "$defs": content["$defs"]}
        jsonschema.Draft202012Validator(content).validate(document)

    return check


@pytest.fixture(scope="session")
def program():
    """The beginning of a command line for tests that need a process of their own."""
    return [sys.executable, "-m", "mrsnr"]
