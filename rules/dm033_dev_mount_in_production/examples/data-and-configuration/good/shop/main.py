# shop/main.py
