# jobs/nightly.py
