# One image for web, worker, beat and the commands; docker-compose.yml says which is which.
FROM python:3.11-slim-bookworm AS packages
COPY requirements.lock /tmp/
RUN python -m venv /venv \
    && /venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --no-deps --only-binary :all: -r /tmp/requirements.lock

FROM python:3.11-slim-bookworm
# What WeasyPrint opens; libharfbuzz-subset0 makes equal figures equal bytes. tzdata: the city's own time.
# postgresql-client: pg_dump and pg_restore of the server's own version, 15.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 tzdata postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin guiyang \
    && install -d -m 700 -o guiyang -g guiyang /data

COPY --from=packages /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUTF8=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache \
    GUIYANG_DATA=/data \
    GUIYANG_STATIC=/app/static-collected \
    GUIYANG_BIND=0.0.0.0:8000

WORKDIR /app
COPY . .
# Embedded mode and a throw-away data folder, because collecting files needs neither secret nor database. Whatever the
# umask of the checkout was, the user who runs this reads it; nobody but root writes it.
RUN GUIYANG_MODE=embedded GUIYANG_DATA=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build \
    && python -m compileall -q budgets governance guiyang_egov priorities projects \
    && chmod -R u=rwX,go=rX /app

USER guiyang
VOLUME /data
EXPOSE 8000
# Documents, queues and keys are for this user alone, whichever program writes them.
ENTRYPOINT ["/bin/sh", "-c", "umask 077; exec \"$@\"", "--"]
CMD ["gunicorn", "--config", "python:guiyang_egov.runtime.gunicorn_hooks", "guiyang_egov.wsgi:application"]
