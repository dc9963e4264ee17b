from harbour_settings import get_settings

print(get_settings().quay_limit)
