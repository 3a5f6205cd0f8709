# The fake of both CRMs as an image; docs/recipes/docker.md says how to run it.
FROM python:3.12-slim

WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY crm_mcp ./crm_mcp
COPY mockserver ./mockserver
COPY fixtures ./fixtures
RUN pip install --no-cache-dir --disable-pip-version-check --constraint constraints.txt . \
    && useradd --system --uid 10001 --no-create-home crm-mock \
    && install --directory --owner crm-mock /data

# /data is for files of one's own: `--seed /data/mine.yaml`, `--db /data/fake.db`.
WORKDIR /data
USER crm-mock
EXPOSE 8080

HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --start-interval=1s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8080/_control/health', headers={'Authorization': 'Bearer ' + os.environ.get('CRM_MOCK_CONTROL_TOKEN', '')}), timeout=2)"]

ENTRYPOINT ["crm-mock"]
CMD ["serve", "--host", "0.0.0.0"]
