# config/gunicorn.py
