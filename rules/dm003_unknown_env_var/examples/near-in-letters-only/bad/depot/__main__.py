from depot.settings import settings

print(settings.depot_index_user, settings.depot_regions)
