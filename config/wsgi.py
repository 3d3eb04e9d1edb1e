"""What the server runs."""

import os
import threading

from django.core.wsgi import get_wsgi_application

from tongxin.core.charsets import Utf8Alone
from tongxin.core.headers import ShortAlone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = ShortAlone(Utf8Alone(get_wsgi_application()))


def _warm() -> None:
    from tongxin.proposals.queries.likeness import warm_all  # noqa: PLC0415 -- scikit-learn loads for seconds

    warm_all()


threading.Timer(2, _warm).start()
