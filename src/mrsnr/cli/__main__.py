"""``python -m mrsnr.cli``."""

import sys

from mrsnr.cli.main import main

sys.exit(main())
