from harbour.queue import serve

if __name__ == "__main__":
    serve()
