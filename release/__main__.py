"""Makes everything that a release publishes, in `dist/`."""

from release.steps import make_all

make_all()
