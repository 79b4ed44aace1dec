"""``python -m mrsnr``."""

import sys

from mrsnr.cli.main import main

sys.exit(main())
