FROM python:3.12-slim
WORKDIR /app
RUN pip install "fastapi[standard]"
COPY app.py ./
CMD ["fastapi", "run", "app/main.py", "--port", "8000"]
