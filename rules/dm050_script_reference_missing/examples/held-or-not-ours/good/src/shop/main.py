app = celery = None
