"""What gunicorn serves.

A site that is set up wrongly doesn't start: it says what is missing, and what is doubtful.
"""

import os
import sys

from django.core import checks
from django.core.wsgi import get_wsgi_application

from secretsadmin.server.encoding import readable

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretsadmin.settings")
application = readable(get_wsgi_application())

# gunicorn starts a worker anew that ends with any other status, for ever.
APP_LOAD_ERROR = 4

problems = checks.run_checks()
sys.stderr.write(
    "".join(f"{problem.msg} {problem.hint or ''}".rstrip() + "\n" for problem in problems)
)
if any(problem.is_serious() for problem in problems):
    sys.exit(APP_LOAD_ERROR)
