module example.com/marine/buoyd/v2
