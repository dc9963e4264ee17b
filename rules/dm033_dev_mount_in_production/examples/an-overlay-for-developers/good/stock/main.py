# stock/main.py
