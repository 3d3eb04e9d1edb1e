"""Measures what an assembly agrees on: pure arithmetic on votes, without Django, reproducible bit for bit.

One BLAS thread is set before numpy loads, because the last bits of LAPACK change with the number of threads.
"""

import os
import sys

if "numpy" not in sys.modules:
    for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS"):
        os.environ[_name] = "1"
