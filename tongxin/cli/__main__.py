"""`python -m tongxin.cli` is `tongxin`: how the demo starts its worker."""

import sys

from tongxin.cli.entrance import main

sys.exit(main())
