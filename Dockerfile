# The agent in an image: `docker build -t ssoreach .`, then mount a configuration at /etc/ssoreach/ssoreach.yaml.
FROM python:3.12-slim-bookworm AS build

WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/ssoreach

# The lock files first: a change of code does not download anything again.
COPY requirements/run.txt requirements/build.txt requirements/
RUN pip install --require-hashes --requirement requirements/build.txt \
    && /opt/ssoreach/bin/pip install --require-hashes --requirement requirements/run.txt

COPY pyproject.toml README.md LICENSE ./
COPY agent agent
COPY probes probes
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
    && /opt/ssoreach/bin/pip install --no-deps /dist/*.whl \
    && /opt/ssoreach/bin/pip check


FROM python:3.12-slim-bookworm

RUN useradd --system --uid 10135 --no-create-home --home-dir /var/lib/ssoreach --shell /usr/sbin/nologin ssoreach \
    && install -d -o ssoreach -g ssoreach /var/lib/ssoreach \
    && install -d /etc/ssoreach
COPY --from=build /opt/ssoreach /opt/ssoreach
ENV PATH=/opt/ssoreach/bin:$PATH PYTHONUNBUFFERED=1

USER 10135
WORKDIR /var/lib/ssoreach
EXPOSE 10135/tcp 10135/udp

# No shell, and no proxy: the environment may name one, but the question is to ourselves.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["python", "-c", \
    "from urllib.request import *; build_opener(ProxyHandler({})).open('http://127.0.0.1:10135/-/healthy', timeout=3)"]

ENTRYPOINT ["probe"]
CMD ["run"]
