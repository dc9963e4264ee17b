FROM python:3.12-slim
# Its own ignore file counts, not the common one.
COPY docs ./docs
# It is not there at all (DM005).
COPY archive ./archive
