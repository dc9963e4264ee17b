import environ

DATABASE = environ.Env().db()
