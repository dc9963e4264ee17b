# mill/mill/__main__.py
