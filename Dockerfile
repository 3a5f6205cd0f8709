# Two images from one build: `server` is crm-mcp over HTTP, `fake` is crm-mock and what a plain `docker build .` makes.
# docs/how-to/recipes/docker.md says how to run them. No login is ever in a layer: both take theirs when they are run.
FROM python:3.13-slim AS build
WORKDIR /src
# What it needs first, in a layer of its own: a build after a change of the code fetches none of that again.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN python -m venv --without-pip /opt/crm \
    && pip --python /opt/crm install --no-cache-dir --disable-pip-version-check --constraint constraints.txt '.[files,otel,postgres]'
COPY crm_mcp ./crm_mcp
COPY mockserver ./mockserver
COPY fixtures ./fixtures
COPY tests/contract ./tests/contract
COPY tests/support/asgi_transport.py ./tests/support/asgi_transport.py
RUN pip --python /opt/crm install --no-cache-dir --disable-pip-version-check --no-deps --force-reinstall .

FROM python:3.13-slim AS installed
COPY --from=build /opt/crm /opt/crm
ENV PATH=/opt/crm/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin crm \
    && install --directory --owner crm --group crm --mode 0700 /data

FROM installed AS server
# /data is what it remembers; give it a volume to keep that.
ENV CRM_MCP_STORE=/data
WORKDIR /data
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --start-interval=1s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/health', timeout=2)"]
ENTRYPOINT ["crm-mcp"]
CMD ["serve", "--transport", "http", "--host", "0.0.0.0"]

FROM installed AS fake
# /data is for files of one's own: `--seed /data/mine.yaml`, `--db /data/fake.db`.
WORKDIR /data
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --start-interval=1s \
    CMD ["python", "-m", "mockserver.health_check", "http://127.0.0.1:8080"]
ENTRYPOINT ["crm-mock"]
CMD ["serve", "--host", "0.0.0.0"]
