# One image for web, worker, beat and the migration; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock /tmp/
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --no-deps --only-binary :all: -r /tmp/requirements.lock

FROM python:3.11-slim-bookworm
# What WeasyPrint opens; libharfbuzz-subset0 makes equal figures equal bytes. tzdata: the city's own time.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin guiyang \
    && install -d -m 700 -o guiyang -g guiyang /data

COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUTF8=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    GUIYANG_DATA=/data \
    GUIYANG_STATIC=/app/static-collected

WORKDIR /app
COPY . .
# Embedded mode and a throw-away data folder, because collecting files needs neither secret nor database.
RUN GUIYANG_MODE=embedded GUIYANG_DATA=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build \
    && python -m compileall -q budgets governance guiyang_egov priorities projects

USER guiyang
VOLUME /data
EXPOSE 8000
# Documents, queues and keys are for this user alone, whichever program writes them.
ENTRYPOINT ["/bin/sh", "-c", "umask 077; exec \"$@\"", "--"]
CMD ["gunicorn", "guiyang_egov.wsgi:application", "--bind", "0.0.0.0:8000", \
     "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", \
     "--preload", "--no-control-socket", "--graceful-timeout", "20", "--timeout", "120", "--log-level", "warning"]
