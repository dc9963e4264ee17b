require "cablecar-rails"
