"""The speed bench: `mrsnr` beside other tools, and beside reading the file alone."""
