"""Serves variables and config options, which are alike: the site map mounts this twice."""

from secretsadmin.secret_urls import secret_urls
from variables.adapter import ADAPTER

app_name = "variables"
urlpatterns = secret_urls(ADAPTER)
