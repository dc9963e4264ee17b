# shop/plugins/mail.py
