puts "ferry"
