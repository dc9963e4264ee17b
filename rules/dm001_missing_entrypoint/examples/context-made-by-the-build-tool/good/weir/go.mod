module weir
