import tidelines

tidelines.serve()
