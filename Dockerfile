# The agent in an image: `docker build --tag ssoreach .`. How to run it, and to build it without the Internet:
# docs/containers.md. To pin the base for good: --build-arg BASE=python:3.12-slim-bookworm@sha256:DIGEST
ARG BASE=docker.io/library/python:3.12-slim-bookworm
FROM ${BASE} AS build

WORKDIR /src
# The same from the Internet, from an index of your own, and, with PIP_NO_INDEX=1, from the wheels in wheelhouse/ alone.
ARG PIP_INDEX_URL
ARG PIP_NO_INDEX
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_FIND_LINKS=/src/wheelhouse PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /build && python -m venv --without-pip /opt/ssoreach

# The locks first: a change of code installs none of this again.
COPY requirements/run.txt requirements/build.txt wheelhouse*/*.whl wheelhouse/
RUN /build/bin/pip install --require-hashes --requirement wheelhouse/build.txt \
    && /build/bin/pip --python /opt/ssoreach/bin/python install --no-compile \
        --require-hashes --requirement wheelhouse/run.txt

COPY pyproject.toml README.md LICENSE ./
COPY agent agent
COPY probes probes
RUN /build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /dist . \
    && /build/bin/pip --python /opt/ssoreach/bin/python install --no-compile --no-deps /dist/*.whl \
    && /build/bin/pip --python /opt/ssoreach/bin/python check \
    && python -m compileall -q -f -j 0 --invalidation-mode unchecked-hash /opt/ssoreach/lib


FROM ${BASE}

# Python cannot keep what it compiles under a read-only root, and the base has nothing compiled: every start would do it
# anew. Unchecked, as layers round the times of files, and what was compiled is then taken for older than its source.
RUN python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
        -x '/(test|tests|idlelib|tkinter|turtledemo|dist-packages|site-packages)/' \
        "$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')" \
    && groupadd --gid 10135 ssoreach \
    && useradd --uid 10135 --gid 10135 --home-dir /var/lib/ssoreach --no-create-home \
        --shell /usr/sbin/nologin ssoreach \
    && install -d -o ssoreach -g ssoreach -m 700 /var/lib/ssoreach \
    && install -d /etc/ssoreach
COPY --from=build /opt/ssoreach /opt/ssoreach

# The two folders are where systemd would say them: what the agent remembers, and a secret that is called ssoreach-key.
ENV PATH=/opt/ssoreach/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    STATE_DIRECTORY=/var/lib/ssoreach CREDENTIALS_DIRECTORY=/run/secrets

LABEL org.opencontainers.image.title="ssoreach" \
      org.opencontainers.image.description="A network reachability probe agent for BizTalk Server's Enterprise SSO" \
      org.opencontainers.image.licenses="Apache-2.0"

USER 10135:10135
WORKDIR /var/lib/ssoreach
EXPOSE 10135/tcp 10135/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s --retries=3 CMD ["probe", "healthy"]

# Nothing here needs a shell.
ENTRYPOINT ["probe"]
CMD ["run"]
