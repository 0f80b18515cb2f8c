"""What gunicorn serves. A site that is set up wrongly doesn't start: it says what is missing."""

import os
import sys

from django.core import checks
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretsadmin.settings")
application = get_wsgi_application()

if problems := [message for message in checks.run_checks() if message.is_serious()]:
    sys.exit("\n".join(f"{problem.msg} {problem.hint or ''}" for problem in problems))
