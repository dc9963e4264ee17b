from post.settings import Settings

print(Settings().outbox.host)
