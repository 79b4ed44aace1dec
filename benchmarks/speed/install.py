"""Install the other tools into the environment of the Python that runs this, each by itself.

    make bench-peers

One that cannot be installed here is named and left out: the bench runs without it.
"""

import subprocess
import sys

REQUIREMENTS = (
    ("numpy", "scipy", "nibabel", "scikit-learn"),
    ("nipype",),
    ("niimath",),
    ("dipy",),
    # Without what it asks for: its pins are older than numpy 2, and its segmentation, never run, brings TensorFlow.
    ("--no-deps", "ukat"),
)


def main() -> int:
    """Install what can be."""
    for requirement in REQUIREMENTS:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirement]
        if subprocess.run(pip, check=False).returncode:
            print(f"{' '.join(requirement)} cannot be installed here: the bench will run without it.", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
