#!/usr/bin/env python3
print("Python reads CRLF")
