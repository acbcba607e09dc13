# A worker, and every other command. Runs as nobody in particular, on a file system it cannot write.
FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /source
RUN python -m venv /app
COPY requirements.lock ./
RUN /app/bin/pip install --quiet --require-hashes --requirement requirements.lock
COPY . .
RUN /app/bin/pip install --quiet --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --no-create-home --uid 10001 loyalty
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
WORKDIR /tmp
ENTRYPOINT ["loyalty"]
CMD ["worker"]
