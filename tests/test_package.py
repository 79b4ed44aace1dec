"""The public surface, and what importing it costs."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import mrsnr

SOURCE = Path(mrsnr.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))


def modules_after(code):
    script = f"{code}\nimport sys; print(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)  # noqa: S603
    return set(done.stdout.split())


def test_public_names_are_these_and_all_exist():
    assert set(mrsnr.__all__) == {
        *("Check", "Image", "MrsnrError", "Noise", "Normalised", "Regions", "Snr", "Temporal", "Verdict"),
        *("compare", "complex_image", "load", "measure", "normalised", "save", "temporal", "view"),
        *("data", "figures", "physiology", "report", "ukat"),
        "__version__",
    }
    for name in mrsnr.__all__:
        assert getattr(mrsnr, name) is not None
    assert set(mrsnr.__all__) <= set(dir(mrsnr))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'snr_of_everything'"):
        _ = mrsnr.snr_of_everything


def test_importing_a_module_does_not_replace_a_verb():
    code = "import mrsnr.measurement, mrsnr.io, mrsnr.noise.mixture, mrsnr.cli.measure, mrsnr.cli.compare"
    check = "assert all(callable(getattr(mrsnr, verb)) for verb in ('compare', 'load', 'measure', 'save', 'temporal'))"
    assert "mrsnr.measurement" in modules_after(f"{code}\n{check}")


def test_import_is_lazy():
    heavy = {"numpy", "scipy", "nibabel", "matplotlib", "pooch", "rich", "sklearn"}
    assert not modules_after("import mrsnr") & heavy
    assert not modules_after("import mrsnr; mrsnr.Image, mrsnr.measure") & (heavy - {"numpy"})


def test_scikit_learn_is_never_imported_by_the_package():
    code = "import numpy, mrsnr; mrsnr.measure(mrsnr.Image(numpy.arange(64.0).reshape(4, 4, 4), numpy.eye(4)))"
    assert not modules_after(code) & {"sklearn", "matplotlib", "nibabel", "pooch"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_files_stay_short(file):
    assert len(file.read_text().splitlines()) <= 300


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(SOURCE)))
def test_functions_stay_short(file):
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.FunctionDef):
            documented = ast.get_docstring(node) is not None
            first = node.body[1] if documented and len(node.body) > 1 else node.body[0]
            assert node.end_lineno - first.lineno < 50, f"{node.name} is long"
